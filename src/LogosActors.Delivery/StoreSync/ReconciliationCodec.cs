using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Delivery.StoreSync;

/// <summary>Writes and reads the payloads of a reconciliation as the Nim reference does (waku_store_sync/codec.nim), which is not as
/// WAKU-STORE-SYNC has them: topics are listed, and the first bound is written out.</summary>
/// <remarks>
/// <code>
/// payload   = 00 | topics topics time range*         pubsub topics, then content topics; the time is the first lower bound
/// topics    = count (length utf-8)*
/// range     = delta [length prefix] kind             delta: from the previous bound; only if it is 0, the first bytes of the upper bound's hash
/// kind      = 00 | 01 fingerprint | 02 count (delta hash)* reconciled
/// </code>
/// Numbers are varints of up to 63 bits; the first delta of an item set is from 0. Nim reads a count or the first time only where 9 bytes are left:
/// times of today take 9.
/// </remarks>
internal static class ReconciliationCodec
{
    const byte SkipKind = 0;
    const byte SummaryKind = 1;
    const byte ItemSetKind = 2;

    static readonly byte[] EndPayload = [0];

    /// <summary>Encodes a payload.</summary>
    /// <exception cref="ArgumentException">A range does not begin at the time at which the one before it ends, or ends before it begins.</exception>
    public static byte[] Encode(ReconciliationPayload payload)
    {
        ArgumentNullException.ThrowIfNull(payload);
        if (payload.Ranges.Count == 0)
            return EndPayload;
        var writer = new ArrayBufferWriter<byte>(1024);
        WriteTopics(writer, payload.PubsubTopics);
        WriteTopics(writer, payload.ContentTopics);
        var time = payload.Ranges[0].Lower.Time;
        WriteNumber(writer, time);
        foreach (var range in payload.Ranges)
        {
            if (range.Lower.Time != time || range.Upper.Time < time)
                throw new ArgumentException($"A range is {range.Lower} – {range.Upper}, and the one before it ends at {time}.", nameof(payload));
            WriteNumber(writer, range.Upper.Time - time);
            if (range.Upper.Time == time)
                WritePrefix(writer, range.Upper.Hash);
            WriteContent(writer, range);
            time = range.Upper.Time;
        }
        return writer.WrittenSpan.ToArray();
    }

    /// <summary>Decodes a payload. Never throws on bad input; the whole span is the payload.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> source, [NotNullWhen(true)] out ReconciliationPayload? payload, out DecodeError error)
    {
        // Nim answers a mismatch of topics with no bytes at all.
        if (source.Length <= 1)
        {
            error = source is [not 0] ? DecodeError.Truncated : DecodeError.None;
            payload = error is DecodeError.None ? ReconciliationPayload.End : null;
            return payload is not null;
        }
        var reader = new ReconciliationReader(source);
        var pubsubTopics = reader.Topics();
        var contentTopics = reader.Topics();
        var time = reader.Number();
        List<ReconciliationRange> ranges = [];
        while (reader.HasNext)
        {
            if (ranges.Count == StoreSyncLimits.Ranges)
            {
                reader.Fail(DecodeError.LimitExceeded);
                break;
            }
            var range = ReadRange(ref reader, new ArchivePosition(time, default));
            if (range is null)
                break;
            ranges.Add(range);
            time = range.Upper.Time;
        }
        payload = reader.Succeeded(out error)
            ? new ReconciliationPayload { PubsubTopics = pubsubTopics, ContentTopics = contentTopics, Ranges = ranges }
            : null;
        return payload is not null;
    }

    static ReconciliationRange? ReadRange(ref ReconciliationReader reader, ArchivePosition lower)
    {
        var delta = reader.Number();
        var hash = delta == 0 ? reader.Prefix() : default;
        var upper = new ArchivePosition(reader.Add(lower.Time, delta), hash);
        ReconciliationRange? range = null;
        switch (reader.Byte())
        {
            case SkipKind: range = new ReconciliationRange.Skip(lower, upper); break;
            case SummaryKind: range = new ReconciliationRange.Summary(lower, upper, reader.Fingerprint()); break;
            case ItemSetKind:
                var ids = reader.Ids();
                range = new ReconciliationRange.ItemSet(lower, upper, ids, reader.Flag());
                break;
            default: reader.Fail(DecodeError.Unsupported); break;
        }
        return reader.Succeeded(out _) ? range : null;
    }

    static void WriteContent(ArrayBufferWriter<byte> writer, ReconciliationRange range)
    {
        switch (range)
        {
            case ReconciliationRange.Skip:
                WriteByte(writer, SkipKind);
                break;
            case ReconciliationRange.Summary summary:
                WriteByte(writer, SummaryKind);
                summary.Fingerprint.CopyTo(writer.GetSpan(Fingerprint.Length));
                writer.Advance(Fingerprint.Length);
                break;
            case ReconciliationRange.ItemSet items:
                WriteByte(writer, ItemSetKind);
                WriteNumber(writer, items.Ids.Count);
                var time = 0L;
                foreach (var id in items.Ids)
                {
                    WriteNumber(writer, id.Time - time);
                    id.Hash.CopyTo(writer.GetSpan(MessageHash.Length));
                    writer.Advance(MessageHash.Length);
                    time = id.Time;
                }
                WriteByte(writer, items.IsReconciled ? (byte)1 : (byte)0);
                break;
        }
    }

    static void WriteTopics(ArrayBufferWriter<byte> writer, IReadOnlyList<string> topics)
    {
        WriteNumber(writer, topics.Count);
        foreach (var topic in topics)
        {
            WriteNumber(writer, Encoding.UTF8.GetByteCount(topic));
            Encoding.UTF8.GetBytes(topic, writer);
        }
    }

    // As far as the hash says something: Nim ends at the first byte that is not zero, and reads any length.
    static void WritePrefix(ArrayBufferWriter<byte> writer, MessageHash hash)
    {
        Span<byte> bytes = stackalloc byte[MessageHash.Length];
        hash.CopyTo(bytes);
        var last = bytes.LastIndexOfAnyExcept((byte)0);
        var length = last < 0 ? MessageHash.Length : last + 1;
        WriteByte(writer, (byte)length);
        writer.Write(bytes[..length]);
    }

    static void WriteNumber(ArrayBufferWriter<byte> writer, long number) =>
        writer.Advance(Varint.Write(writer.GetSpan(Varint.MaxLength), (ulong)number));

    static void WriteByte(ArrayBufferWriter<byte> writer, byte value)
    {
        writer.GetSpan(1)[0] = value;
        writer.Advance(1);
    }
}
