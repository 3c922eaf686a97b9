using System.Net;
using LogosActors.Configuration;
using LogosActors.Delivery;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Topics;

namespace LogosActors.Node.Configuration;

/// <summary>The settings of a node: the section <c>node</c>. Keys are the reference node's flags where it has one.</summary>
public sealed record NodeSettings : IValidatedOptions
{
    /// <summary>A network that is known by name, whose values are the defaults of the settings below: twn, logos.dev, logos.test, status.prod or local; null: none.</summary>
    public string? Preset { get; init; }

    /// <summary>The number of the network; nodes of other networks are disconnected.</summary>
    public ushort ClusterId { get; init; }

    /// <summary>The number of shards that content topics are spread over; 0: no autosharding, and messages need a pubsub topic.</summary>
    [NumberRange(0, Autosharding.MaxShardCount)]
    public int NumShardsInNetwork { get; init; } = 1;

    /// <summary>The shards to join at the start; null: all of the network.</summary>
    public IReadOnlyList<ushort>? Shards { get; init; }

    /// <summary>Content topics whose shards are joined at the start, and whose messages are kept for REST clients.</summary>
    public IReadOnlyList<string> ContentTopics { get; init; } = [];

    /// <summary>How the node takes part in the network: core, it relays messages for others; or edge, service nodes send and receive for it, and it does not listen for peers.</summary>
    public NodeMode Mode { get; init; } = NodeMode.Core;

    /// <summary>Whether messages are relayed, in mode core.</summary>
    public bool Relay { get; init; } = true;

    /// <summary>The largest message, encoded.</summary>
    [SizeRange("1 KiB", "16 MiB")]
    public DataSize MaxMessageSize { get; init; } = new(WakuMessageLimits.MessageSize);

    /// <summary>The directory of the key, the peers, the subscriptions and unsent messages; null: in memory.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>The journal of what must survive a restart: sqlite (a file in data-directory), memory, or
    /// postgres://user:password@host:port/database; null: sqlite with a data-directory, else memory.</summary>
    [SecretSetting]
    public string? Journal { get; init; }

    /// <summary>The private key, 64 hexadecimal digits (secp256k1); null: the data directory's, or a new one at each start.</summary>
    [SecretSetting]
    public string? NodeKey { get; init; }

    /// <summary>A file with the private key, as `logos id new` writes it; null: none.</summary>
    public string? NodeKeyFile { get; init; }

    /// <summary>The implementation that is announced to peers; null: logos-actors and its version.</summary>
    public string? AgentString { get; init; }

    /// <summary>The address to listen at for peers.</summary>
    public IPAddress ListenAddress { get; init; } = IPAddress.Any;

    /// <summary>The TCP port to listen at for peers; 0: any free port.</summary>
    public ushort TcpPort { get; init; } = 60000;

    /// <summary>Added to every port except 0.</summary>
    [NumberRange(0, 65535)]
    public int PortsShift { get; init; }

    /// <summary>The public address: extip: and the address; any or none: it is not determined.</summary>
    public string Nat { get; init; } = "any";

    /// <summary>Further addresses to announce.</summary>
    public IReadOnlyList<string> ExtMultiaddrs { get; init; } = [];

    /// <summary>Whether only ext-multiaddrs are announced.</summary>
    public bool ExtMultiaddrOnly { get; init; }

    /// <summary>The domain name of the public address, to announce; null: none.</summary>
    public string? Dns4DomainName { get; init; }

    /// <summary>Whether addresses of private networks that peers name are dialed and remembered, and the node's own are announced; null: unless the preset is a public network.</summary>
    public bool? PrivateAddresses { get; init; }

    /// <summary>The maximum number of connections.</summary>
    [NumberRange(1, 1_000_000)]
    public int MaxConnections { get; init; } = 300;

    /// <summary>The maximum number of connections from one IP address, or one /64 of IPv6; the loopback is not counted. 0: no limit.</summary>
    [NumberRange(0, 1_000_000)]
    public int IpColocationLimit { get; init; } = 16;

