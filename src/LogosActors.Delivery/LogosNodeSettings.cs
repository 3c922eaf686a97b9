using LogosActors.Actors;
using LogosActors.Configuration;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p;
using LogosActors.Libp2p.Addresses;

namespace LogosActors.Delivery;

/// <summary>What an operator may configure of an embedded node; <c>config/reference.conf</c> lists it with its defaults.</summary>
public sealed record LogosNodeSettings : IValidatedOptions
{
    /// <summary>Where the settings are in a configuration, unless it is said otherwise.</summary>
    public const string Section = "logos";

    /// <summary>How the node takes part in the network.</summary>
    public NodeMode Mode { get; init; } = NodeMode.Core;

    /// <summary>A network that is known by name (logos.dev, logos.test, status.prod, twn, local); null: the settings below say it all.</summary>
    public string? Preset { get; init; }

    /// <summary>The network's number; null: the preset's, or 0.</summary>
    public ushort? Cluster { get; init; }

    /// <summary>How many shards the network has, 1 to 1024; null: the preset's, or 1. All nodes of a network must agree.</summary>
    [NumberRange(1, Autosharding.MaxShardCount)]
    public int? ShardsInNetwork { get; init; }

    /// <summary>Shards to join at the start, whatever is subscribed to.</summary>
    public IReadOnlyList<ushort> Shards { get; init; } = [];

    /// <summary>Multiaddresses of nodes to connect to, beside those of the preset; also their records (enr:) and lists of them in DNS (enrtree:).</summary>
    public IReadOnlyList<string> EntryNodes { get; init; } = [];

    /// <summary>Whether the node finds others by discv5, and is found; null: if the preset has records to begin with.</summary>
    public bool? Discv5 { get; init; }

    /// <summary>The UDP port of discv5; 0: any free port.</summary>
    [NumberRange(0, 65535)]
    public int Discv5Port { get; init; } = 9000;

    /// <summary>Multiaddresses of stores that are asked before others.</summary>
    public IReadOnlyList<string> StoreNodes { get; init; } = [];

    /// <summary>Multiaddresses to listen at.</summary>
    public IReadOnlyList<string> ListenAddresses { get; init; } = ["/ip4/0.0.0.0/tcp/0"];

    /// <summary>Multiaddresses that are announced to peers; none: those that the node listens at.</summary>
    public IReadOnlyList<string> AnnounceAddresses { get; init; } = [];

    /// <summary>Whether addresses of private networks that peers name are dialed and remembered, and the node's own are announced; null: unless the preset is a public network.</summary>
    public bool? PrivateAddresses { get; init; }

    /// <summary>Where the node keeps its key, its peers and what it has not sent yet; null: in memory.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>A PostgreSQL database for the node's peers and what it has not sent yet, as an Npgsql connection string; null: a file in the data directory, if there is one.</summary>
    public string? JournalDatabase { get; init; }

    /// <summary>The largest message, encoded; null: the preset's, or 150 KiB.</summary>
    [SizeRange("1 KiB", "16 MiB")]
    public DataSize? MaxMessageSize { get; init; }

    /// <summary>The number of relay peers at which the node stops dialing known peers.</summary>
    [NumberRange(0, 50)]
    public int TargetRelayPeers { get; init; } = 12;

    /// <summary>How many connections there may be.</summary>
    [NumberRange(1, 1_000_000)]
    public int MaxConnections { get; init; } = 300;

    /// <summary>How many events wait for one handler or enumeration that is slow; further ones are lost to it, and counted.</summary>
    [NumberRange(1, 16_777_216)]
    public int EventCapacity { get; init; } = 65_536;

