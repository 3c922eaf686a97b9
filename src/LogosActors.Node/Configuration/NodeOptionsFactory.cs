using Akka.Configuration;
using LogosActors.Delivery;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Filter;
using LogosActors.Delivery.Lightpush;
using LogosActors.Delivery.PeerExchange;
using LogosActors.Delivery.StoreSync;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Node.Configuration;

/// <summary>Makes the options of a node from its settings.</summary>
internal static class NodeOptionsFactory
{
    // The level of the program's loggers, which may change while the node runs, decides what is written.
    static readonly Config AllEntries = ConfigurationFactory.ParseString("akka.loglevel = DEBUG");

    /// <summary>Makes options from settings that were checked.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="key">The node's key; null: a new one at each start.</param>
    /// <param name="akka">The <c>akka</c> section of the configuration; null: none.</param>
    public static NodeOptions Create(NodeSettings settings, PrivateKey? key, Config? akka = null)
    {
        var host = new Libp2pHostOptions();
        return new NodeOptions
        {
            Mode = settings.Mode,
            Network = new Autosharding(settings.ClusterId, Math.Max(1, settings.NumShardsInNetwork)),
            Shards = settings is { Mode: NodeMode.Core, Relay: true } ? ShardsOf(settings) : [],
            EntryNodes = NodeAddresses.Parse([.. settings.StaticNodes, .. NodeAddresses.Dialable(settings.EntryNodes)]),
            StoreNodes = NodeAddresses.Parse(settings.StoreNodes),
            FilterNodes = NodeAddresses.Parse(settings.FilterNodes),
            LightpushNodes = NodeAddresses.Parse(settings.LightpushNodes),
            PeerExchangeNodes = NodeAddresses.Parse(settings.PeerExchangeNodes),
            ListenAddresses = NodeAddresses.Listening(settings),
            MaxMessageSize = (int)settings.MaxMessageSize.Bytes,
            Archiving = new ArchiveWriterOptions { Retention = StorePolicy.TryParse(settings.Store.RetentionPolicy, out var policy) ? policy : new RetentionPolicy() },
            StoreSync = settings.Store.Sync.Enabled ? StoreSyncOf(settings) : null,
            FilterService = settings.Filter.Enabled ? FilterOf(settings.Filter) : null,
            LightpushService = settings.Lightpush.Enabled ? new LightpushServiceOptions { RequiresPubsubTopic = settings.NumShardsInNetwork == 0 } : null,
            PeerExchangeService = settings.PeerExchange.Enabled ? new PeerExchangeServiceOptions() : null,
            DataDirectory = settings.DataDirectory,
            Journal = JournalSetting.BackendOf(settings),
            Key = key,
            Discovery = NodeDiscoverySettings.OptionsOf(settings),
            Akka = (akka ?? Config.Empty).WithFallback(AllEntries),
            Host = host with
            {
                AgentVersion = settings.AgentString ?? host.AgentVersion,
                AnnounceAddresses = NodeAddresses.Announced(settings),
                AllowPrivateAddresses = NodeAddresses.AllowPrivate(settings),
                DnsServers = NodeDiscoverySettings.ServersOf(settings),
                TrustedProxies = NodeAddresses.Proxies(settings),
                Limits = host.Limits with
                {
                    MaxConnections = settings.MaxConnections,
                    MaxConnectionsPerAddress = settings.IpColocationLimit == 0 ? ResourceLimits.MostConnections : settings.IpColocationLimit,
                },
            },
        };
    }

    /// <summary>Reads the node's key; null when none is configured.</summary>
    /// <exception cref="NodeStartException">What is configured is no key.</exception>
    public static PrivateKey? KeyOf(NodeSettings settings)
    {
        if (settings.NodeKeyFile is { } file)
            return Load(file);
        if (settings.NodeKey is not { } text)
            return null;
        return NodeKeyFile.TryParse(text)
            ?? throw new NodeStartException(
                NodeStartFailure.KeyFile, "node.node-key (--nodekey) is no private key: expected 64 hexadecimal digits (secp256k1).");
    }

    static StoreSyncOptions StoreSyncOf(NodeSettings settings) => new()
    {
        Interval = settings.Store.Sync.Interval,
        Range = settings.Store.Sync.Range,
        RelayJitter = settings.Store.Sync.RelayJitter,
        Shards = ShardsOf(settings),
    };

    static FilterServiceOptions FilterOf(FilterSettings settings) => new()
    {
        MaxSubscribers = settings.MaxPeersToServe,
        MaxCriteria = settings.MaxCriteria,
        IdleTimeout = settings.SubscriptionTimeout,
    };

    static PrivateKey Load(string file)
    {
        try
        {
            return NodeKeys.Load(file);
        }
        catch (NodeStartException e)
        {
            throw new NodeStartException(e.Failure, $"node.node-key-file (--nodekey-file): {e.Message}", e);
        }
    }

    static IReadOnlyList<PubsubTopic> ShardsOf(NodeSettings settings) =>
        settings.Shards is { } shards ? [.. shards.Distinct().Select(shard => new PubsubTopic(settings.ClusterId, shard))]
        : settings.NumShardsInNetwork == 0 ? [new PubsubTopic(settings.ClusterId, 0)]
        : [.. new Autosharding(settings.ClusterId, settings.NumShardsInNetwork).Shards];
}
