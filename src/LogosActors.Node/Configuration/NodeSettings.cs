using System.Net;
using LogosActors.Configuration;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Topics;

namespace LogosActors.Node.Configuration;

/// <summary>What an operator may configure of a node: the section <c>node</c>. Its keys are the reference node's flags where it has one.</summary>
public sealed record NodeSettings : IValidatedOptions
{
    /// <summary>A network that is known by name, whose values are the defaults of the settings below: twn, logos.dev, logos.test, status.prod or local; null: none.</summary>
    public string? Preset { get; init; }

    /// <summary>The network: nodes of another one are of no use to this one.</summary>
    public ushort ClusterId { get; init; }

    /// <summary>How many shards the network has, for content topics to be spread over; 0: none are, and messages need a pubsub topic.</summary>
    [NumberRange(0, Autosharding.MaxShardCount)]
    public int NumShardsInNetwork { get; init; } = 1;

    /// <summary>The shards to join at the start; null: all of the network.</summary>
    public IReadOnlyList<ushort>? Shards { get; init; }

    /// <summary>Content topics to join the shards of at the start, and to keep messages of for REST clients.</summary>
    public IReadOnlyList<string> ContentTopics { get; init; } = [];

    /// <summary>Whether the node relays messages.</summary>
    public bool Relay { get; init; } = true;

    /// <summary>The largest message, encoded.</summary>
    [SizeRange("1 KiB", "16 MiB")]
    public DataSize MaxMessageSize { get; init; } = new(WakuMessageLimits.MessageSize);

    /// <summary>Where the node keeps its key, its peers and what it is subscribed to; null: in memory, as long as it runs.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>The node's private key, 64 hexadecimal digits (secp256k1); null: that of the data directory, or a new one at each start.</summary>
    [SecretSetting]
    public string? NodeKey { get; init; }

    /// <summary>A file with the node's private key, as `logos id new` writes it; null: none.</summary>
    public string? NodeKeyFile { get; init; }

    /// <summary>The implementation that peers are told; null: logos-actors and its version.</summary>
    public string? AgentString { get; init; }

    /// <summary>The address to listen at for peers.</summary>
    public IPAddress ListenAddress { get; init; } = IPAddress.Any;

    /// <summary>The TCP port to listen at for peers; 0: any that is free.</summary>
    public ushort TcpPort { get; init; } = 60000;

    /// <summary>Is added to every port except 0.</summary>
    [NumberRange(0, 65535)]
    public int PortsShift { get; init; }

    /// <summary>How the public address is found: any or none (not at all), or extip: and the address.</summary>
    public string Nat { get; init; } = "any";

    /// <summary>Further addresses to tell peers.</summary>
    public IReadOnlyList<string> ExtMultiaddrs { get; init; } = [];

    /// <summary>Whether peers are told ext-multiaddrs only.</summary>
    public bool ExtMultiaddrOnly { get; init; }

    /// <summary>A domain name of the node's public address, to tell peers; null: none.</summary>
    public string? Dns4DomainName { get; init; }

    /// <summary>The most connections.</summary>
    [NumberRange(1, 1_000_000)]
    public int MaxConnections { get; init; } = 300;

    /// <summary>Nodes to connect to at the start, and whenever they are lost; multiaddresses. With /p2p/ nobody else is taken for them.</summary>
    public IReadOnlyList<string> StaticNodes { get; init; } = [];

    /// <summary>Nodes that let this one into the network, as presets name them; enr: and enrtree: are passed over.</summary>
    public IReadOnlyList<string> EntryNodes { get; init; } = [];

    /// <summary>Stores to ask for messages, before those that are met; multiaddresses with /p2p/.</summary>
    public IReadOnlyList<string> StoreNodes { get; init; } = [];

    /// <summary>The node as a store, which keeps messages for others.</summary>
    public StoreSettings Store { get; init; } = new();

    /// <summary>WebSocket, for peers in browsers.</summary>
    public WebSocketSettings Websocket { get; init; } = new();

    /// <summary>The REST service.</summary>
    public RestSettings Rest { get; init; } = new();

    /// <summary>A service for Prometheus alone; the REST service has /metrics too.</summary>
    public MetricsSettings MetricsServer { get; init; } = new();

