using System.Globalization;
using System.Runtime.InteropServices;

namespace LogosActors.Delivery.Topics;

/// <summary>A shard of a cluster: the topic that its messages travel on, <c>/waku/2/rs/cluster/shard</c> (RELAY-SHARDING §Static Sharding).</summary>
/// <param name="Cluster">The network, 0 – 65,535 (RELAY-STATIC-SHARD-ALLOC).</param>
/// <param name="Shard">The shard's number in the network, 0 – 65,535; clusters in use have at most 1024 (RELAY-SHARDING).</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct PubsubTopic(ushort Cluster, ushort Shard)
{
    const string Prefix = "/waku/2/rs/";

    /// <summary>Reads a shard's topic.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out PubsubTopic topic)
    {
        topic = default;
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
            return false;
        text = text[Prefix.Length..];
        var slash = text.IndexOf('/');
        if (slash < 0
            || !ushort.TryParse(text[..slash], NumberStyles.None, CultureInfo.InvariantCulture, out var cluster)
            || !ushort.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var shard))
            return false;
        topic = new PubsubTopic(cluster, shard);
        return true;
    }

    /// <summary>The topic's text.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Cluster}/{Shard}");
}
