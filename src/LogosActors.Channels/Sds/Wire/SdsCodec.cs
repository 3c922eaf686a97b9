using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using LogosActors.Channels.Sds.Bloom;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Channels.Sds.Wire;

/// <summary>Writes and reads messages of channels as protobuf, in either dialect (SDS §Message; nim-sds <c>sds/protobuf.nim</c>).</summary>
internal static class SdsCodec
{
    /// <summary>The encoded size, in bytes.</summary>
    public static int SizeOf(SdsMessage message, SdsDialect dialect)
    {
        ArgumentNullException.ThrowIfNull(message);
        var fields = SdsFields.Of(dialect);
        var size = ProtobufWriter.SizeOfString(fields.Id, message.MessageId) + ProtobufWriter.SizeOfString(fields.Channel, message.ChannelId);
        if (message.SenderId.Length > 0)
            size += ProtobufWriter.SizeOfString(fields.Sender, message.SenderId);
        if (message.LamportTimestamp is { } lamport)
            size += ProtobufWriter.SizeOfUInt64(fields.Lamport, lamport);
        foreach (var entry in AsSpan(message.CausalHistory))
            size += ProtobufWriter.SizeOfBytes(fields.History, HistoryEntryCodec.SizeOf(entry));
        if (FilterOf(message, dialect) is { } filter)
            size += ProtobufWriter.SizeOfBytes(fields.Bloom, BloomFilterCodec.SizeOf(filter, dialect));
        foreach (var entry in AsSpan(message.RepairRequest))
            size += ProtobufWriter.SizeOfBytes(fields.Repair, HistoryEntryCodec.SizeOf(entry));
        if (HasContent(message, dialect))
            size += ProtobufWriter.SizeOfBytes(fields.Content, message.Content.Length);
        return size;
    }

    /// <summary>Encodes a message.</summary>
    /// <remarks>
    /// A bloom filter of the other dialect's hash is left out, since its readers could only misread it.
    /// nim-sds has no ephemeral messages: it refuses what carries no time.
    /// </remarks>
    /// <exception cref="ArgumentException">The message has no id or no channel, or something in it is over its limit in <see cref="SdsLimits"/>.</exception>
    public static byte[] Encode(SdsMessage message, SdsDialect dialect)
    {
        // All of it is written.
        var encoded = GC.AllocateUninitializedArray<byte>(SizeOfValid(message, dialect));
        Write(message, dialect, encoded);
        return encoded;
    }

    /// <summary>The encoded size of a message that can be encoded, in bytes; at least 1.</summary>
    /// <exception cref="ArgumentException">It is not one, see <see cref="Encode"/>.</exception>
    public static int SizeOfValid(SdsMessage message, SdsDialect dialect)
    {
        ArgumentNullException.ThrowIfNull(message);
        Validate(message);
        var size = SizeOf(message, dialect);
        return size <= SdsLimits.MessageSize
            ? size
            : throw new ArgumentException($"A message of a channel has at most {SdsLimits.MessageSize} bytes, not {size}: cut its content into segments.", nameof(message));
    }

    /// <summary>Encodes a message into a span of its <see cref="SizeOfValid"/>.</summary>
    public static void Write(SdsMessage message, SdsDialect dialect, Span<byte> destination)
    {
        var writer = new ProtobufWriter(destination);
        if (dialect is SdsDialect.Nim)
            WriteNim(ref writer, message);
        else
            WriteSpecification(ref writer, message);
    }