    /// <summary>Proxies before the WebSocket and REST ports, as addresses or networks such as 10.0.0.0/8: clients are counted by the address that they name in X-Forwarded-For.</summary>
    public IReadOnlyList<string> TrustedProxies { get; init; } = [];

    /// <summary>Multiaddresses of nodes to stay connected to. With /p2p/ no other node is accepted at the address.</summary>
    public IReadOnlyList<string> StaticNodes { get; init; } = [];

    /// <summary>Multiaddresses of nodes that let this one into the network, as presets list them; also their records (enr:) and lists of them in DNS (enrtree:).</summary>
    public IReadOnlyList<string> EntryNodes { get; init; } = [];

    /// <summary>Multiaddresses with /p2p/ of stores that are preferred to others.</summary>
    public IReadOnlyList<string> StoreNodes { get; init; } = [];

    /// <summary>Multiaddresses with /p2p/ of filter service nodes that are kept connected, and preferred to others in mode edge.</summary>
    public IReadOnlyList<string> FilterNodes { get; init; } = [];

    /// <summary>Multiaddresses with /p2p/ of lightpush service nodes that are kept connected, and preferred to others in mode edge.</summary>
    public IReadOnlyList<string> LightpushNodes { get; init; } = [];

    /// <summary>Multiaddresses with /p2p/ of nodes that are kept connected, and asked for peers before others in mode edge.</summary>
    public IReadOnlyList<string> PeerExchangeNodes { get; init; } = [];

    /// <summary>Discovery by discv5.</summary>
    public Discv5Settings Discv5 { get; init; } = new();

    /// <summary>Discovery by a list of nodes in DNS.</summary>
    public DnsDiscoverySettings DnsDiscovery { get; init; } = new();

    /// <summary>The node as a store of messages for others.</summary>
    public StoreSettings Store { get; init; } = new();

    /// <summary>The node as a filter service, which pushes messages to light clients.</summary>
    public FilterSettings Filter { get; init; } = new();

    /// <summary>The node as a lightpush service, which publishes for light clients.</summary>
    public LightpushSettings Lightpush { get; init; } = new();

    /// <summary>The node as a peer exchange service, which names peers to light clients.</summary>
    public PeerExchangeSettings PeerExchange { get; init; } = new();

    /// <summary>WebSocket, for peers in browsers.</summary>
    public WebSocketSettings Websocket { get; init; } = new();

    /// <summary>The REST service.</summary>
    public RestSettings Rest { get; init; } = new();

    /// <summary>A server for Prometheus alone; the REST service has /metrics, too.</summary>
    public MetricsSettings MetricsServer { get; init; } = new();

    /// <summary>Traces of requests to send, for `logos trace`.</summary>
    public TracingSettings Tracing { get; init; } = new();

    /// <summary>Traces and measurements for an OpenTelemetry collector.</summary>
    public OtlpSettings Otlp { get; init; } = new();