    /// <summary>What is logged.</summary>
    public LogSettings Log { get; init; } = new();

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (NodeKey is not null && NodeKeyFile is not null)
            yield return "node-key and node-key-file are both given; give one.";
        foreach (var topic in ContentTopics)
        {
            if (!ContentTopic.TryParse(topic, out _, out var problem))
                yield return $"content-topics: {problem}";
        }
        if (ContentTopics.Count > 0 && NumShardsInNetwork == 0)
            yield return "content-topics need num-shards-in-network: without it they have no shard.";
        if (!StorePolicy.TryParse(Store.RetentionPolicy, out _))
            yield return $"store.retention-policy: '{Store.RetentionPolicy}' is not accepted; expected {StorePolicy.Accepts}.";
        if (Store.Enabled && !Relay)
            yield return "store.enabled needs relay: what is kept comes over it.";
        foreach (var problem in NodeAddresses.ProblemsOf(this))
            yield return problem;
    }
}

/// <summary>The node as a store.</summary>
public sealed record StoreSettings
{
    /// <summary>Whether the node keeps the messages of its shards, and answers others that ask for them.</summary>
    public bool Enabled { get; init; }

    /// <summary>Where messages are kept: sqlite:// and a file, or postgres://user:password@host:port/database.</summary>
    [SecretSetting]
    public string DbUrl { get; init; } = "sqlite://store.sqlite3";

    /// <summary>What is kept: time: and seconds, capacity: and a number of messages, size: and a size such as 10GB, or none; several with
    /// a semicolon between them.</summary>
    public string RetentionPolicy { get; init; } = "time:172800";
}

/// <summary>How browsers reach the node.</summary>
public sealed record WebSocketSettings
{
    /// <summary>Whether to listen for WebSocket.</summary>
    public bool Enabled { get; init; }

    /// <summary>The TCP port; 0: any that is free.</summary>
    public ushort Port { get; init; } = 8000;
}

/// <summary>The REST service.</summary>
public sealed record RestSettings
{
    /// <summary>Whether it runs. `logos send`, `listen`, `peers` and `history` talk to it.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>The address to listen at. There is no authentication: whoever reaches it may use the node.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The TCP port; 0: any that is free.</summary>
    public ushort Port { get; init; } = 8645;

    /// <summary>Whether it offers /admin; null: only at a loopback address.</summary>
    public bool? Admin { get; init; }

    /// <summary>How many messages are kept for REST clients that poll; the oldest make way.</summary>
    [NumberRange(1, 100_000)]
    public int RelayCacheCapacity { get; init; } = 50;

    /// <summary>Web pages of these origins may use it, such as https://example.org; "*" stands for all.</summary>
    public IReadOnlyList<string> AllowOrigins { get; init; } = [];
}

/// <summary>A service for Prometheus alone.</summary>
public sealed record MetricsSettings
{
    /// <summary>Whether it runs.</summary>
    public bool Enabled { get; init; }

    /// <summary>The address to listen at.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The TCP port; 0: any that is free.</summary>
    public ushort Port { get; init; } = 8008;
}

/// <summary>What is logged.</summary>
public sealed record LogSettings
{
    /// <summary>The least that is logged.</summary>
    public LogThreshold Level { get; init; } = LogThreshold.Info;

    /// <summary>How it is written.</summary>
    public LogFormat Format { get; init; } = LogFormat.Text;
}

/// <summary>The reference node's levels of logging.</summary>
public enum LogThreshold
{
    /// <summary>Everything.</summary>
    Trace,

    /// <summary>What helps to find a fault.</summary>
    Debug,

    /// <summary>What happens.</summary>
    Info,

    /// <summary>As info.</summary>
    Notice,

    /// <summary>What may need attention.</summary>
    Warn,

    /// <summary>What has failed.</summary>
    Error,

    /// <summary>What has ended the node.</summary>
    Fatal,

    /// <summary>Nothing.</summary>
    None,
}

/// <summary>How logs are written.</summary>
public enum LogFormat
{
    /// <summary>Lines for people.</summary>
    Text,

    /// <summary>One JSON object for each line.</summary>
    Json,
}
