namespace LogosActors.Node.Configuration;

/// <summary>How the values of a flag become settings.</summary>
internal enum FlagKind
{
    /// <summary>One value.</summary>
    Value,

    /// <summary>True, false, or nothing, which means true.</summary>
    Switch,

    /// <summary>The flag may be repeated; all its values make a list.</summary>
    List,

    /// <summary>No value: the setting is false.</summary>
    Without,
}

/// <summary>A flag of a command, which becomes a setting.</summary>
/// <param name="Name">Its name; the reference node's where it has one that fits.</param>
/// <param name="Key">The setting that it sets, below <see cref="Section"/>, levels separated by a colon.</param>
/// <param name="Kind">How its values are read.</param>
/// <param name="Meaning">For people.</param>
internal sealed record NodeFlag(string Name, string Key, FlagKind Kind, string Meaning)
{
    /// <summary>The section of the setting.</summary>
    public string Section { get; init; } = ConfigurationLoader.Section;

    /// <summary>What the reference node calls the flag, where we have a better name; null: the same, or it has none.</summary>
    public string? Alias { get; init; }

    /// <summary>All flags of <c>logos run</c>, in the order in which help shows them.</summary>
    public static IReadOnlyList<NodeFlag> All { get; } =
    [
        new("--preset", "preset", FlagKind.Value, "A known network: twn, logos.dev, logos.test, status.prod or local. Default: none."),
        new("--cluster-id", "cluster-id", FlagKind.Value, "The network: nodes of different clusters do not meet. Default 0."),
        new("--num-shards-in-network", "num-shards-in-network", FlagKind.Value, "How many shards content topics are spread over; 0: none. Default 1."),
        new("--shard", "shards", FlagKind.List, "A shard to join. Repeatable. Default: all of the network."),
        new("--content-topic", "content-topics", FlagKind.List, "A content topic to receive from the start. Repeatable."),
        new("--mode", "mode", FlagKind.Value, "CORE: relay messages for others; or EDGE: service nodes send and receive for this one. Default CORE."),
        new("--relay", "relay", FlagKind.Switch, "Whether to relay messages. Default true."),
        new("--max-msg-size", "max-message-size", FlagKind.Value, "The largest message, such as 150KiB. Default 150 KiB."),
        new("--data", "data-directory", FlagKind.Value, "The directory of the key, the peers, the subscriptions and unsent messages. Default: none, in memory.") { Alias = "--local-storage-path" },
        new("--journal", "journal", FlagKind.Value, "Where durable state is kept: sqlite (in --data), memory or postgres://USER:PASSWORD@HOST:PORT/DATABASE."),
        new("--nodekey", "node-key", FlagKind.Value, "The private key, 64 hexadecimal digits. Others can read it in the process list: prefer --nodekey-file."),
        new("--nodekey-file", "node-key-file", FlagKind.Value, "A file with the private key, as `logos id new` makes it. Default: a new key at each start."),
        new("--agent-string", "agent-string", FlagKind.Value, "What peers are told this node is."),
        new("--listen-address", "listen-address", FlagKind.Value, "The address to listen at for peers. Default 0.0.0.0."),
        new("--tcp-port", "tcp-port", FlagKind.Value, "The TCP port for peers; 0: any. Default 60000."),
        new("--ports-shift", "ports-shift", FlagKind.Value, "Is added to every port: a second node on a machine needs no more. Default 0."),
        new("--websocket-support", "websocket:enabled", FlagKind.Switch, "Whether to listen for WebSocket too. Default false."),
        new("--websocket-port", "websocket:port", FlagKind.Value, "The WebSocket port. Default 8000."),
        new("--nat", "nat", FlagKind.Value, "The public address: any, none, or extip:ADDRESS. Default any."),
        new("--ext-multiaddr", "ext-multiaddrs", FlagKind.List, "A further address to tell peers. Repeatable."),
        new("--ext-multiaddr-only", "ext-multiaddr-only", FlagKind.Switch, "Whether to tell peers no other addresses. Default false."),
        new("--dns4-domain-name", "dns4-domain-name", FlagKind.Value, "The domain name of the public address."),
        new("--max-connections", "max-connections", FlagKind.Value, "The most connections. Default 300."),
        new("--ip-colocation-limit", "ip-colocation-limit", FlagKind.Value, "The most connections from one IP address; 0: no limit. Default 16."),
        new("--trusted-proxy", "trusted-proxies", FlagKind.List, "A proxy before the WebSocket and REST ports, such as 10.0.0.1 or 10.0.0.0/8, whose X-Forwarded-For is believed. Repeatable."),
        new("--private-addresses", "private-addresses", FlagKind.Switch, "Whether to dial and announce addresses of private networks that nobody has named here. Default: unless the preset is a public network."),
        new("--staticnode", "static-nodes", FlagKind.List, "A node to stay connected to, such as /ip4/192.0.2.1/tcp/60000; /p2p/ and its id make sure who it is. Repeatable."),
        new("--entry-node", "entry-nodes", FlagKind.List, "A node that lets this one into the network. Repeatable."),
        new("--discv5-discovery", "discv5:enabled", FlagKind.Switch, "Whether to find nodes, and be found, by discv5. Default: with the preset twn."),
        new("--discv5-udp-port", "discv5:udp-port", FlagKind.Value, "The UDP port of discv5. Default 9000."),
        new("--discv5-bootstrap-node", "discv5:bootstrap-nodes", FlagKind.List, "A record that discv5 begins with, enr:…. Repeatable."),
        new("--dns-discovery", "dns-discovery:enabled", FlagKind.Switch, "Whether to find nodes in --dns-discovery-url. Default false."),
        new("--dns-discovery-url", "dns-discovery:url", FlagKind.Value, "A list of nodes in DNS, enrtree://KEY@DOMAIN."),
        new("--dns-discovery-name-server", "dns-discovery:name-servers", FlagKind.List, "A DNS server to ask. Repeatable. Default: the system's."),
        new("--store", "store:enabled", FlagKind.Switch, "Whether to keep messages, and to answer others that ask for them. Default false."),
        new("--store-message-db-url", "store:db-url", FlagKind.Value, "Where: sqlite://FILE or postgres://USER:PASSWORD@HOST:PORT/DATABASE. Default sqlite://store.sqlite3."),
        new("--store-message-retention-policy", "store:retention-policy", FlagKind.Value, "What is kept, such as time:172800;size:10GB. Default two days."),
        new("--store-sync", "store:sync:enabled", FlagKind.Switch, "Whether the store synchronizes with others. Default false."),
        new("--store-sync-interval", "store:sync:interval", FlagKind.Value, "How often, in seconds or such as 5m. Default 300."),
        new("--store-sync-range", "store:sync:range", FlagKind.Value, "How far back, in seconds or such as 1h. Default 3600."),
        new("--store-sync-relay-jitter", "store:sync:relay-jitter", FlagKind.Value, "The age from which messages are synchronized, in seconds or such as 20s. Default 20."),
        new("--storenode", "store-nodes", FlagKind.List, "A store to ask for messages, /ip4/…/tcp/…/p2p/…. Repeatable."),
        new("--filternode", "filter-nodes", FlagKind.List, "A filter service node to stay connected to and to prefer, /ip4/…/tcp/…/p2p/…. Repeatable."),
        new("--lightpushnode", "lightpush-nodes", FlagKind.List, "A lightpush service node to stay connected to and to prefer, /ip4/…/tcp/…/p2p/…. Repeatable."),
        new("--peer-exchange-node", "peer-exchange-nodes", FlagKind.List, "A node to stay connected to and to ask for peers first, /ip4/…/tcp/…/p2p/…. Repeatable."),
        new("--filter", "filter:enabled", FlagKind.Switch, "Whether light clients can subscribe to messages. Default false."),
        new("--filter-max-peers-to-serve", "filter:max-peers-to-serve", FlagKind.Value, "The most subscribers. Default 500."),
        new("--filter-max-criteria", "filter:max-criteria", FlagKind.Value, "The most criteria of one subscriber. Default 1000."),
        new("--filter-subscription-timeout", "filter:subscription-timeout", FlagKind.Value, "The idle time of a subscriber, in seconds or such as 5m. Default 300."),
        new("--lightpush", "lightpush:enabled", FlagKind.Switch, "Whether light clients can have messages published. Default false."),
        new("--peer-exchange", "peer-exchange:enabled", FlagKind.Switch, "Whether light clients can ask for peers. Default false."),
        new("--rest", "rest:enabled", FlagKind.Switch, "Whether to serve REST. Default true."),
        new("--rest-address", "rest:address", FlagKind.Value, "The address of REST. It knows no passwords: keep it local. Default 127.0.0.1."),
        new("--rest-port", "rest:port", FlagKind.Value, "The port of REST. Default 8645."),
        new("--rest-admin", "rest:admin", FlagKind.Switch, "Whether REST offers /admin. Default: at a loopback address."),
        new("--rest-relay-cache-capacity", "rest:relay-cache-capacity", FlagKind.Value, "How many messages are kept for REST clients. Default 50."),
        new("--rest-allow-origin", "rest:allow-origins", FlagKind.List, "Lets web pages of an origin use REST; * for all. Repeatable."),
        new("--rest-allow-host", "rest:allow-hosts", FlagKind.List, "A name by which REST may be called; addresses and localhost always may. Repeatable."),
        new("--metrics-server", "metrics-server:enabled", FlagKind.Switch, "Whether to serve metrics at a port of their own. Default false."),
        new("--metrics-server-address", "metrics-server:address", FlagKind.Value, "The address of metrics. Default 127.0.0.1."),
        new("--metrics-server-port", "metrics-server:port", FlagKind.Value, "The port of metrics. Default 8008."),
        new("--tracing", "tracing:enabled", FlagKind.Switch, "Whether to keep the steps of the last 1,000 requests for `logos trace`. Default false."),
        new("--otlp", "otlp:enabled", FlagKind.Switch, "Whether to send traces and metrics to an OpenTelemetry collector. Default false."),
        new("--otlp-endpoint", "otlp:endpoint", FlagKind.Value, "The collector, by OTLP over HTTP. Default http://127.0.0.1:4318."),
        new("--log-level", "log:level", FlagKind.Value, "TRACE, DEBUG, INFO, NOTICE, WARN, ERROR, FATAL or NONE. Default INFO."),
        new("--log-format", "log:format", FlagKind.Value, "TEXT or JSON. Default TEXT."),
    ];

    /// <summary>Whether a name is that of the flag, or of the setting or group that it sets.</summary>
    public bool IsCalled(string name) =>
        name.Equals(Name[2..], StringComparison.OrdinalIgnoreCase) || name.Equals(Alias?[2..], StringComparison.OrdinalIgnoreCase) || name.Equals(Key.Split(':')[0], StringComparison.OrdinalIgnoreCase);

    /// <summary>Settings whose number without a unit is in seconds on the reference's command line.</summary>
    public bool IsInSeconds => Key is "filter:subscription-timeout" or "store:sync:interval" or "store:sync:range" or "store:sync:relay-jitter";

    /// <summary>Settings whose words are written in capitals on the reference's command line.</summary>
    public bool IsWord => Key is "mode" or "log:level" or "log:format";
}
