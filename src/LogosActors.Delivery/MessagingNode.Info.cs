using System.Text.Json;
using LogosActors.Configuration;
using LogosActors.Delivery.Health;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Metrics;

namespace LogosActors.Delivery;

/// <summary>What a node says of itself (MESSAGING-API §Debug).</summary>
public sealed partial class MessagingNode
{
    /// <summary>The meter whose instruments measure nodes; each node's has a tag <c>node</c>, its peer id.</summary>
    public const string MeterName = "LogosActors.Delivery";

    static readonly (string Id, Func<MessagingNode, object> Read)[] Infos =
    [
        ("Version", node => node._options.Host.AgentVersion),
        ("Metrics", node => node._metrics.ToText()),
        ("MyMultiaddresses", node => node.Addresses.Select(address => address.ToString())),
        ("MyPeerId", node => node.PeerId.ToString()),
        ("MyENR", node => node.NodeRecord ?? ""),
        ("MaxMessageSize", node => node._options.MaxMessageSize),
        ("Mode", node => node._options.Mode.ToString()),
        ("Cluster", node => node._options.Network.Cluster),
        ("ShardsInNetwork", node => node._options.Network.ShardCount),
        ("Shards", node => node.GetHealth().Shards.Keys.Order(StringComparer.Ordinal)),
        ("ContentTopics", node => node.GetHealth().ContentTopics.Keys.Order(StringComparer.Ordinal)),
        ("ConnectionStatus", node => node.GetHealth().Status.ToString()),
        ("ConnectedPeers", node => node.ConnectedPeers.Select(peer => peer.ToString())),
    ];

    readonly NodeMetrics _metrics;

    /// <summary>What <see cref="GetNodeInfo"/> can be asked (getAvailableNodeInfoIds). The names are those of the Nim reference, where it has
    /// them.</summary>
    public static IReadOnlyList<string> NodeInfoIds { get; } = [.. Infos.Select(info => info.Id)];

    /// <summary>Every setting of a node, what it accepts and its default (getAvailableConfigs), as <c>config/reference.conf</c> has them.</summary>
    public static IReadOnlyList<OptionsSetting> AvailableConfigs { get; } = OptionsReference.Describe<LogosNodeSettings>(LogosNodeSettings.Section);

    /// <summary>The node's record (<c>enr:…</c>, EIP-778), as others get it; null: it has none, because discv5 is off, the node has not
    /// started, or its key is not of secp256k1.</summary>
    public string? NodeRecord => Volatile.Read(ref _running)?.Environment.Discovery.Record?.ToString();

    /// <summary>The last thing that was seen of the connections; null before the first look.</summary>
    internal HealthObservation? Seen => IsStarted ? _health.Seen : null;

    /// <summary>Says something of the node, as JSON: a text, a number, or a list of texts. <c>Metrics</c> is a text in the format of
    /// Prometheus.</summary>
    /// <param name="id">One of <see cref="NodeInfoIds"/>; case, dashes and underscores do not matter.</param>
    public Result<string, NodeInfoError> GetNodeInfo(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        var wanted = id.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
        var (known, read) = Infos.FirstOrDefault(info => info.Id.Equals(wanted, StringComparison.OrdinalIgnoreCase));
        return known is null
            ? new NodeInfoError(id, $"There is no node information '{id}'; there is {string.Join(", ", NodeInfoIds)}.")
            : JsonSerializer.Serialize(read(this));
    }
}

/// <summary>A node was asked for information that it does not have.</summary>
/// <param name="Id">What it was asked for.</param>
/// <param name="Message">What it can be asked for.</param>
public sealed record NodeInfoError(string Id, string Message);