    /// <summary>Decodes a message of either dialect, which its bytes show. Never throws on bad input; all of the source is the message.</summary>
    /// <param name="source">Any bytes. The message's content is a slice of it, so it must not change any more.</param>
    /// <param name="bloom">What the channel's bloom filters are made for.</param>
    /// <param name="message">The message; a bloom filter in it that is malformed, or made for something else, is left out: the message is good without.</param>
    /// <param name="dialect">How it is written.</param>
    /// <param name="error">Why it is not one: what is over <see cref="SdsLimits"/> is <see cref="DecodeError.LimitExceeded"/>, the lack of
    /// an id or a channel is <see cref="DecodeError.MissingField"/>.</param>
    /// <param name="previous">What was read before in the channel; null: nothing. It takes this message's place for the next.</param>
    public static bool TryDecode(
        ReadOnlyMemory<byte> source, BloomParameters bloom, [NotNullWhen(true)] out SdsMessage? message, out SdsDialect dialect, out DecodeError error, PreviousNames? previous = null)
    {
        ArgumentNullException.ThrowIfNull(bloom);
        message = null;
        dialect = SdsDialect.Specification;
        if (source.Length > SdsLimits.MessageSize)
        {
            error = DecodeError.LimitExceeded;
            return false;
        }
        dialect = Recognise(source.Span);
        var fields = SdsFields.Of(dialect);
        var reader = new ProtobufReader(source.Span);
        var id = "";
        ulong? lamport = null;
        List<HistoryEntry>? history = null, repair = null;
        ReadOnlySpan<byte> sender = default, channel = default, filter = default, content = default;
        while (reader.Next())
        {
            var field = reader.Field;
            if (field == fields.Sender)
                sender = reader.Bytes(SdsLimits.IdLength);
            else if (field == fields.Id)
                id = reader.String(SdsLimits.IdLength);
            else if (field == fields.Channel)
                channel = reader.Bytes(SdsLimits.IdLength);
            else if (field == fields.Lamport)
                lamport = reader.UInt64();
            else if (field == fields.History)
                Append(ref reader, ref history, SdsLimits.HistoryEntries, previous);
            else if (field == fields.Bloom)
                filter = reader.Bytes();
            else if (field == fields.Repair)
                Append(ref reader, ref repair, SdsLimits.RepairRequests, previous: null);
            else if (field == fields.Content)
                content = reader.Bytes();
        }
        if (reader.Error is DecodeError.None && (id.Length == 0 || channel.Length == 0))
            reader.Fail(DecodeError.MissingField);
        if (!Utf8.IsValid(sender) || !Utf8.IsValid(channel))
            reader.Fail(DecodeError.InvalidText);
        if (!reader.Succeeded(out error))
            return false;
        message = new SdsMessage
        {
            SenderId = previous?.FindSender(sender) ?? Encoding.UTF8.GetString(sender),
            MessageId = id,
            ChannelId = previous?.FindChannel(channel) ?? Encoding.UTF8.GetString(channel),
            LamportTimestamp = lamport,
            CausalHistory = history ?? [],
            BloomFilter = BloomFilterCodec.TryDecode(filter, dialect, bloom, out var read, out _) ? read : null,
            RepairRequest = repair ?? [],
            Content = source.Span.Overlaps(content, out var start) ? source.Slice(start, content.Length) : default,
        };
        previous?.Read(message);
        return true;
    }

    // Both dialects use field 2, and for values of different types. What nim-sds cannot write, an ephemeral message, has none:
    // its fields 4 and 5 give that away.
    static SdsDialect Recognise(ReadOnlySpan<byte> source)
    {
        var nim = SdsFields.Of(SdsDialect.Nim);
        var reader = new ProtobufReader(source);
        var dialect = SdsDialect.Specification;
        while (reader.Next())
        {
            if (reader.Field == SdsFields.Telling)
                return reader.WireType is ProtobufWireType.Varint ? SdsDialect.Nim : SdsDialect.Specification;
            if (reader.Field == nim.Channel || reader.Field == nim.Content)
                dialect = SdsDialect.Nim;
        }
        return dialect;
    }

    static void Append(ref ProtobufReader reader, ref List<HistoryEntry>? entries, int maxCount, PreviousNames? previous)
    {
        var error = DecodeError.LimitExceeded;
        if (entries?.Count >= maxCount || !HistoryEntryCodec.TryDecode(reader.Bytes(), previous, out var entry, out error))
            reader.Fail(error);
        else
            (entries ??= []).Add(entry);
    }