    /// <summary>The log.</summary>
    public LogSettings Log { get; init; } = new();

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (NodeKey is not null && NodeKeyFile is not null)
            yield return "node-key and node-key-file are both set; set one.";
        if (Mode is NodeMode.Edge && Store.Enabled)
            yield return "store.enabled: a node in mode edge relays nothing and so has nothing to store for others; use mode core.";
        if (Mode is NodeMode.Edge && Websocket.Enabled)
            yield return "websocket.enabled: a node in mode edge does not listen for peers; use mode core.";
        if (PathSetting.ProblemOf(DataDirectory) is { } problemOfDirectory)
            yield return $"data-directory: {problemOfDirectory}";
        if (PathSetting.ProblemOf(NodeKeyFile) is { } problemOfKey)
            yield return $"node-key-file: {problemOfKey}";
        if (JournalSetting.ProblemOf(this) is { } problemOfJournal)
            yield return problemOfJournal;
        foreach (var topic in ContentTopics)
        {
            if (!ContentTopic.TryParse(topic, out _, out var problem))
                yield return $"content-topics: {problem}";
        }
        if (ContentTopics.Count > 0 && NumShardsInNetwork == 0)
            yield return "content-topics requires num-shards-in-network: without it they have no shard.";
        if (!StorePolicy.TryParse(Store.RetentionPolicy, out _))
            yield return $"store.retention-policy: '{Store.RetentionPolicy}' is not accepted; expected {StorePolicy.Accepts}.";
        if (NumShardsInNetwork > 0 && Shards?.Where(shard => shard >= NumShardsInNetwork).ToList() is { Count: > 0 } missing)
            yield return $"shards: {string.Join(", ", missing)} is not there: num-shards-in-network is {NumShardsInNetwork}, and shards count from 0.";
        if (!Relay && (Filter.Enabled || Lightpush.Enabled))
            yield return "filter.enabled and lightpush.enabled require relay: a node that does not relay has nothing to serve.";
        foreach (var proxy in TrustedProxies.Where(text => !NodeAddresses.TryParseNetwork(text, out _)))
            yield return $"trusted-proxies: '{proxy}' is no IP address and no network such as 10.0.0.0/8.";
        if (!Uri.TryCreate(Otlp.Endpoint, UriKind.Absolute, out var collector) || collector.Scheme is not ("http" or "https") || collector.Query.Length > 0)
            yield return $"otlp.endpoint: '{Otlp.Endpoint}' is not an address such as http://127.0.0.1:4318.";
        foreach (var problem in NodeDiscoverySettings.ProblemsOf(this).Concat(NodeAddresses.ProblemsOf(this)))
            yield return problem;
    }
}

/// <summary>Discovery by discv5.</summary>
public sealed record Discv5Settings
{
    /// <summary>Whether the node finds others by UDP, and is found; the preset twn has true.</summary>
    public bool Enabled { get; init; }

    /// <summary>The UDP port; 0: any free port.</summary>
    public ushort UdpPort { get; init; } = 9000;

    /// <summary>The records of nodes (enr:) that it begins with, beside those of entry-nodes.</summary>
    public IReadOnlyList<string> BootstrapNodes { get; init; } = [];
}

/// <summary>Discovery by a list of nodes in DNS.</summary>
public sealed record DnsDiscoverySettings
{
    /// <summary>Whether url is followed; lists among entry-nodes always are.</summary>
    public bool Enabled { get; init; }

    /// <summary>The list, enrtree:// with its key and domain; null: none.</summary>
    public string? Url { get; init; }

    /// <summary>The DNS servers to ask; none: the system's.</summary>
    public IReadOnlyList<IPAddress> NameServers { get; init; } = [];
}

/// <summary>The node as a store.</summary>
public sealed record StoreSettings
{
    /// <summary>Whether the node stores the messages of its shards and serves them to others.</summary>
    public bool Enabled { get; init; }

    /// <summary>The database of messages: sqlite:// and a file, or postgres://user:password@host:port/database.</summary>
    [SecretSetting]
    public string DbUrl { get; init; } = "sqlite://store.sqlite3";

    /// <summary>The messages to keep: time: and seconds, capacity: and a number of messages, size: and a size such as 10GB, or none; several
    /// separated by semicolons.</summary>
    public string RetentionPolicy { get; init; } = "time:172800";

    /// <summary>How the store synchronizes with others.</summary>
    public StoreSyncSettings Sync { get; init; } = new();
}

/// <summary>How a store synchronizes with others.</summary>
public sealed record StoreSyncSettings
{
    /// <summary>Whether the store gets the messages that it lacks from other stores, and gives them those that they lack; without store.enabled it does nothing.</summary>
    public bool Enabled { get; init; }

    /// <summary>How often it begins to, with one random peer.</summary>
    [DurationRange("1 s", "1 day")]
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How far back messages are synchronized.</summary>
    [DurationRange("1 s", "1 day")]
    public TimeSpan Range { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The age below which a message is left alone: the relay may still bring it.</summary>
    [DurationRange("0 s", "10 m")]
    public TimeSpan RelayJitter { get; init; } = TimeSpan.FromSeconds(20);
}

/// <summary>The node as a filter service.</summary>
public sealed record FilterSettings
{
    /// <summary>Whether light clients can subscribe to messages of the node's shards.</summary>
    public bool Enabled { get; init; }

    /// <summary>The maximum number of subscribers.</summary>
    [NumberRange(1, 100_000)]
    public int MaxPeersToServe { get; init; } = 500;

