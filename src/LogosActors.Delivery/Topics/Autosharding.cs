using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace LogosActors.Delivery.Topics;

/// <summary>Finds the shard of a content topic (RELAY-SHARDING §Automatic Sharding).</summary>
/// <param name="Cluster">The network.</param>
/// <param name="ShardCount">How many shards its generation 0 has, 1 – 1024 (RELAY-SHARDING); all nodes of the network must agree.</param>
public sealed record Autosharding(ushort Cluster, int ShardCount)
{
    /// <summary>How many shards the network has.</summary>
    public int ShardCount { get; } =
        ShardCount is >= 1 and <= MaxShardCount
            ? ShardCount
            : throw new ArgumentOutOfRangeException(nameof(ShardCount), ShardCount, $"A cluster has 1 – {MaxShardCount} shards.");

    /// <summary>The most shards of a cluster (RELAY-SHARDING §Static Sharding).</summary>
    public const int MaxShardCount = 1024;

    /// <summary>All shards of generation 0.</summary>
    public IEnumerable<PubsubTopic> Shards => Enumerable.Range(0, ShardCount).Select(shard => new PubsubTopic(Cluster, (ushort)shard));

    /// <summary>Finds the shard of a topic.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="shard">Its shard.</param>
    /// <param name="problem">Why it has none: only generation 0 is defined.</param>
    public bool TryGetShard(ContentTopic topic, out PubsubTopic shard, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(topic);
        if (topic.Generation is > 0)
        {
            (shard, problem) = (default, $"Content topic '{topic}' is of generation {topic.Generation}; only generation 0 is defined (RELAY-SHARDING).");
            return false;
        }
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(topic.Application + topic.Version), hash);
        (shard, problem) = (new PubsubTopic(Cluster, (ushort)(BinaryPrimitives.ReadUInt64BigEndian(hash[^8..]) % (ulong)ShardCount)), null);
        return true;
    }
}
