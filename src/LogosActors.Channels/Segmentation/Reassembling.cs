using LogosActors.Actors.Persistence;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Channels.Segmentation;

/// <summary>What a <see cref="ReassemblyActor"/> says, and stores beside the events of its <see cref="Reassembly"/>.</summary>
internal static class Reassembling
{
    /// <summary>How many messages are in parts? Answered by <see cref="Status"/>.</summary>
    public sealed record GetStatus
    {
        public static readonly GetStatus Instance = new();
    }

    /// <summary>How many messages are in parts.</summary>
    public sealed record Status(int PartialMessages);

    /// <summary>Event: a message was put together with the help of parity, and has not been told yet.</summary>
    /// <param name="Name">Names it.</param>
    /// <param name="RequestId">Its sender's request.</param>
    /// <param name="SenderId">Who sends it.</param>
    /// <param name="Payload">All of it.</param>
    /// <param name="ChunkIds">Its data chunks, in order, as far as their names are known.</param>
    /// <param name="RebuiltIds">Those of them that have not come.</param>
    public sealed record MessageRebuilt(
        string Name, string RequestId, string SenderId, ReadOnlyMemory<byte> Payload, IReadOnlyList<string> ChunkIds, IReadOnlyList<string> RebuiltIds);

    /// <summary>Event: such a message was told.</summary>
    public sealed record RebuiltTold(string Name);

    const int NameField = 1, RequestField = 2, SenderField = 3, PayloadField = 4, ChunkField = 5, RebuiltField = 6;
    const int TextLength = 1024;

    public static void Register(EventSerialization.Builder builder) => builder
        .Add<MessageRebuilt>("channels.reassembly.rebuilt.v1", Encode, DecodeRebuilt)
        .Add<RebuiltTold>("channels.reassembly.rebuilt-told.v1", Encode, DecodeTold);

    static ReadOnlyMemory<byte> Encode(MessageRebuilt rebuilt)
    {
        var bytes = new byte[ProtobufWriter.SizeOfString(NameField, rebuilt.Name)
            + ProtobufWriter.SizeOfString(RequestField, rebuilt.RequestId)
            + ProtobufWriter.SizeOfString(SenderField, rebuilt.SenderId)
            + ProtobufWriter.SizeOfBytes(PayloadField, rebuilt.Payload.Length)
            + rebuilt.ChunkIds.Sum(id => ProtobufWriter.SizeOfString(ChunkField, id))
            + rebuilt.RebuiltIds.Sum(id => ProtobufWriter.SizeOfString(RebuiltField, id))];
        var writer = new ProtobufWriter(bytes);
        writer.String(NameField, rebuilt.Name);
        writer.String(RequestField, rebuilt.RequestId);
        writer.String(SenderField, rebuilt.SenderId);
        writer.Bytes(PayloadField, rebuilt.Payload.Span);
        foreach (var id in rebuilt.ChunkIds)
            writer.String(ChunkField, id);
        foreach (var id in rebuilt.RebuiltIds)
            writer.String(RebuiltField, id);
        return bytes;
    }

    static MessageRebuilt DecodeRebuilt(ReadOnlyMemory<byte> bytes)
    {
        var reader = new ProtobufReader(bytes.Span);
        var (name, request, sender, payload) = ("", "", "", Array.Empty<byte>());
        var (chunks, lost) = (new List<string>(), new List<string>());
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case NameField: name = reader.String(TextLength); break;
                case RequestField: request = reader.String(TextLength); break;
                case SenderField: sender = reader.String(TextLength); break;
                case PayloadField: payload = reader.Bytes().ToArray(); break;
                case ChunkField: chunks.Add(reader.String(TextLength)); break;
                case RebuiltField: lost.Add(reader.String(TextLength)); break;
            }
        }
        return reader.Succeeded(out var error) ? new MessageRebuilt(name, request, sender, payload, chunks, lost) : throw new FormatException($"A stored message cannot be read: {error}.");
    }

    static ReadOnlyMemory<byte> Encode(RebuiltTold told)
    {
        var bytes = new byte[ProtobufWriter.SizeOfString(NameField, told.Name)];
        new ProtobufWriter(bytes).String(NameField, told.Name);
        return bytes;
    }

    static RebuiltTold DecodeTold(ReadOnlyMemory<byte> bytes)
    {
        var reader = new ProtobufReader(bytes.Span);
        var name = "";
        while (reader.Next())
        {
            if (reader.Field == NameField)
                name = reader.String(TextLength);
        }
        return reader.Succeeded(out var error) ? new RebuiltTold(name) : throw new FormatException($"A stored name of a message cannot be read: {error}.");
    }
}
