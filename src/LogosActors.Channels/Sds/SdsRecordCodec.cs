using System.Runtime.InteropServices;
using LogosActors.Channels.Sds.Bloom;
using LogosActors.Channels.Sds.Wire;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Channels.Sds;

/// <summary>What stored events and parts of snapshots consist of; each has what it needs.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SdsRecord()
{
    public string Id { get; init; } = "";

    public long At { get; init; }

    public SdsMessage? Message { get; init; }

    public ReadOnlyMemory<byte> Hint { get; init; }

    public int Kind { get; init; }

    public long Number { get; init; }

    public IReadOnlyList<string> Ids { get; init; } = [];

    public ulong Lamport { get; init; }

    public ulong Digest { get; init; }

    public int Part { get; init; }
}

/// <summary>Writes and reads <see cref="SdsRecord"/>s as protobuf. Field numbers never change.</summary>
internal static class SdsRecordCodec
{
    const int IdField = 1, AtField = 2, MessageField = 3, HintField = 4, KindField = 5, NumberField = 6, IdsField = 7, LamportField = 8, DigestField = 9, PartField = 10;
    const int RecordField = 1;
    const int MaxText = 64 << 10;

    public static byte[] Encode(in SdsRecord record)
    {
        var message = MessageOf(record);
        var bytes = GC.AllocateUninitializedArray<byte>(SizeOf(record, message));
        var writer = new ProtobufWriter(bytes);
        Write(ref writer, record, message);
        return bytes;
    }

    public static byte[] EncodeAll(IEnumerable<SdsRecord> records)
    {
        var parts = records.Select(static record => Encode(record)).ToList();
        var bytes = new byte[parts.Sum(part => ProtobufWriter.SizeOfBytes(RecordField, part.Length))];
        var writer = new ProtobufWriter(bytes);
        foreach (var part in parts)
            writer.Bytes(RecordField, part);
        return bytes;
    }

    /// <exception cref="FormatException">The bytes are not a record.</exception>
    public static SdsRecord Decode(ReadOnlyMemory<byte> bytes)
    {
        var reader = new ProtobufReader(bytes.Span);
        var record = new SdsRecord();
        List<string>? ids = null;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case IdField: record = record with { Id = reader.String(MaxText) }; break;
                case AtField: record = record with { At = reader.SInt64() }; break;
                case MessageField: record = record with { Message = Read(ref reader) }; break;
                case HintField: record = record with { Hint = reader.Bytes().ToArray() }; break;
                case KindField: record = record with { Kind = reader.Int32() }; break;
                case NumberField: record = record with { Number = reader.SInt64() }; break;
                case IdsField: (ids ??= []).Add(reader.String(MaxText)); break;
                case LamportField: record = record with { Lamport = reader.UInt64() }; break;
                case DigestField: record = record with { Digest = reader.Fixed64() }; break;
                case PartField: record = record with { Part = reader.Int32() }; break;
            }
        }
        return reader.Succeeded(out var error) ? record with { Ids = ids ?? [] } : throw Unreadable(error);
    }

    /// <exception cref="FormatException">The bytes are not records.</exception>
    public static IReadOnlyList<SdsRecord> DecodeAll(ReadOnlyMemory<byte> bytes)
    {
        var reader = new ProtobufReader(bytes.Span);
        var records = new List<SdsRecord>();
        while (reader.Next())
        {
            if (reader.Field == RecordField)
                records.Add(Decode(reader.Bytes().ToArray()));
        }
        return reader.Succeeded(out var error) ? records : throw Unreadable(error);
    }

    static int MessageOf(in SdsRecord record) => record.Message is { } message ? SdsCodec.SizeOfValid(message, SdsDialect.Specification) : 0;

    static SdsMessage? Read(ref ProtobufReader reader)
    {
        if (SdsCodec.TryDecode(reader.Bytes().ToArray(), BloomParameters.Default, out var message, out _, out var error))
            return message;
        reader.Fail(error);
        return null;
    }

    static int SizeOf(in SdsRecord record, int message)
    {
        var size = 0;
        if (record.Id.Length > 0)
            size += ProtobufWriter.SizeOfString(IdField, record.Id);
        if (record.At != 0)
            size += ProtobufWriter.SizeOfSInt64(AtField, record.At);
        if (message > 0)
            size += ProtobufWriter.SizeOfBytes(MessageField, message);
        if (!record.Hint.IsEmpty)
            size += ProtobufWriter.SizeOfBytes(HintField, record.Hint.Length);
        if (record.Kind != 0)
            size += ProtobufWriter.SizeOfInt64(KindField, record.Kind);
        if (record.Number != 0)
            size += ProtobufWriter.SizeOfSInt64(NumberField, record.Number);
        foreach (var id in record.Ids)
            size = checked(size + ProtobufWriter.SizeOfString(IdsField, id));
        if (record.Lamport != 0)
            size += ProtobufWriter.SizeOfUInt64(LamportField, record.Lamport);
        if (record.Digest != 0)
            size += ProtobufWriter.SizeOfFixed64(DigestField);
        if (record.Part != 0)
            size += ProtobufWriter.SizeOfInt64(PartField, record.Part);
        return size;
    }

    static void Write(ref ProtobufWriter writer, in SdsRecord record, int message)
    {
        if (record.Id.Length > 0)
            writer.String(IdField, record.Id);
        if (record.At != 0)
            writer.SInt64(AtField, record.At);
        if (message > 0)
            SdsCodec.Write(record.Message!, SdsDialect.Specification, writer.Reserve(MessageField, message));
        if (!record.Hint.IsEmpty)
            writer.Bytes(HintField, record.Hint.Span);
        if (record.Kind != 0)
            writer.Int64(KindField, record.Kind);
        if (record.Number != 0)
            writer.SInt64(NumberField, record.Number);
        foreach (var id in record.Ids)
            writer.String(IdsField, id);
        if (record.Lamport != 0)
            writer.UInt64(LamportField, record.Lamport);
        if (record.Digest != 0)
            writer.Fixed64(DigestField, record.Digest);
        if (record.Part != 0)
            writer.Int64(PartField, record.Part);
    }

    static FormatException Unreadable(DecodeError error) => new($"The state of a channel is stored in a form that cannot be read: {error}.");
}
