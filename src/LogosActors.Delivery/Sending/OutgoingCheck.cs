using System.Diagnostics.CodeAnalysis;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.Topics;

namespace LogosActors.Delivery.Sending;

/// <summary>Decides whether a message can be sent at all, and where.</summary>
internal static class OutgoingCheck
{
    const int MostBytesOfChar = 3;

    /// <summary>More than the tags and lengths of all fields take, with the timestamp and the flag, and what is around a message.</summary>
    const int MostBytesOfRest = 128;

    /// <summary>Finds a message's topic and shard, or what is wrong with it.</summary>
    public static bool TryPass(
        MessageEnvelope envelope, NodeOptions options, TopicShards topics,
        [NotNullWhen(true)] out ContentTopic? topic, out PubsubTopic shard, [NotNullWhen(false)] out SendError? error)
    {
        error = topics.TryFind(envelope.ContentTopic, out topic, out shard, out var problem)
            ? ErrorOfContent(envelope, shard, options.MaxMessageSize)
            : new SendError(SendErrorKind.InvalidContentTopic, problem);
        return topic is not null && error is null;
    }

    static SendError? ErrorOfContent(MessageEnvelope envelope, PubsubTopic shard, int maxSize)
    {
        if (envelope.Payload.IsEmpty)
            return new SendError(SendErrorKind.EmptyPayload, "The payload is empty; a message has 1 byte at least.");
        if (envelope.Meta.Length > WakuMessageLimits.MetaLength)
        {
            return new SendError(
                SendErrorKind.MetaTooLong,
                $"The meta attribute has {envelope.Meta.Length} bytes; {WakuMessageLimits.MetaLength} is the most (14/WAKU2-MESSAGE).");
        }
        // Nearly all messages are far from the limit: their exact size, which takes an object, is of no interest.
        if (envelope.Payload.Length + (MostBytesOfChar * envelope.ContentTopic.Length) + envelope.Meta.Length + MostBytesOfRest <= maxSize)
            return null;
        var size = WakuMessageCodec.SizeOf(new WakuMessage
        {
            ContentTopic = envelope.ContentTopic,
            Payload = envelope.Payload,
            Meta = envelope.Meta,
            IsEphemeral = envelope.IsEphemeral,
            Timestamp = long.MaxValue, // the longest
        });
        var most = RelayGossipsub.MaxEncoded(maxSize, shard);
        return size > most
            ? new SendError(SendErrorKind.TooLarge, $"The encoded message would have {size} bytes; the network takes {most}. Send it in parts.")
            : null;
    }
}
