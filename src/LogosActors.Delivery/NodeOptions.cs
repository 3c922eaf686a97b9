using Akka.Configuration;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Filter;
using LogosActors.Delivery.Lightpush;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.PeerExchange;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.Store;
using LogosActors.Delivery.StoreSync;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery;

/// <summary>How a node takes part in the network (MESSAGING-API §Init node).</summary>
public enum NodeMode
{
    /// <summary>It routes messages for others: for servers and desktops.</summary>
    Core,

    /// <summary>It relays nothing: service nodes send for it, push to it what it subscribes to, and store what it misses. For phones, browsers and
    /// whatever sleeps or pays for traffic.</summary>
    Edge,
}

/// <summary>Settings of a node. Immutable; the defaults make a node of a network of its own, for development.</summary>
public sealed record NodeOptions
{
    /// <summary>How the node takes part in the network.</summary>
    /// <value>Default core (MESSAGING-API).</value>
    public NodeMode Mode { get; init; } = NodeMode.Core;

    /// <summary>Cluster and number of shards of the network.</summary>
    /// <value>Default cluster 0 with 1 shard (MESSAGING-API, DefaultAutoShardingConfig).</value>
    public Autosharding Network { get; init; } = new(0, 1);

    /// <summary>Nodes to connect to at the start, and whenever they are lost. An address without a peer id is dialed until somebody
    /// answers there.</summary>
    /// <value>Default none.</value>
    public IReadOnlyList<Multiaddr> EntryNodes { get; init; } = [];

    /// <summary>Stores that are asked before others.</summary>
    /// <value>Default none: those that are met.</value>
    public IReadOnlyList<Multiaddr> StoreNodes { get; init; } = [];

    /// <summary>Filter service nodes (12/WAKU2-FILTER) that are kept connected, and asked before others in edge mode.</summary>
    /// <value>Default none: those that are met.</value>
    public IReadOnlyList<Multiaddr> FilterNodes { get; init; } = [];

    /// <summary>Lightpush service nodes (19/WAKU2-LIGHTPUSH) that are kept connected, and asked before others in edge mode.</summary>
    /// <value>Default none: those that are met.</value>
    public IReadOnlyList<Multiaddr> LightpushNodes { get; init; } = [];

    /// <summary>Nodes that are kept connected, and asked for peers before others in edge mode (34/WAKU2-PEER-EXCHANGE).</summary>
    /// <value>Default none: those that are met.</value>
    public IReadOnlyList<Multiaddr> PeerExchangeNodes { get; init; } = [];

    /// <summary>All nodes that are kept connected.</summary>
    internal IEnumerable<Multiaddr> KeptNodes => [.. EntryNodes, .. StoreNodes, .. FilterNodes, .. LightpushNodes, .. PeerExchangeNodes];

    /// <summary>The number of relay peers at which the node stops dialing known peers; inbound connections may exceed it. In edge mode there are
    /// <see cref="TargetServicePeers"/> in their place.</summary>
    /// <value>Default 12, twice gossipsub's D (11/WAKU2-RELAY): a whole mesh may go, and there is another. Range 0 – 50; 0 dials entry nodes
    /// only. (The Nim reference dials up to 25.)</value>
    public int TargetRelayPeers
    {
        get;
        init => field = value is >= 0 and <= 50
            ? value
            : throw new ArgumentOutOfRangeException(nameof(TargetRelayPeers), value, "NodeOptions.TargetRelayPeers is 0 – 50.");
    } = 12;

    /// <summary>In edge mode, the number of service nodes at which the node stops dialing known peers.</summary>
    /// <value>Default 4: two that send and push, and two to replace them. Range 0 – 50; 0 dials entry nodes only.</value>
    public int TargetServicePeers
    {
        get;
        init => field = value is >= 0 and <= 50
            ? value
            : throw new ArgumentOutOfRangeException(nameof(TargetServicePeers), value, "NodeOptions.TargetServicePeers is 0 – 50.");
    } = 4;

    /// <summary>Where others can connect. A node in edge mode connects to others only, and does not listen.</summary>
    /// <value>Default TCP on all interfaces, any free port.</value>
    public IReadOnlyList<Multiaddr> ListenAddresses { get; init; } = [Multiaddr.Parse("/ip4/0.0.0.0/tcp/0")];