    /// <summary>How long the application's stop waits for messages that are being sent.</summary>
    [DurationRange("0 s", "5 minutes")]
    public TimeSpan FlushTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (Preset is not null && !NetworkPreset.TryFind(Preset, out _))
            yield return $"preset: there is no network '{Preset}'; there are {string.Join(", ", NetworkPreset.All.Select(preset => preset.Name))}.";
        foreach (var (key, addresses) in new[]
        {
            ("entry-nodes", EntryNodes), ("store-nodes", StoreNodes), ("listen-addresses", ListenAddresses), ("announce-addresses", AnnounceAddresses),
        })
        {
            foreach (var text in addresses)
            {
                if (ProblemOf(text, isEntry: key is "entry-nodes") is { } problem)
                    yield return $"{key}: {problem}";
            }
        }
    }

    /// <summary>The options of a node.</summary>
    /// <param name="databases">Opens <see cref="JournalDatabase"/>; null: there must be none.</param>
    /// <exception cref="FormatException">An address is none; <see cref="OptionsBinder"/> has found that before.</exception>
    /// <exception cref="InvalidOperationException">A database is named, and nothing opens it.</exception>
    public NodeOptions ToOptions(IJournalDatabases? databases = null)
    {
        var preset = NetworkPreset.TryFind(Preset, out var known) ? known : null;
        var cluster = Cluster ?? preset?.Cluster ?? 0;
        string[] entries = [.. preset?.EntryNodes ?? [], .. EntryNodes];
        string[] records = [.. preset?.DiscoveryNodes ?? [], .. entries.Where(IsRecord)];
        return new NodeOptions
        {
            Mode = Mode,
            Network = new Autosharding(cluster, ShardsInNetwork ?? preset?.ShardCount ?? 1),
            Shards = [.. Shards.Select(shard => new PubsubTopic(cluster, shard))],
            EntryNodes = Addresses([.. entries.Where(text => !IsRecord(text) && !IsList(text))]),
            Discovery = new DiscoveryOptions
            {
                Discv5 = Discv5 ?? preset?.DiscoveryNodes.Count > 0,
                UdpPort = Discv5Port,
                BootstrapNodes = records,
                DnsLists = [.. entries.Where(IsList)],
            },
            StoreNodes = Addresses(StoreNodes),
            ListenAddresses = Addresses(ListenAddresses),
            DataDirectory = DataDirectory,
            Journal = JournalDatabase is null ? null : JournalBackend.In(Open(databases, JournalDatabase)),
            MaxMessageSize = (int)(MaxMessageSize?.Bytes ?? preset?.MaxMessageSize ?? WakuMessageLimits.MessageSize),
            TargetRelayPeers = TargetRelayPeers,
            EventCapacity = EventCapacity,
            Host = new Libp2pHostOptions
            {
                AnnounceAddresses = Addresses(AnnounceAddresses),
                AllowPrivateAddresses = PrivateAddresses ?? preset is not { IsPublic: true },
                Limits = new ResourceLimits { MaxConnections = MaxConnections },
            },
        };
    }

    static JournalDatabase Open(IJournalDatabases? databases, string connectionString) => (databases ?? throw new InvalidOperationException(
        "journal-database names a PostgreSQL database, which the package LogosActors.Postgres opens: reference it, and call services.AddLogosPostgres().")).Open(connectionString);

    static string? ProblemOf(string text, bool isEntry) =>
        isEntry && IsList(text) ? DiscoveryOptions.ProblemOfList(text)
        : isEntry && IsRecord(text) ? DiscoveryOptions.ProblemOfRecord(text)
        : !Multiaddr.TryParse(text, out _, out _) ? $"'{text}' is not a multiaddress such as /ip4/192.0.2.1/tcp/60000/p2p/16Uiu2HA…."
        : null;

    static bool IsRecord(string text) => text.StartsWith("enr:", StringComparison.Ordinal);

    static bool IsList(string text) => text.StartsWith("enrtree:", StringComparison.Ordinal);

    static Multiaddr[] Addresses(IReadOnlyList<string> texts) => [.. texts.Select(Multiaddr.Parse)];
}
