using Google.Protobuf;
using LogosActors.Actors.Serialization;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Sending.Stored;
using LogosActors.Delivery.Topics;

namespace LogosActors.Delivery.Sending;

/// <summary>How requests to send are stored.</summary>
internal static class StoredSends
{
    /// <summary>What the <see cref="SendsActor"/> persists.</summary>
    public static ProtobufTypes Types { get; } = new ProtobufTypes("sends", serializerId: 7_120).Add(SendsChanged.Parser, "changed");

    public static QueuedSend From(Sends.Send send) => new()
    {
        Request = send.Request.Value,
        Cluster = send.Message.Shard.Cluster,
        Shard = send.Message.Shard.Shard,
        Message = UnsafeByteOperations.UnsafeWrap(WakuMessageCodec.Encode(send.Message.Message)),
    };

    /// <summary>A request of an earlier process.</summary>
    /// <exception cref="FormatException">It cannot be read.</exception>
    public static Sends.Send ToSend(QueuedSend stored, TimeSpan now)
    {
        if (stored.Request.Length == 0 || stored.Cluster > ushort.MaxValue || stored.Shard > ushort.MaxValue)
            throw new FormatException("A stored request to send names no request or no shard.");
        if (!WakuMessageCodec.TryDecode(stored.Message.Span, out var message, out var error))
            throw new FormatException($"The message of the stored request '{stored.Request}' cannot be read: {error}.");
        var shard = new PubsubTopic((ushort)stored.Cluster, (ushort)stored.Shard);
        var outgoing = new OutgoingMessage(Topic: null, shard, MessageHash.Compute(shard.ToString(), message), message, now);
        return new Sends.Send(new RequestId(stored.Request), outgoing, IsJournalled: true, Observer: null);
    }
}
