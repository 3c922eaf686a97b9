using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using LogosActors.Delivery;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Metrics;
using LogosActors.Delivery.Store;
using LogosActors.Libp2p;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Node.Metrics;

/// <summary>The node's measurements under the names and labels of the reference node (logos-delivery, nwaku), for dashboards that were made for
/// it. Those that it shows here are listed in docs/node.md.</summary>
/// <remarks>Its labels are the reference's: there is none that names the node, for there is one in a process.</remarks>
internal sealed class ReferenceMeter : IDisposable
{
    /// <summary>Its name; the exporter listens to all that begin like this.</summary>
    public const string Name = "LogosActors.Node.Reference";

    const string Relay = "/vac/waku/relay/2.0.0";

    // The protocols that the reference counts peers of.
    static readonly string[] Protocols =
        [Relay, StoreProtocol.Id, "/vac/waku/filter-subscribe/2.0.0-beta1", "/vac/waku/lightpush/3.0.0", "/vac/waku/peer-exchange/2.0.0-alpha1"];

    readonly Meter _meter = new(Name);
    readonly MessagingNode _node;
    readonly ConcurrentDictionary<PeerId, bool> _dialed = new();
    readonly ReferenceArchiveMeter _archive;
    readonly IDisposable _watching;
    long _archived;

    public ReferenceMeter(MessagingNode node)
    {
        _node = node;
        _watching = node.WatchRelay(new ShardSizes(_meter).Add);
        node.Host?.Subscribe(Observe);
        _archive = new ReferenceArchiveMeter(_meter);
        ProcessMetrics.AddTo(_meter);
        AddNode();
        AddMessages();
        AddPeers();
        AddArchive();
        ReferenceServiceMeter.AddTo(_meter, node);
    }

    /// <summary>Ends when the messages of the archive have been counted for the next scrape; at once, if there is none.</summary>
    public Task Counted { get; private set; } = Task.CompletedTask;

    /// <summary>The sizes of a node's messages, in kilobytes as the reference has them.</summary>
    public static KeptHistogram SizesOf(MessagingNode node) => new(
        "waku_histogram_message_size", "Payload of messages, in kilobytes.", [.. MessageCounts.Bounds.Select(static bound => bound / 1000.0)],
        () => (node.Counts.BySize(), (node.Counts.PayloadOf(isOwn: true) + node.Counts.PayloadOf(isOwn: false)) / 1000.0));

    /// <inheritdoc/>
    public void Dispose()
    {
        _watching.Dispose();
        _archive.Dispose();
        _node.Host?.Unsubscribe(Observe);
        _meter.Dispose();
    }

    void AddNode()
    {
        Gauge("waku_version", "The version.", () => [new(1, new KeyValuePair<string, object?>("version", NodeVersion.Text))]);
        Gauge("libp2p_pubsub_topics", "Shards that are joined.", () => One(_node.Seen?.Shards.Count ?? 0));
        Gauge("libp2p_pubsub_peers", "Connected peers that relay.", () => One(_node.Seen?.RelayPeers ?? 0));
        // The reference distinguishes only topics that it was built to know.
        Gauge("libp2p_gossipsub_peers_per_topic_mesh", "Peers in meshes.", () => Other(_node.Seen?.Shards.Values.Sum(shard => shard.Mesh) ?? 0));
        Gauge("libp2p_gossipsub_peers_per_topic_gossipsub", "Peers of shards.", () => Other(_node.Seen?.Shards.Values.Sum(shard => shard.Subscribed) ?? 0));
    }

    void AddMessages()
    {
        _meter.CreateObservableCounter(
            "waku_node_messages",
            () => new Measurement<long>(_node.Counts.CountOf(isOwn: true) + _node.Counts.CountOf(isOwn: false), new KeyValuePair<string, object?>("type", "relay")),
            unit: null, "Messages, by the protocol that brought them.");
    }

    void AddPeers()
    {
        Gauge("libp2p_peers", "Connected peers.", () => One(_node.ConnectedPeers.Count));
        Gauge("waku_peer_store_size", "Peers that are remembered.", () => One(_node.Host?.KnownPeers.Count ?? 0));
        Gauge("waku_connected_peers", "Connected peers, by who dialed and by protocol.", ByProtocol);
        Gauge("waku_connected_peers_per_shard", "Connected peers of each shard.", () =>
            _node.Seen?.Shards.Select(shard => new Measurement<long>(
                shard.Value.Subscribed, new KeyValuePair<string, object?>("shard", shard.Key.Shard.ToString(CultureInfo.InvariantCulture)))) ?? []);
        Gauge("waku_connected_peers_per_agent", "Connected peers, by what they say they are.", () => Identities()
            .GroupBy(identity => identity.AgentVersion, StringComparer.Ordinal)
            .Select(agent => new Measurement<long>(agent.Count(), new KeyValuePair<string, object?>("agent", agent.Key))));
        foreach (var (name, protocol) in new[] { ("store", Protocols[1]), ("filter", Protocols[2]), ("lightpush", Protocols[3]), ("px", Protocols[4]) })
            Gauge($"waku_{name}_peers", $"Connected peers that serve {protocol}.", () => One(Identities().Count(identity => Serves(identity, protocol))));
    }

    void AddArchive()
    {
        if (_node.Options.Archive is not { } archive)
            return;
        Counted = CountAsync(archive);
        Gauge("waku_archive_messages", "Messages in the archive, as of the scrape before.", () =>
        {
            if (Counted.IsCompleted)
                Counted = CountAsync(archive);
            return [new(Interlocked.Read(ref _archived), new KeyValuePair<string, object?>("type", "stored"))];
        });
    }

    async Task CountAsync(IMessageArchive archive)
    {
        try
        {
            Interlocked.Exchange(ref _archived, await archive.CountAsync() ?? 0);
        }
        catch (Exception e) when (e is ArchiveException or ObjectDisposedException)
        {
            // The last count stays; failures are counted where messages are written.
        }
    }

    void Observe(HostEvent occurred)
    {
        if (occurred is PeerConnected connected)
            _dialed[connected.Peer] = connected.IsDialer;
        else if (occurred is PeerDisconnected)
            _dialed.TryRemove(occurred.Peer, out _);
    }

    IEnumerable<Measurement<long>> ByProtocol()
    {
        var peers = _dialed.Select(peer => (IsDialed: peer.Value, Identity: _node.Host?.IdentityOf(peer.Key))).ToList();
        foreach (var protocol in Protocols)
        {
            foreach (var isDialed in (bool[])[false, true])
            {
                var count = peers.Count(peer => peer.IsDialed == isDialed && peer.Identity is { } identity && Serves(identity, protocol));
                yield return new Measurement<long>(count, new KeyValuePair<string, object?>("direction", isDialed ? "Out" : "In"), new("protocol", protocol));
            }
        }
    }

    IEnumerable<PeerIdentity> Identities() => _node.ConnectedPeers.Select(peer => _node.Host?.IdentityOf(peer)).OfType<PeerIdentity>();

    void Gauge(string name, string description, Func<IEnumerable<Measurement<long>>> read) => _meter.CreateObservableGauge(name, read, unit: null, description);

    static bool Serves(PeerIdentity identity, string protocol) => identity.Protocols.Contains(protocol, StringComparer.Ordinal);

    static Measurement<long>[] One(long value) => [new(value)];

    static Measurement<long>[] Other(long value) => [new(value, new KeyValuePair<string, object?>("topic", "other"))];
}
