using Akka.Actor;
using Akka.Event;
using LogosActors.Actors;
using LogosActors.Delivery.Hosting;
using LogosActors.Libp2p;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Hosting;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Peers;

/// <summary>Keeps the entry nodes and the named stores and service nodes connected, and dials known peers when there are fewer relay peers than wanted, or in edge
/// mode service nodes.</summary>
/// <remarks>
/// Parent: <see cref="NodeActor"/>, one-for-one, restart with backoff. A failure costs what is known of peers' failures; addresses and scores are the host's, which
/// stores them. Entry nodes of which only an address is known are dialed there until somebody answers.
/// </remarks>
internal sealed class PeersActor(NodeEnvironment node) : SupervisedActor, IWithTimers
{
    /// <summary>How often the known peers are looked through.</summary>
    /// <value>5 s. Nim looks every 15 – 30 s.</value>
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    readonly PeerSelection _selection = node.Options.Mode is NodeMode.Edge
        ? new(node.Options.TargetServicePeers, ServiceProtocols.Ids)
        : new(node.Options.TargetRelayPeers, GossipsubPresets.Relay.Protocols[0].Id);
    readonly List<EntryNode> _entryNodes = [];
    bool _isPaused;
    Action<HostEvent>? _observer;
    Action<PeerId, bool>? _asked;

