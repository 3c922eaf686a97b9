using System.Diagnostics.CodeAnalysis;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Delivery.Metadata;

/// <summary>What a node says of itself, asking or answering (66/WAKU2-METADATA).</summary>
/// <param name="Cluster">Its network; null when it does not say, which writers that leave out zeros mean 0 by.</param>
/// <param name="Shards">The shards that it relays, at most <see cref="MaxShards"/>; none of those that do not relay, such as js-waku.</param>
internal sealed record NodeMetadata(uint? Cluster, IReadOnlyList<ushort> Shards)
{
    const int ClusterField = 1;
    const int UnpackedShardsField = 2;
    const int ShardsField = 3;

    /// <summary>Stands for what cannot be read: it says nothing of the peer.</summary>
    public static NodeMetadata Unreadable { get; } = new(null, []);

    /// <summary>The most shards of a cluster (RELAY-SHARDING §Static Sharding).</summary>
    public const int MaxShards = 1024;

    /// <summary>The longest message that is read, in bytes: <see cref="MaxShards"/> in both forms have 7 KiB.</summary>
    public const int MaxLength = 8 * 1024;

    /// <summary>The longest message that is sent, in bytes: the Nim reference reads no longer one (<c>RpcResponseMaxBytes</c>).</summary>
    public const int MaxSentLength = 1024;

    /// <summary>Encodes it as the reference does, with the shards twice: one by one in field 2, as specified, and packed in field 3.</summary>
    /// <remarks>When that is over <see cref="MaxSentLength"/>, they are in field 3 alone, and only as many as fit: more than 300.</remarks>
    public byte[] Encode()
    {
        var clusterSize = Cluster is { } cluster ? ProtobufWriter.SizeOfUInt64(ClusterField, cluster) : 0;
        var unpackedSize = Shards.Sum(shard => ProtobufWriter.SizeOfUInt64(UnpackedShardsField, shard));
        var isTwice = clusterSize + unpackedSize + PackedSize(Shards.Count) <= MaxSentLength;
        var count = Shards.Count;
        while (!isTwice && clusterSize + PackedSize(count) > MaxSentLength)
            count--;
        var encoded = new byte[clusterSize + (isTwice ? unpackedSize : 0) + PackedSize(count)];
        var writer = new ProtobufWriter(encoded);
        if (Cluster is { } known)
            writer.UInt64(ClusterField, known);
        for (var i = 0; isTwice && i < count; i++)
            writer.UInt64(UnpackedShardsField, Shards[i]);
        if (count > 0)
        {
            var packed = writer.Reserve(ShardsField, ContentSize(count));
            for (var i = 0; i < count; i++)
                packed = packed[Varint.Write(packed, Shards[i])..];
        }
        return encoded;
    }

    /// <summary>Decodes it, with the shards of field 3, or if it has none of field 2, packed or not. Never throws on bad input.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> source, [NotNullWhen(true)] out NodeMetadata? metadata, out DecodeError error)
    {
        var reader = new ProtobufReader(source);
        uint? cluster = null;
        var (deprecated, shards) = (new List<ulong>(), new List<ulong>());
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case ClusterField: cluster = reader.UInt32(); break;
                case UnpackedShardsField: reader.UInt64s(deprecated, MaxShards); break;
                case ShardsField: reader.UInt64s(shards, MaxShards); break;
            }
        }
        if (shards.Count == 0)
            shards = deprecated;
        if (shards.Exists(static shard => shard > ushort.MaxValue))
            reader.Fail(DecodeError.InvalidValue);
        metadata = reader.Succeeded(out error) ? new NodeMetadata(cluster, shards.ConvertAll(static shard => (ushort)shard)) : null;
        return metadata is not null;
    }

    int PackedSize(int count) => count == 0 ? 0 : ProtobufWriter.SizeOfBytes(ShardsField, ContentSize(count));

    int ContentSize(int count) => Shards.Take(count).Sum(static shard => Varint.Length(shard));
}
