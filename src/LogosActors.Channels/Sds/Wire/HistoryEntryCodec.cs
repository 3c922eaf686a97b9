using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Channels.Sds.Wire;

/// <summary>Writes and reads entries of causal histories and repair requests, which all dialects write alike (SDS §Message).</summary>
internal static class HistoryEntryCodec
{
    const int IdField = 1;
    const int HintField = 2;
    const int SenderField = 3;

    /// <summary>The encoded size, in bytes, without tag and length.</summary>
    /// <remarks>It is computed once: a name goes into many messages.</remarks>
    public static int SizeOf(HistoryEntry entry) => entry.EncodedSize > 0 ? entry.EncodedSize : entry.EncodedSize = Measure(entry);

    /// <summary>Writes an entry as a field.</summary>
    public static void Write(ref ProtobufWriter writer, int field, HistoryEntry entry)
    {
        writer.Message(field, SizeOf(entry));
        writer.String(IdField, entry.MessageId);
        if (!entry.RetrievalHint.IsEmpty)
            writer.Bytes(HintField, entry.RetrievalHint.Span);
        if (entry.SenderId is { Length: > 0 } sender)
            writer.String(SenderField, sender);
    }

    /// <summary>Decodes an entry. The hint is copied: entries outlive the message that names them.</summary>
    /// <param name="source">Any bytes; all of them are the entry.</param>
    /// <param name="previous">What was read before, of which the entry may be one; null: nothing.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="error">Why it is none.</param>
    public static bool TryDecode(ReadOnlySpan<byte> source, PreviousNames? previous, [NotNullWhen(true)] out HistoryEntry? entry, out DecodeError error)
    {
        var reader = new ProtobufReader(source);
        ReadOnlySpan<byte> id = default, sender = default, hint = default;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case IdField: id = reader.Bytes(SdsLimits.IdLength); break;
                case HintField: hint = reader.Bytes(SdsLimits.HintLength); break;
                case SenderField: sender = reader.Bytes(SdsLimits.IdLength); break;
            }
        }
        if (reader.Error is DecodeError.None && id.Length == 0)
            reader.Fail(DecodeError.MissingField);
        entry = reader.Error is DecodeError.None ? previous?.Find(id, hint, sender) : null;
        if (entry is not null)
            return reader.Succeeded(out error);
        if (!Utf8.IsValid(id) || !Utf8.IsValid(sender))
            reader.Fail(DecodeError.InvalidText);
        if (!reader.Succeeded(out error))
            return false;
        entry = new HistoryEntry(Encoding.UTF8.GetString(id), hint.ToArray(), sender.IsEmpty ? null : previous?.FindEntrySender(sender) ?? Encoding.UTF8.GetString(sender));
        previous?.Read(entry);
        return true;
    }

    static int Measure(HistoryEntry entry)
    {
        var size = ProtobufWriter.SizeOfString(IdField, entry.MessageId);
        if (!entry.RetrievalHint.IsEmpty)
            size += ProtobufWriter.SizeOfBytes(HintField, entry.RetrievalHint.Length);
        if (entry.SenderId is { Length: > 0 } sender)
            size += ProtobufWriter.SizeOfString(SenderField, sender);
        return size;
    }
}
