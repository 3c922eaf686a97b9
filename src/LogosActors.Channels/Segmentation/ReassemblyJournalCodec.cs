using System.Runtime.InteropServices;
using LogosActors.Actors.Persistence;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Channels.Segmentation;

/// <summary>How what a <see cref="Reassembly"/> keeps is encoded. Manifests and field numbers never change.</summary>
internal static class ReassemblyJournalCodec
{
    // Shared by all messages: a message has those that it needs.
    const int SenderField = 1;
    const int MessageIdField = 2;
    const int ContentField = 3;
    const int TimeField = 4;
    const int HashField = 5;
    const int DataCountField = 6;
    const int ParityCountField = 7;
    const int RequestIdField = 8;
    const int TimestampField = 9;
    const int MessageLengthField = 10;
    const int PositionField = 11;
    const int PositionsField = 12;
    const int CompletedField = 13;
    const int ChunkField = 14;

    const int MaxText = 64 << 10;

    public static void Register(EventSerialization.Builder builder) => builder
        .Add<ReassemblyEvent.ChunkStored>("logos.channels.ChunkStored", stored => Write(Of(stored)), bytes => Chunk(Read(bytes)))
        .Add<ReassemblyEvent.ChunkDropped>(
            "logos.channels.ChunkDropped",
            dropped => Write(Of(dropped.Key) with { Position = dropped.Position, MessageId = dropped.MessageId }),
            bytes => Dropped(Read(bytes)))
        .Add<ReassemblyEvent.MessageCompleted>("logos.channels.MessageCompleted", completed => Write(Of(completed)), bytes => Completed(Read(bytes)))
        .Add<ReassemblyEvent.MessageDropped>("logos.channels.MessageDropped", dropped => Write(Of(dropped.Key)), bytes => new ReassemblyEvent.MessageDropped(Key(Read(bytes))))
        .Add<ReassemblySnapshot>("logos.channels.ReassemblySnapshot", Write, ReadSnapshot);

    static Fields Of(ReassemblyEvent.ChunkStored stored) =>
        new() { SenderId = stored.SenderId, MessageId = stored.MessageId, Content = stored.Content, Time = stored.Time };

    static Fields Of(ReassemblyEvent.MessageCompleted completed) => Of(completed.Key) with { Positions = completed.Positions };

    static Fields Of(MessageKey key) => new()
    {
        SenderId = key.SenderId,
        Hash = key.MessageHash,
        DataCount = key.DataCount,
        ParityCount = key.ParityCount,
        RequestId = key.RequestId,
        Timestamp = key.Timestamp,
        MessageLength = key.MessageLength,
    };

    static MessageKey Key(Fields fields) =>
        new(fields.SenderId, fields.Hash, fields.DataCount, fields.ParityCount, fields.RequestId, fields.Timestamp, fields.MessageLength);

    static ReassemblyEvent.ChunkStored Chunk(Fields fields) => new(fields.SenderId, fields.MessageId, fields.Content, fields.Time);

    static ReassemblyEvent.MessageCompleted Completed(Fields fields) => new(Key(fields), fields.Positions);

    static ReassemblyEvent.ChunkDropped Dropped(Fields fields) => new(Key(fields), fields.Position, fields.MessageId);

    static ReadOnlyMemory<byte> Write(ReassemblySnapshot snapshot)
    {
        Fields[] parts = [.. snapshot.Completed.Select(Of), .. snapshot.Chunks.Select(Of)];
        var size = 0;
        for (var i = 0; i < parts.Length; i++)
            size = checked(size + ProtobufWriter.SizeOfBytes(i < snapshot.Completed.Count ? CompletedField : ChunkField, SizeOf(parts[i])));
        var encoded = new byte[size];
        var writer = new ProtobufWriter(encoded);
        for (var i = 0; i < parts.Length; i++)
            Write(parts[i], writer.Reserve(i < snapshot.Completed.Count ? CompletedField : ChunkField, SizeOf(parts[i])));
        return encoded;
    }

