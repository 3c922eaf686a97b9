using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using LogosActors.Delivery.Discovery.Records;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Delivery.Discovery.Discv5;

/// <summary>Writes and reads messages: a byte for the kind, and a list in RLP (discv5 wire §Protocol Messages).</summary>
internal static class MessageCodec
{
    /// <summary>The longest request id, in bytes (discv5 wire §Protocol Messages).</summary>
    public const int MaxRequestId = 8;

    /// <summary>The most distances of a request that are read: each but a repetition is one of 257.</summary>
    public const int MaxDistances = 257;

    /// <summary>The most records of one answer: each takes at least 100 bytes of a packet's 1280.</summary>
    public const int MaxRecords = 16;

    /// <summary>The longest message, in bytes.</summary>
    public const int MaxLength = Packet.MaxLength - Packet.IvLength - Packet.StaticHeaderLength - Packet.MessageDataLength - SessionKeys.TagLength;

    const byte Ping = 1, Pong = 2, FindNode = 3, Nodes = 4, TalkRequest = 5, TalkResponse = 6;

    /// <summary>Encodes a message.</summary>
    /// <exception cref="ArgumentException">It is longer than <see cref="MaxLength"/>.</exception>
    public static byte[] Encode(Discv5Message message)
    {
        var (kind, length) = SizeOf(message);
        var encoded = new byte[1 + RlpWriter.SizeOfList(length)];
        if (encoded.Length > MaxLength)
            throw new ArgumentException($"A message has {MaxLength} bytes, not {encoded.Length}.", nameof(message));
        encoded[0] = kind;
        var writer = new RlpWriter(encoded.AsSpan(1));
        writer.List(length);
        writer.Bytes(message.RequestId.Span);
        switch (message)
        {
            case Discv5Message.Ping ping:
                writer.UInt64(ping.RecordSequence);
                break;
            case Discv5Message.Pong pong:
                writer.UInt64(pong.RecordSequence);
                writer.Bytes(AddressOf(pong.Recipient));
                writer.UInt64((ulong)pong.Recipient.Port);
                break;
            case Discv5Message.FindNode find:
                writer.List(find.Distances.Sum(distance => RlpWriter.SizeOfUInt64((ulong)distance)));
                foreach (var distance in find.Distances)
                    writer.UInt64((ulong)distance);
                break;
            case Discv5Message.Nodes nodes:
                writer.UInt64(nodes.Total);
                writer.List(nodes.Records.Sum(record => record.Length));
                foreach (var record in nodes.Records)
                    writer.Raw(record.Span);
                break;
            case Discv5Message.TalkRequest talk:
                writer.Bytes(talk.Protocol.Span);
                writer.Bytes(talk.Request.Span);
                break;
            case Discv5Message.TalkResponse talk:
                writer.Bytes(talk.Response.Span);
                break;
        }
        return encoded;
    }

    /// <summary>Reads a message. Its parts are views of the source.</summary>
    /// <param name="source">The decrypted message, from the network.</param>
    /// <param name="message">The message; null on an error.</param>
    /// <param name="error"><see cref="DecodeError.Unsupported"/> for a kind that is not known, <see cref="DecodeError.LimitExceeded"/> for too many
    /// parts or a request id that is too long, <see cref="DecodeError.InvalidValue"/> for what is no address, port or distance, and those of RLP.</param>
    public static bool TryDecode(ReadOnlyMemory<byte> source, [NotNullWhen(true)] out Discv5Message? message, out DecodeError error)
    {
        message = null;
        error = DecodeError.Truncated;
        if (source.IsEmpty)
            return false;
        var kind = source.Span[0];
        error = DecodeError.Unsupported;
        if (kind is < Ping or > TalkResponse)
            return false;
        var body = source[1..];
        var outer = new RlpReader(body.Span);
        var list = outer.List();
        if (!outer.Succeeded(out error))
            return false;
        var id = In(body, list.Bytes(MaxRequestId));
        Discv5Message? read = kind switch
        {
            Ping => new Discv5Message.Ping(id, list.UInt64()),
            Pong => ReadPong(id, ref list),
            FindNode => new Discv5Message.FindNode(id, ReadDistances(ref list)),
            Nodes => new Discv5Message.Nodes(id, list.UInt64(), ReadRecords(body, ref list)),
            TalkRequest => new Discv5Message.TalkRequest(id, In(body, list.Bytes()), In(body, list.Bytes())),
            _ => new Discv5Message.TalkResponse(id, In(body, list.Bytes())),
        };
        if (list.Succeeded(out error))
            message = read;
        return message is not null;
    }