    /// <summary>The largest message, encoded, in bytes.</summary>
    /// <value>Default 150 KiB (64/WAKU2-NETWORK). Range 1 KiB – 16 MiB.</value>
    public int MaxMessageSize
    {
        get;
        init => field = value is >= 1024 and <= 16 * 1024 * 1024
            ? value
            : throw new ArgumentOutOfRangeException(nameof(MaxMessageSize), value, "NodeOptions.MaxMessageSize is 1 KiB – 16 MiB.");
    } = WakuMessageLimits.MessageSize;

    /// <summary>Where the node keeps its key, its peers, what it is subscribed to and what it has not sent yet; one node at a time has it.</summary>
    /// <value>Default null: in memory, as long as the node lives.</value>
    public string? DataDirectory { get; init; }

    /// <summary>A database in which the node keeps its peers, what it is subscribed to and what it has not sent yet, in place of a file in its data
    /// directory. One process at a time writes there with a node's key.</summary>
    /// <value>Default null: in the data directory, if there is one.</value>
    public JournalBackend? Journal { get; init; }

    /// <summary>Akka's configuration of the actor system that the node starts for itself, such as the <c>akka</c> section of a file
    /// (<see cref="LogosActors.Actors.Settings.AkkaSettings"/>); it takes priority over ours. An application's own system has its own.</summary>
    /// <value>Default null: nothing.</value>
    public Config? Akka { get; init; }

    /// <summary>The node's key, which stays the caller's and must live as long as the node; null: the one in the data directory, which is
    /// made at the first start, or a new one.</summary>
    /// <value>Default null.</value>
    public PrivateKey? Key { get; init; }

    /// <summary>How messages are sent.</summary>
    public SendingOptions Sending { get; init; } = new();

    /// <summary>How messages are received.</summary>
    public ReceivingOptions Receiving { get; init; } = new();

    /// <summary>Where the messages of the joined shards are kept, and served to others (13/WAKU2-STORE). It stays the caller's.</summary>
    /// <value>Default null: the node is no store.</value>
    public IMessageArchive? Archive { get; init; }

    /// <summary>How messages wait for the archive, and which it keeps.</summary>
    public ArchiveWriterOptions Archiving { get; init; } = new();

    /// <summary>How the archive is served to others.</summary>
    public StoreServiceOptions StoreService { get; init; } = new();

    /// <summary>How the archive synchronizes with those of other nodes (WAKU-STORE-SYNC), so that each has what any of them has received.</summary>
    /// <value>Default null: it does not. Without an archive there is nothing to synchronize.</value>
    public StoreSyncOptions? StoreSync { get; init; }

    /// <summary>The limits of the filter service for light clients (12/WAKU2-FILTER).</summary>
    /// <value>Default on (MESSAGING-API, core mode); null: the node serves none. A node in edge mode serves none.</value>
    public FilterServiceOptions? FilterService { get; init; } = new();

    /// <summary>The limits of the lightpush service for light clients (19/WAKU2-LIGHTPUSH).</summary>
    /// <value>Default on (MESSAGING-API, core mode); null: the node serves none. A node in edge mode serves none.</value>
    public LightpushServiceOptions? LightpushService { get; init; } = new();

    /// <summary>The limits of the peer exchange service (34/WAKU2-PEER-EXCHANGE).</summary>
    /// <value>Default on (MESSAGING-API, core mode); null: the node serves none. A node in edge mode serves none.</value>
    public PeerExchangeServiceOptions? PeerExchangeService { get; init; } = new();

    /// <summary>Which messages are relayed, and the place of a validator; <see cref="MaxMessageSize"/> goes before its size.</summary>
    public MessageValidationOptions Validation { get; init; } = new();

    /// <summary>Shards to join at the start, whatever is subscribed to: service nodes name those that they serve.</summary>
    /// <value>Default none.</value>
    public IReadOnlyList<PubsubTopic> Shards { get; init; } = [];

    /// <summary>How many events wait for one handler or enumeration that is slow; further ones are lost to it, and counted.</summary>
    /// <value>Default 65,536. Range 1 – 16,777,216.</value>
    public int EventCapacity { get; init => field = OptionRange.Check(value, 1, 16_777_216); } = 65_536;

    /// <summary>How other nodes are found, beside <see cref="EntryNodes"/>.</summary>
    public DiscoveryOptions Discovery { get; init; } = new();

    /// <summary>Settings of the libp2p host; the addresses above come before its own.</summary>
    public Libp2pHostOptions Host { get; init; } = new();
}