    static ReassemblySnapshot ReadSnapshot(ReadOnlyMemory<byte> bytes)
    {
        var completed = new List<ReassemblyEvent.MessageCompleted>();
        var chunks = new List<ReassemblyEvent.ChunkStored>();
        var reader = new ProtobufReader(bytes.Span);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case CompletedField: completed.Add(Completed(Read(reader.Bytes().ToArray()))); break;
                case ChunkField: chunks.Add(Chunk(Read(reader.Bytes().ToArray()))); break;
            }
        }
        return reader.Succeeded(out var error) ? new ReassemblySnapshot(completed, chunks) : throw Unreadable(error);
    }

    static byte[] Write(Fields fields)
    {
        var encoded = new byte[SizeOf(fields)];
        Write(fields, encoded);
        return encoded;
    }

    static int SizeOf(Fields fields)
    {
        var size = ProtobufWriter.SizeOfString(SenderField, fields.SenderId) + ProtobufWriter.SizeOfString(MessageIdField, fields.MessageId)
            + ProtobufWriter.SizeOfBytes(ContentField, fields.Content.Length) + ProtobufWriter.SizeOfSInt64(TimeField, fields.Time);
        if (fields.DataCount == 0)
            return size;
        return size + ProtobufWriter.SizeOfBytes(HashField, KeccakHash.Length) + ProtobufWriter.SizeOfInt64(DataCountField, fields.DataCount)
            + ProtobufWriter.SizeOfInt64(ParityCountField, fields.ParityCount) + ProtobufWriter.SizeOfString(RequestIdField, fields.RequestId)
            + ProtobufWriter.SizeOfSInt64(TimestampField, fields.Timestamp) + ProtobufWriter.SizeOfInt64(MessageLengthField, fields.MessageLength)
            + ProtobufWriter.SizeOfInt64(PositionField, fields.Position) + (4 * ProtobufWriter.SizeOfFixed64(PositionsField));
    }

    static void Write(Fields fields, Span<byte> destination)
    {
        var writer = new ProtobufWriter(destination);
        writer.String(SenderField, fields.SenderId);
        writer.String(MessageIdField, fields.MessageId);
        writer.Bytes(ContentField, fields.Content.Span);
        writer.SInt64(TimeField, fields.Time);
        if (fields.DataCount == 0)
            return;
        fields.Hash.CopyTo(writer.Reserve(HashField, KeccakHash.Length));
        writer.Int64(DataCountField, fields.DataCount);
        writer.Int64(ParityCountField, fields.ParityCount);
        writer.String(RequestIdField, fields.RequestId);
        writer.SInt64(TimestampField, fields.Timestamp);
        writer.Int64(MessageLengthField, fields.MessageLength);
        writer.Int64(PositionField, fields.Position);
        writer.Fixed64(PositionsField, fields.Positions.First);
        writer.Fixed64(PositionsField, fields.Positions.Second);
        writer.Fixed64(PositionsField, fields.Positions.Third);
        writer.Fixed64(PositionsField, fields.Positions.Fourth);
    }

    static Fields Read(ReadOnlyMemory<byte> bytes)
    {
        var reader = new ProtobufReader(bytes.Span);
        var fields = new Fields();
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case SenderField: fields = fields with { SenderId = reader.String(MaxText) }; break;
                case MessageIdField: fields = fields with { MessageId = reader.String(MaxText) }; break;
                case ContentField: fields = fields with { Content = reader.Bytes().ToArray() }; break;
                case TimeField: fields = fields with { Time = reader.SInt64() }; break;
                case HashField:
                    var hash = reader.Bytes();
                    if (hash.Length == KeccakHash.Length)
                        fields = fields with { Hash = new KeccakHash(hash) };
                    else
                        reader.Fail(DecodeError.InvalidValue);
                    break;
                case DataCountField: fields = fields with { DataCount = reader.Int32() }; break;
                case ParityCountField: fields = fields with { ParityCount = reader.Int32() }; break;
                case RequestIdField: fields = fields with { RequestId = reader.String(MaxText) }; break;
                case TimestampField: fields = fields with { Timestamp = reader.SInt64() }; break;
                case MessageLengthField: fields = fields with { MessageLength = reader.Int32() }; break;
                case PositionField: fields = fields with { Position = reader.Int32() }; break;
                case PositionsField:
                    var (_, second, third, fourth) = fields.Positions;
                    fields = fields with { Positions = new PositionSet(second, third, fourth, reader.Fixed64()) };
                    break;
            }
        }
        if (fields.DataCount < 0 || fields.ParityCount < 0 || fields.DataCount + (long)fields.ParityCount >= SegmentLimits.TotalSegments)
            reader.Fail(DecodeError.InvalidValue);
        if (fields.Position < 0 || fields.Position >= Math.Max(1, fields.DataCount + fields.ParityCount))
            reader.Fail(DecodeError.InvalidValue);
        return reader.Succeeded(out var error) ? fields : throw Unreadable(error);
    }

    static FormatException Unreadable(DecodeError error) => new($"Chunks are stored in a form that cannot be read: {error}.");

    [StructLayout(LayoutKind.Auto)]
    readonly record struct Fields()
    {
        public string SenderId { get; init; } = "";

        public string MessageId { get; init; } = "";

        public ReadOnlyMemory<byte> Content { get; init; }

        public long Time { get; init; }

        public KeccakHash Hash { get; init; }

        public int DataCount { get; init; }

        public int ParityCount { get; init; }

        public string RequestId { get; init; } = "";

        public long Timestamp { get; init; }

        public int MessageLength { get; init; }

        public int Position { get; init; }

        public PositionSet Positions { get; init; }
    }
}