    static void WriteSpecification(ref ProtobufWriter writer, SdsMessage message)
    {
        var fields = SdsFields.Of(SdsDialect.Specification);
        if (message.SenderId.Length > 0)
            writer.String(fields.Sender, message.SenderId);
        writer.String(fields.Id, message.MessageId);
        writer.String(fields.Channel, message.ChannelId);
        if (message.LamportTimestamp is { } lamport)
            writer.UInt64(fields.Lamport, lamport);
        Write(ref writer, fields.History, message.CausalHistory);
        Write(ref writer, fields.Bloom, message, SdsDialect.Specification);
        Write(ref writer, fields.Repair, message.RepairRequest);
        if (HasContent(message, SdsDialect.Specification))
            writer.Bytes(fields.Content, message.Content.Span);
    }

    static void WriteNim(ref ProtobufWriter writer, SdsMessage message)
    {
        var fields = SdsFields.Of(SdsDialect.Nim);
        writer.String(fields.Id, message.MessageId);
        if (message.LamportTimestamp is { } lamport)
            writer.UInt64(fields.Lamport, lamport);
        Write(ref writer, fields.History, message.CausalHistory);
        writer.String(fields.Channel, message.ChannelId);
        writer.Bytes(fields.Content, message.Content.Span);
        Write(ref writer, fields.Bloom, message, SdsDialect.Nim);
        if (message.SenderId.Length > 0)
            writer.String(fields.Sender, message.SenderId);
        Write(ref writer, fields.Repair, message.RepairRequest);
    }

    static void Write(ref ProtobufWriter writer, int field, IReadOnlyList<HistoryEntry> entries)
    {
        foreach (var entry in AsSpan(entries))
            HistoryEntryCodec.Write(ref writer, field, entry);
    }

    static void Write(ref ProtobufWriter writer, int field, SdsMessage message, SdsDialect dialect)
    {
        if (FilterOf(message, dialect) is { } filter)
            BloomFilterCodec.Write(filter, dialect, writer.Reserve(field, BloomFilterCodec.SizeOf(filter, dialect)));
    }

    static BloomFilter? FilterOf(SdsMessage message, SdsDialect dialect) =>
        message.BloomFilter is { } filter && filter.Shape.Hash == BloomShape.HashOf(dialect) ? filter : null;

    // nim-sds refuses a message without the field, however empty.
    static bool HasContent(SdsMessage message, SdsDialect dialect) => dialect is SdsDialect.Nim || !message.Content.IsEmpty;

    // What is broken is only put in words then: this is asked of every name of every message.
    static void Validate(SdsMessage message)
    {
        if (message.MessageId.Length == 0 || message.ChannelId.Length == 0)
            throw Broken("has an id and a channel");
        if (!IsShort(message.MessageId) || !IsShort(message.ChannelId) || !IsShort(message.SenderId))
            throw Broken($"has ids of at most {SdsLimits.IdLength} bytes");
        if (message.CausalHistory.Count > SdsLimits.HistoryEntries)
            throw Broken($"names at most {SdsLimits.HistoryEntries} earlier ones");
        if (message.RepairRequest.Count > SdsLimits.RepairRequests)
            throw Broken($"asks for at most {SdsLimits.RepairRequests} others");
        foreach (var entry in AsSpan(message.CausalHistory))
            Validate(entry);
        foreach (var entry in AsSpan(message.RepairRequest))
            Validate(entry);
    }

    static void Validate(HistoryEntry entry)
    {
        if (entry.MessageId.Length == 0 || !IsShort(entry.MessageId) || !IsShort(entry.SenderId ?? ""))
            throw Broken($"names others by ids of 1 – {SdsLimits.IdLength} bytes");
        if (entry.RetrievalHint.Length > SdsLimits.HintLength)
            throw Broken($"gives hints of at most {SdsLimits.HintLength} bytes");
    }

    // A character takes three bytes at most, so most ids need no counting.
    static bool IsShort(string id) => id.Length <= SdsLimits.IdLength / 3 || Encoding.UTF8.GetByteCount(id) <= SdsLimits.IdLength;

    // What the channel makes is one of the first two; an enumerator would be called for each name.
    static ReadOnlySpan<HistoryEntry> AsSpan(IReadOnlyList<HistoryEntry> entries) => entries switch
    {
        HistoryEntry[] array => array,
        List<HistoryEntry> list => CollectionsMarshal.AsSpan(list),
        _ => entries.ToArray(),
    };

    static ArgumentException Broken(string rule) => new($"A message of a channel {rule} (SDS §Message).");
}