    public static Props Props(NodeEnvironment node) => Akka.Actor.Props.Create(() => new PeersActor(node));

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        var actor = Self;
        _selection.Keep(node.Host.PeerId);
        foreach (var address in node.Options.KeptNodes)
        {
            if (address.PeerId is { } peer)
                _selection.Keep(peer);
            else
                _entryNodes.Add(new EntryNode(address));
        }
        KeepEntryNodes();
        node.Receiving.Stores.SubscribeAsked(_asked = (peer, isServed) => actor.Tell(new NodePeers.Asked(peer, isServed), ActorRefs.NoSender));
        node.Host.Subscribe(_observer = occurred => actor.Tell(occurred, ActorRefs.NoSender));
        Timers.StartPeriodicTimer(Look.Instance, Look.Instance, TimeSpan.Zero, Interval);
    }

    protected override void PostStop()
    {
        if (_asked is not null)
            node.Receiving.Stores.UnsubscribeAsked(_asked);
        if (_observer is not null)
            node.Host.Unsubscribe(_observer);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case PeerConnected when _isPaused:
                // A dial that was under way when the node was paused.
                DisconnectAll();
                break;
            case PeerConnected connected:
                _selection.Connected(connected.Peer, Now);
                if (node.Host.IdentityOf(connected.Peer) is { } identity)
                    _selection.Identified(connected.Peer, identity.Protocols);
                break;
            case PeerIdentified identified:
                _selection.Identified(identified.Peer, identified.Identity.Protocols);
                break;
            case PeerDisconnected disconnected:
                Disconnected(disconnected.Peer);
                break;
            case Look:
                DialMissing();
                break;
            case NodePeers.Pause:
                Pause();
                break;
            case AllDisconnected { Sender: var waiting }:
                waiting.Tell(NodePeers.Paused.Instance);
                break;
            case NodePeers.Resume:
                Resume();
                Sender.Tell(NodePeers.Resumed.Instance);
                break;
            case NodePeers.NetworkChanged:
                _selection.Forgive();
                DialMissing();
                break;
            case NotReached failed:
                Log.Debug("{0} was not reached: {1}", failed.Peer, failed.Reason);
                Score(failed.Peer, _selection.NotReached(failed.Peer, Now));
                break;
            case NodePeers.Asked asked:
                Score(asked.Peer, asked.IsServed ? PeerStanding.Served : PeerStanding.NotServed);
                break;
            case NodePeers.Discovered discovered:
                node.Host.AddAddresses(discovered.Peer, discovered.Addresses);
                break;
            case DialEntry when _isPaused:
                break;
            case DialEntry entry:
                PipeToSelf(DialEntryAsync(entry.Index));
                break;
            case EntryDialed dialed:
                Dialed(dialed);
                break;
            case Reached:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <summary>Has the host keep the nodes that are known by name, and dials the others.</summary>
    void KeepEntryNodes()
    {
        foreach (var address in node.Options.KeptNodes)
        {
            if (address.PeerId is { } peer)
                node.Host.Keep(peer, address);
        }
        for (var index = 0; index < _entryNodes.Count; index++)
            Self.Tell(new DialEntry(index));
    }

    void Pause()
    {
        _isPaused = true;
        foreach (var peer in node.Options.KeptNodes.Select(static address => address.PeerId).OfType<PeerId>())
            node.Host.Release(peer);
        foreach (var (index, entry) in _entryNodes.Index())
        {
            Timers.Cancel(new DialEntry(index));
            if (entry.Peer is not { } peer)
                continue;
            _selection.Release(peer);
            node.Host.Release(peer);
        }
        DisconnectAll();
    }

    void DisconnectAll()
    {
        var (host, sender) = (node.Host, Sender);
        PipeToSelf(DisconnectAllAsync(host, sender));
    }

    static async Task<AllDisconnected> DisconnectAllAsync(INodeHost host, IActorRef sender)
    {
        foreach (var peer in host.ConnectedPeers)
        {
            try
            {
                await host.DisconnectAsync(peer);
            }
            catch (Exception e) when (e is AskTimeoutException or ObjectDisposedException)
            {
                // The host stops, and the connection with it.
            }
        }
        return new AllDisconnected(sender);
    }

    void Resume()
    {
        if (!_isPaused)
            return;
        _isPaused = false;
        _selection.Forgive();
        foreach (var entry in _entryNodes)
            entry.Lived();
        KeepEntryNodes();
        DialMissing();
    }

    void Disconnected(PeerId peer)
    {
        var change = _selection.Disconnected(peer, Now);
        Score(peer, change);
        // The host looks for the peer; the address may by now be somebody else's.
        for (var index = 0; index < _entryNodes.Count; index++)
        {
            if (_entryNodes[index].Peer != peer)
                continue;
            if (change > 0)
                _entryNodes[index].Lived();
            DialLater(index);
        }
        DialMissing();
    }

    void DialMissing()
    {
        if (_isPaused)
            return;
        foreach (var peer in _selection.Choose(node.Host.KnownPeers, Now, Context.System.Random()))
            PipeToSelf(DialAsync(peer));
    }

    void Dialed(EntryDialed dialed)
    {
        var entry = _entryNodes[dialed.Index];
        if (_isPaused)
        {
            DisconnectAll();
            return;
        }
        if (!dialed.Result.IsConnected)
        {
            Log.Info("Nobody has answered at the entry node {0}: {1}", entry.Address, dialed.Result.Reason);
            DialLater(dialed.Index);
            return;
        }
        if (entry.Peer is { } before && before != dialed.Result.Peer)
        {
            _selection.Release(before);
            node.Host.Release(before);
        }
        entry.Answered(dialed.Result.Peer);
        _selection.Keep(dialed.Result.Peer);
        node.Host.Keep(dialed.Result.Peer, entry.Address);
    }

    void DialLater(int index)
    {
        if (_isPaused)
            return;
        var again = new DialEntry(index);
        Timers.StartSingleTimer(again, again, _entryNodes[index].Failed(Context.System.Random().NextDouble()));
    }

    void Score(PeerId peer, double change)
    {
        // Most requests are served, by peers that have the best score already.
        if (node.Host.Find(peer) is { } known && PeerStanding.Add(known.Score, change) is var score && score != known.Score)
            node.Host.SetScore(peer, score);
    }

    async Task<object> DialAsync(PeerId peer)
    {
        var result = await AnswerAsync(node.Host.DialAsync(peer));
        return result.IsConnected ? Reached.Instance : new NotReached(peer, result.Reason);
    }

    async Task<EntryDialed> DialEntryAsync(int index) => new(index, await AnswerAsync(node.Host.DialAsync(_entryNodes[index].Address)));

    static async Task<DialResult> AnswerAsync(Task<DialResult> dialing)
    {
        try
        {
            return await dialing;
        }
        catch (Exception e) when (e is AskTimeoutException or ObjectDisposedException)
        {
            return DialResult.Failed(peer: null, ConnectionFailure.NotConnected, e.Message);
        }
    }

    sealed record AllDisconnected(IActorRef Sender) : INoSerializationVerificationNeeded;

    sealed record DialEntry(int Index);

    sealed record EntryDialed(int Index, DialResult Result);

    sealed record NotReached(PeerId Peer, string Reason);

    sealed record Reached
    {
        public static readonly Reached Instance = new();
    }

    sealed record Look
    {
        public static readonly Look Instance = new();
    }
}
