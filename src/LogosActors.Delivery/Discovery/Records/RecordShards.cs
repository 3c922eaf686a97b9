using System.Buffers.Binary;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Delivery.Discovery.Records;

/// <summary>The cluster and the shards of a node, as its record says (51/WAKU2-RELAY-SHARDING §Discovery).</summary>
/// <remarks>
/// Of the two forms only the list <c>rs</c> is written. The vector of bits <c>rsv</c> is read as the Nim reference writes it: shard n is bit
/// n mod 8 of byte n / 8, from the low end. Where a record has both, the list counts.
/// </remarks>
/// <param name="Cluster">The network's number.</param>
/// <param name="Shards">Ascending, without repetition; each below <see cref="MaxShards"/>.</param>
internal sealed record RecordShards(ushort Cluster, IReadOnlyList<ushort> Shards)
{
    /// <summary>The shards of a network (51/WAKU2-RELAY-SHARDING §Static Sharding).</summary>
    public const int MaxShards = 1024;

    /// <summary>The most shards of a list: with 64 and more a node has the vector (51/WAKU2-RELAY-SHARDING §Discovery), which does not fit into a record
    /// beside anything else.</summary>
    public const int MaxListed = 63;

    const int HeaderLength = 3;
    const int VectorLength = sizeof(ushort) + (MaxShards / 8);

    /// <summary>Encodes the list <c>rs</c>.</summary>
    /// <exception cref="ArgumentException">There are more than <see cref="MaxListed"/> shards.</exception>
    public byte[] Encode()
    {
        if (Shards.Count > MaxListed)
            throw new ArgumentException($"A record holds {MaxListed} shards, not {Shards.Count}.");
        var bytes = new byte[HeaderLength + (sizeof(ushort) * Shards.Count)];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, Cluster);
        bytes[2] = (byte)Shards.Count;
        for (var i = 0; i < Shards.Count; i++)
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(HeaderLength + (sizeof(ushort) * i)), Shards[i]);
        return bytes;
    }

    /// <summary>Reads the list <c>rs</c>.</summary>
    /// <param name="source">The value, from the network.</param>
    /// <param name="shards">The shards; null on an error.</param>
    /// <param name="error"><see cref="DecodeError.Truncated"/> and <see cref="DecodeError.TrailingBytes"/> for a count that does not fit,
    /// <see cref="DecodeError.LimitExceeded"/> for a shard that no network has.</param>
    public static bool TryDecodeList(ReadOnlySpan<byte> source, out RecordShards? shards, out DecodeError error)
    {
        shards = null;
        error = DecodeError.Truncated;
        if (source.Length < HeaderLength || source.Length < HeaderLength + (sizeof(ushort) * source[2]))
            return false;
        error = DecodeError.TrailingBytes;
        if (source.Length > HeaderLength + (sizeof(ushort) * source[2]))
            return false;
        error = DecodeError.LimitExceeded;
        var found = new SortedSet<ushort>();
        for (var rest = source[HeaderLength..]; !rest.IsEmpty; rest = rest[sizeof(ushort)..])
        {
            var shard = BinaryPrimitives.ReadUInt16BigEndian(rest);
            if (shard >= MaxShards)
                return false;
            found.Add(shard);
        }
        error = DecodeError.None;
        shards = new RecordShards(BinaryPrimitives.ReadUInt16BigEndian(source), [.. found]);
        return true;
    }

    /// <summary>Reads the vector <c>rsv</c>.</summary>
    /// <param name="source">The value, from the network.</param>
    /// <param name="shards">The shards; null on an error.</param>
    /// <param name="error"><see cref="DecodeError.InvalidValue"/> for another length than 130 bytes.</param>
    public static bool TryDecodeVector(ReadOnlySpan<byte> source, out RecordShards? shards, out DecodeError error)
    {
        shards = null;
        error = DecodeError.InvalidValue;
        if (source.Length != VectorLength)
            return false;
        var found = new List<ushort>();
        var bits = source[sizeof(ushort)..];
        for (var shard = 0; shard < MaxShards; shard++)
        {
            if ((bits[shard / 8] >> (shard % 8) & 1) != 0)
                found.Add((ushort)shard);
        }
        error = DecodeError.None;
        shards = new RecordShards(BinaryPrimitives.ReadUInt16BigEndian(source), found);
        return true;
    }

    /// <inheritdoc/>
    public bool Equals(RecordShards? other) => other is not null && Cluster == other.Cluster && Shards.SequenceEqual(other.Shards);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Cluster, Shards.Count);
}
