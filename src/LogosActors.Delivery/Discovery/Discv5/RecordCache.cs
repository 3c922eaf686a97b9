using System.Buffers.Binary;
using System.Security.Cryptography;
using LogosActors.Delivery.Discovery.Records;

namespace LogosActors.Delivery.Discovery.Discv5;

/// <summary>Records that were verified before: nodes name the same ones again and again, and verifying one costs a quarter of a millisecond.</summary>
/// <param name="capacity">How many are kept; what was named longest ago makes room.</param>
internal sealed class RecordCache(int capacity = RecordCache.DefaultCapacity)
{
    /// <summary>As many records as a table, its replacements and a lookup have; some 500 bytes each.</summary>
    public const int DefaultCapacity = 2000;

    readonly RecentTable<UInt128, NodeRecord> _records = new(capacity);

    /// <summary>Reads and verifies a record; null when it is none.</summary>
    /// <param name="source">The encoded record, from the network.</param>
    public NodeRecord? Read(ReadOnlySpan<byte> source)
    {
        if (source.Length > NodeRecord.MaxLength)
            return null;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(source, hash);
        var key = BinaryPrimitives.ReadUInt128BigEndian(hash);
        if (_records.TryGet(key, out var known))
            return known;
        if (!NodeRecord.TryDecode(source, out var record, out _))
            return null;
        _records.Set(key, record);
        return record;
    }
}