    /// <summary>The maximum number of criteria of one subscriber.</summary>
    [NumberRange(1, 100_000)]
    public int MaxCriteria { get; init; } = 1000;

    /// <summary>The idle time after which a subscriber is dropped.</summary>
    [DurationRange("1 s", "1 day")]
    public TimeSpan SubscriptionTimeout { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>The node as a lightpush service.</summary>
public sealed record LightpushSettings
{
    /// <summary>Whether light clients can have their messages published.</summary>
    public bool Enabled { get; init; }
}

/// <summary>The node as a peer exchange service.</summary>
public sealed record PeerExchangeSettings
{
    /// <summary>Whether light clients can ask for peers.</summary>
    public bool Enabled { get; init; }
}

/// <summary>WebSocket, for peers in browsers.</summary>
public sealed record WebSocketSettings
{
    /// <summary>Whether to listen for WebSocket.</summary>
    public bool Enabled { get; init; }

    /// <summary>The TCP port; 0: any free port.</summary>
    public ushort Port { get; init; } = 8000;
}

/// <summary>The REST service.</summary>
public sealed record RestSettings
{
    /// <summary>Whether it runs. `logos send`, `listen`, `peers` and `history` use it.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>The address to listen at. There is no authentication: everybody who can connect can use the node.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The TCP port; 0: any free port.</summary>
    public ushort Port { get; init; } = 8645;

    /// <summary>Whether /admin is served; null: only at a loopback address.</summary>
    public bool? Admin { get; init; }

    /// <summary>The number of messages kept for REST clients that poll; the oldest are evicted.</summary>
    [NumberRange(1, 100_000)]
    public int RelayCacheCapacity { get; init; } = 50;

    /// <summary>Origins whose web pages may use it, such as https://example.org; "*" is all.</summary>
    public IReadOnlyList<string> AllowOrigins { get; init; } = [];

    /// <summary>Names by which it may be called, such as node.example.org; addresses, localhost and dns4-domain-name always may.</summary>
    public IReadOnlyList<string> AllowHosts { get; init; } = [];
}

/// <summary>A server for Prometheus alone.</summary>
public sealed record MetricsSettings
{
    /// <summary>Whether it runs.</summary>
    public bool Enabled { get; init; }

    /// <summary>The address to listen at.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The TCP port; 0: any free port.</summary>
    public ushort Port { get; init; } = 8008;
}

/// <summary>Traces of requests to send.</summary>
public sealed record TracingSettings
{
    /// <summary>Whether the steps of the last 1,000 requests are kept in memory and shown by `logos trace`.</summary>
    public bool Enabled { get; init; }
}

/// <summary>Traces and measurements for an OpenTelemetry collector.</summary>
public sealed record OtlpSettings
{
    /// <summary>Whether they are sent.</summary>
    public bool Enabled { get; init; }

    /// <summary>The collector's address for OTLP over HTTP, without v1/traces.</summary>
    public string Endpoint { get; init; } = "http://127.0.0.1:4318";
}

/// <summary>The log.</summary>
public sealed record LogSettings
{
    /// <summary>The minimum level.</summary>
    public LogThreshold Level { get; init; } = LogThreshold.Info;

    /// <summary>The format.</summary>
    public LogFormat Format { get; init; } = LogFormat.Text;
}

/// <summary>The reference node's log levels.</summary>
public enum LogThreshold
{
    /// <summary>Everything.</summary>
    Trace,

    /// <summary>Details that help to find a fault.</summary>
    Debug,

    /// <summary>Normal operation.</summary>
    Info,

    /// <summary>As info.</summary>
    Notice,

    /// <summary>Something that may need attention.</summary>
    Warn,

    /// <summary>A failure.</summary>
    Error,

    /// <summary>A failure that ends the node.</summary>
    Fatal,

    /// <summary>Nothing.</summary>
    None,
}

/// <summary>The format of log entries.</summary>
public enum LogFormat
{
    /// <summary>Lines for people.</summary>
    Text,

    /// <summary>One JSON object for each line.</summary>
    Json,
}
