using System.Diagnostics.CodeAnalysis;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Channels.Sds.Wire;

/// <summary>Writes and reads entries of causal histories and repair requests, which all dialects write alike (SDS §Message).</summary>
internal static class HistoryEntryCodec
{
    const int IdField = 1;
    const int HintField = 2;
    const int SenderField = 3;

    /// <summary>The encoded size, in bytes, without tag and length.</summary>
    public static int SizeOf(HistoryEntry entry)
    {
        var size = ProtobufWriter.SizeOfString(IdField, entry.MessageId);
        if (!entry.RetrievalHint.IsEmpty)
            size += ProtobufWriter.SizeOfBytes(HintField, entry.RetrievalHint.Length);
        if (entry.SenderId is { Length: > 0 } sender)
            size += ProtobufWriter.SizeOfString(SenderField, sender);
        return size;
    }

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
    public static bool TryDecode(ReadOnlySpan<byte> source, [NotNullWhen(true)] out HistoryEntry? entry, out DecodeError error)
    {
        var reader = new ProtobufReader(source);
        var id = "";
        string? sender = null;
        ReadOnlySpan<byte> hint = default;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case IdField: id = reader.String(SdsLimits.IdLength); break;
                case HintField: hint = reader.Bytes(SdsLimits.HintLength); break;
                case SenderField: sender = reader.String(SdsLimits.IdLength); break;
            }
        }
        if (reader.Error is DecodeError.None && id.Length == 0)
            reader.Fail(DecodeError.MissingField);
        entry = reader.Succeeded(out error) ? new HistoryEntry(id, hint.ToArray(), sender is { Length: > 0 } ? sender : null) : null;
        return entry is not null;
    }
}
