using LogosActors.Actors.Persistence;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Delivery.Sending;

/// <summary>What is said to and by a <see cref="SendJournalActor"/>, and what it stores.</summary>
internal static class SendJournal
{
    /// <summary>Store a request; answered by <see cref="Stored"/> or <see cref="Rejected"/>. One that is stored is not stored again.</summary>
    public sealed record Store(RequestId Request, PubsubTopic Shard, WakuMessage Message);

    /// <summary>The request is durable.</summary>
    public sealed record Stored(RequestId Request);

    /// <summary>The journal does not take the request.</summary>
    public sealed record Rejected(RequestId Request, string Reason);

    /// <summary>Store that a request has ended; answered by <see cref="Removed"/>.</summary>
    public sealed record Remove(RequestId Request);

    /// <summary>The history does not know the request any more.</summary>
    public sealed record Removed(RequestId Request);

    /// <summary>The requests that have not ended; told to the parent after each start, before all else.</summary>
    public sealed record Recovered(IReadOnlyList<SendQueued> Sends);

    /// <summary>Event: a request was taken.</summary>
    public sealed record SendQueued(RequestId Request, PubsubTopic Shard, WakuMessage Message);

    /// <summary>Event: a request has ended.</summary>
    public sealed record SendEnded(RequestId Request);

    const int RequestField = 1, ClusterField = 2, ShardField = 3, MessageField = 4;

    /// <summary>The longest id of a request that is read back. The node's own have 32 characters.</summary>
    const int RequestLength = 64;

    public static void Register(EventSerialization.Builder builder) => builder
        .Add<SendQueued>("delivery.sends.queued.v1", Encode, DecodeQueued)
        .Add<SendEnded>("delivery.sends.ended.v1", Encode, DecodeEnded);

    static ReadOnlyMemory<byte> Encode(SendQueued queued)
    {
        var message = WakuMessageCodec.Encode(queued.Message);
        var bytes = new byte[ProtobufWriter.SizeOfString(RequestField, queued.Request.Value)
            + ProtobufWriter.SizeOfUInt64(ClusterField, queued.Shard.Cluster)
            + ProtobufWriter.SizeOfUInt64(ShardField, queued.Shard.Shard)
            + ProtobufWriter.SizeOfBytes(MessageField, message.Length)];
        var writer = new ProtobufWriter(bytes);
        writer.String(RequestField, queued.Request.Value);
        writer.UInt64(ClusterField, queued.Shard.Cluster);
        writer.UInt64(ShardField, queued.Shard.Shard);
        writer.Bytes(MessageField, message);
        return bytes;
    }

    static SendQueued DecodeQueued(ReadOnlyMemory<byte> bytes)
    {
        var reader = new ProtobufReader(bytes.Span);
        string? request = null;
        uint cluster = 0, shard = 0;
        WakuMessage? message = null;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case RequestField: request = reader.String(RequestLength); break;
                case ClusterField: cluster = reader.UInt32(); break;
                case ShardField: shard = reader.UInt32(); break;
                case MessageField:
                    if (!WakuMessageCodec.TryDecode(reader.Bytes(), out message, out var malformed))
                        reader.Fail(malformed);
                    break;
            }
        }
        return reader.Succeeded(out var error) && request is { Length: > 0 } && message is not null && cluster <= ushort.MaxValue && shard <= ushort.MaxValue
            ? new SendQueued(new RequestId(request), new PubsubTopic((ushort)cluster, (ushort)shard), message)
            : throw new FormatException($"A stored request to send cannot be read: {error}.");
    }

    static ReadOnlyMemory<byte> Encode(SendEnded ended)
    {
        var bytes = new byte[ProtobufWriter.SizeOfString(RequestField, ended.Request.Value)];
        new ProtobufWriter(bytes).String(RequestField, ended.Request.Value);
        return bytes;
    }

    static SendEnded DecodeEnded(ReadOnlyMemory<byte> bytes)
    {
        var reader = new ProtobufReader(bytes.Span);
        var request = "";
        while (reader.Next())
        {
            if (reader.Field == RequestField)
                request = reader.String(RequestLength);
        }
        return reader.Succeeded(out var error) && request.Length > 0
            ? new SendEnded(new RequestId(request))
            : throw new FormatException($"A stored end of a request cannot be read: {error}.");
    }
}
