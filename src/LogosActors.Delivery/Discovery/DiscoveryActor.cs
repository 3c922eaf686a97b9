using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Event;
using LogosActors.Actors;
using LogosActors.Delivery.Discovery.Discv5;
using LogosActors.Delivery.Discovery.DnsLists;
using LogosActors.Delivery.Discovery.Records;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Peers;
using LogosActors.Libp2p;
using LogosActors.Libp2p.Addresses;

namespace LogosActors.Delivery.Discovery;

/// <summary>Keeps the node's own record, and sends the discovered nodes that are worth dialing to the <see cref="PeersActor"/>.</summary>
/// <remarks>
/// Parent: <see cref="NodeActor"/>, one-for-one, restart with backoff. Children: discv5 and dns-lists, each if it is on, one-for-one, restart
/// with backoff 1 s … 1 min. A failure costs the nodes that were being looked at; a restart makes the children again, which find them anew. The
/// sequence number of the record is in the data directory, else the time in milliseconds, so that it grows over restarts.
/// </remarks>
internal sealed class DiscoveryActor(NodeEnvironment node, IActorRef peers) : SupervisedActor, IWithTimers
{
    /// <summary>How often the node is looked at for what its record says, and whether it needs peers.</summary>
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(1);
    static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    readonly DiscoveryFiles? _files = node.Options.DataDirectory is { } directory ? new DiscoveryFiles(directory) : null;
    readonly ImmutableArray<NodeRecord> _bootstrap =
        [.. node.Options.Discovery.BootstrapNodes.Select(text => NodeRecord.TryParse(text, out var record, out _) ? record : null).OfType<NodeRecord>()];
    readonly CandidateFilter _filter =
        new(node.Options.Network.Cluster, node.RecordKey?.Id, node.Options.Host.AllowPrivateAddresses);
    readonly ReachedNodes _reached = new();
    OwnRecord? _own;
    OwnRecordContent? _content;
    IActorRef? _discv5;
    int? _port;
    IPEndPoint? _seenAt;
    bool _isSearching = true;
    Action<HostEvent>? _observer;

    public static Props Props(NodeEnvironment node, IActorRef peers) => Akka.Actor.Props.Create(() => new DiscoveryActor(node, peers));

    public ITimerScheduler Timers { get; set; } = null!;

    protected override SupervisorStrategy SupervisorStrategy() => new ChildStrategy(static _ => false, ShortestWait, LongestWait);

    protected override void PreStart()
    {
        var (options, actor) = (node.Options.Discovery, Self);
        foreach (var record in _bootstrap)
            Found(record);
        node.Host.Subscribe(_observer = occurred => actor.Tell(occurred, ActorRefs.NoSender));
        if (options.Discv5 && node.RecordKey is { } key)
        {
            _own = new OwnRecord(key, (ulong)Time.GetUtcNow().ToUnixTimeMilliseconds());
            if (ReadFiles(files => files.ReadRecord()) is { } before && before.Id == key.Id)
            {
                _own = new OwnRecord(key, before.Sequence);
                _own.Restore(before);
            }
            UpdateRecord();
            var settings = new Discv5Options
            {
                Protocol = options.ProtocolId,
                Bootstrap = _bootstrap,
                AllowPrivateAddresses = node.Options.Host.AllowPrivateAddresses,
            };
            _discv5 = Context.ActorOf(Discv5Actor.Props(key, () => node.Discovery.Record!, settings, options.UdpPort), "discv5");
        }
        else if (options.Discv5)
        {
            Log.Error("The node's key is not of secp256k1: it cannot take part in discv5; make a key of that type");
        }
        if (options.DnsLists.Count > 0)
            Context.ActorOf(DnsListsActor.Props(node.Host, options.DnsLists, _files), "dns-lists");
        Timers.StartPeriodicTimer(Look.Instance, Look.Instance, Interval, Interval);
    }