    static (byte Kind, int Length) SizeOf(Discv5Message message)
    {
        var (kind, length) = message switch
        {
            Discv5Message.Ping ping => (Ping, RlpWriter.SizeOfUInt64(ping.RecordSequence)),
            Discv5Message.Pong pong => (Pong, RlpWriter.SizeOfUInt64(pong.RecordSequence)
                + RlpWriter.SizeOfBytes(AddressOf(pong.Recipient)) + RlpWriter.SizeOfUInt64((ulong)pong.Recipient.Port)),
            Discv5Message.FindNode find => (FindNode, RlpWriter.SizeOfList(find.Distances.Sum(distance => RlpWriter.SizeOfUInt64((ulong)distance)))),
            Discv5Message.Nodes nodes => (Nodes, SizeOfNodes(nodes.Total, nodes.Records.Sum(record => record.Length))),
            Discv5Message.TalkRequest talk => (TalkRequest, RlpWriter.SizeOfBytes(talk.Protocol.Span) + RlpWriter.SizeOfBytes(talk.Request.Span)),
            Discv5Message.TalkResponse talk => (TalkResponse, RlpWriter.SizeOfBytes(talk.Response.Span)),
            _ => throw new ArgumentException($"{message.GetType().Name} is no message of the wire.", nameof(message)),
        };
        return (kind, RlpWriter.SizeOfBytes(message.RequestId.Span) + length);
    }

    static int SizeOfNodes(ulong total, int records) => RlpWriter.SizeOfUInt64(total) + RlpWriter.SizeOfList(records);

    static byte[] AddressOf(IPEndPoint endpoint) =>
        (endpoint.Address.IsIPv4MappedToIPv6 ? endpoint.Address.MapToIPv4() : endpoint.Address).GetAddressBytes();

    static Discv5Message.Pong? ReadPong(ReadOnlyMemory<byte> id, ref RlpReader list)
    {
        var sequence = list.UInt64();
        var address = list.Bytes();
        var port = list.UInt64();
        if (list.Error is DecodeError.None && (address.Length is not (4 or 16) || port > ushort.MaxValue))
            list.Fail(DecodeError.InvalidValue);
        return list.Error is DecodeError.None ? new Discv5Message.Pong(id, sequence, new IPEndPoint(new IPAddress(address), (int)port)) : null;
    }

    static ImmutableArray<int> ReadDistances(ref RlpReader list)
    {
        var items = list.List();
        var distances = ImmutableArray.CreateBuilder<int>();
        while (items.Error is DecodeError.None && !items.IsAtEnd)
        {
            var distance = items.UInt64();
            if (distance > 256)
                items.Fail(DecodeError.InvalidValue);
            else if (distances.Count == MaxDistances)
                items.Fail(DecodeError.LimitExceeded);
            distances.Add((int)distance);
        }
        if (items.Error is not DecodeError.None)
            list.Fail(items.Error);
        return distances.ToImmutable();
    }

    static ImmutableArray<ReadOnlyMemory<byte>> ReadRecords(ReadOnlyMemory<byte> body, ref RlpReader list)
    {
        var items = list.List();
        var records = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>();
        while (items.Error is DecodeError.None && !items.IsAtEnd)
        {
            if (records.Count == MaxRecords)
                items.Fail(DecodeError.LimitExceeded);
            records.Add(In(body, items.Item()));
        }
        if (items.Error is not DecodeError.None)
            list.Fail(items.Error);
        return records.ToImmutable();
    }

    static ReadOnlyMemory<byte> In(ReadOnlyMemory<byte> body, ReadOnlySpan<byte> part)
    {
        if (part.IsEmpty)
            return default;
        body.Span.Overlaps(part, out var offset);
        return body.Slice(offset, part.Length);
    }
}