    protected override void PostStop()
    {
        if (_observer is not null)
            node.Host.Unsubscribe(_observer);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case NodeDiscovery.Found found:
                Found(found.Record);
                if (!Sender.Equals(_discv5))
                    _discv5?.Tell(found, Self);
                break;
            case NodeDiscovery.Reached reached:
                _reached.Reached(reached.Record, Now);
                break;
            case PeerConnected { IsDialer: true } dialed:
                _reached.Reached(dialed.Peer, Now);
                break;
            case HostEvent:
                break;
            case NodeDiscovery.Bound bound:
                _port = bound.Port;
                UpdateRecord();
                TellSelf();
                break;
            case NodeDiscovery.SeenAt seen:
                Log.Info("Others see this node at {0}", seen.EndPoint);
                _seenAt = seen.EndPoint;
                UpdateRecord();
                break;
            case Look:
                UpdateRecord();
                PublishReached();
                SetSearching(node.Host.ConnectedPeers.Count < TargetPeers);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    int TargetPeers => node.Options.Mode is NodeMode.Edge ? node.Options.TargetServicePeers : node.Options.TargetRelayPeers;

    void Found(NodeRecord record)
    {
        _reached.Found(record);
        var addresses = _filter.AddressesOf(record, _bootstrap.Contains(record), [.. node.Relay.Shards.Select(topic => topic.Shard)]);
        if (addresses.Count > 0)
            peers.Tell(new NodePeers.Discovered(record.Peer, addresses), Self);
    }

    /// <summary>Others are named only who is of this network, can be dialed, and has not been dialed in vain since.</summary>
    void PublishReached() =>
        node.Discovery.Reached =
        [
            .. _reached.At(Now).Where(record => _filter.AddressesOf(record, isNamed: false, []).Count > 0 && node.Host.Find(record.Peer) is not { Score: < 0 })
                .Select(static record => (ReadOnlyMemory<byte>)record.Bytes.ToArray()),
        ];

    void SetSearching(bool isSearching)
    {
        if (isSearching == _isSearching)
            return;
        _isSearching = isSearching;
        TellSelf();
    }

    void UpdateRecord()
    {
        if (_own is null)
            return;
        var content = Content();
        if (content == _content)
            return;
        _content = content;
        if (_own.Update(content))
            WriteFiles(files => files.Write(_own.Current!));
        node.Discovery.Record = _own.Current;
        TellSelf();
    }

    void TellSelf()
    {
        if (node.Discovery.Record is { } record)
            _discv5?.Tell(new NodeDiscovery.Self(record, _isSearching), Self);
    }

    OwnRecordContent Content()
    {
        var options = node.Options;
        IReadOnlyList<Multiaddr> announced = options.Host.AnnounceAddresses.Count > 0 ? options.Host.AnnounceAddresses : node.Host.ListenAddresses;
        announced = [.. announced.Where(address => options.Host.AllowPrivateAddresses || PublicAddress.MayBe(address))];
        var plain = announced.FirstOrDefault(address => IsPlainTcp(address) && IsOf(address, AddressFamily.InterNetwork));
        var listening = node.Host.ListenAddresses.FirstOrDefault(IsPlainTcp);
        var shards = node.Relay.Shards.Select(topic => topic.Shard).Order().ToArray();
        return new OwnRecordContent(CapabilitiesOf(options), new RecordShards(options.Network.Cluster, shards))
        {
            Ip = plain is not null ? IPAddress.Parse(plain.Host!) : _seenAt is { AddressFamily: AddressFamily.InterNetwork } seen ? seen.Address : null,
            Tcp = (plain ?? listening)?.Port,
            Udp = _seenAt?.Port ?? _port,
            Multiaddrs = OwnRecord.Choose(announced),
        };
    }

    // A node in edge mode serves nothing.
    static Capabilities CapabilitiesOf(NodeOptions options) => options.Mode is NodeMode.Edge ? Capabilities.None
        : Capabilities.Relay
            | (options.Archive is null ? Capabilities.None : Capabilities.Store)
            | (options is { Archive: not null, StoreSync: not null } ? Capabilities.Sync : Capabilities.None)
            | (options.FilterService is null ? Capabilities.None : Capabilities.Filter)
            | (options.LightpushService is null ? Capabilities.None : Capabilities.Lightpush);

    static bool IsPlainTcp(Multiaddr address) =>
        address.Has(MultiaddrProtocol.Tcp) && !address.Has(MultiaddrProtocol.Ws) && !address.Has(MultiaddrProtocol.Wss) && !address.Has(MultiaddrProtocol.Tls);

    static bool IsOf(Multiaddr address, AddressFamily family) =>
        IPAddress.TryParse(address.Host, out var ip) && ip.AddressFamily == family && !ip.Equals(IPAddress.Any);

    T? ReadFiles<T>(Func<DiscoveryFiles, T?> read)
        where T : class
    {
        try
        {
            return _files is null ? null : read(_files);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.Warning("What discovery has kept cannot be read: {0}", e.Message);
            return null;
        }
    }

    void WriteFiles(Action<DiscoveryFiles> write)
    {
        try
        {
            if (_files is not null)
                write(_files);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.Warning("The node's record cannot be kept: {0}", e.Message);
        }
    }

    sealed record Look
    {
        public static readonly Look Instance = new();
    }
}
