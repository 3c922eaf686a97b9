using LogosActors.Delivery.Messages;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Relay;

/// <summary>Decides about messages by their bytes and the time alone (64/WAKU2-NETWORK §Message Validation): those of peers and this node's own
/// alike. Pure; for any number of threads.</summary>
internal sealed class MessageValidation(MessageValidationOptions options)
{
    readonly long _maxDifference = UnixNanoseconds.Of(options.MaxClockDifference);

    /// <summary>Decides about what came on a topic. Never throws on bad input.</summary>
    /// <remarks>Rejected, with a penalty for the peer, is only what <see cref="NetworkRules"/> reject. What else is not accepted is ignored.</remarks>
    /// <param name="pubsubTopic">The topic.</param>
    /// <param name="data">All bytes, which must not change any more: the message refers to them.</param>
    /// <param name="from">Who sent them.</param>
    /// <param name="now">The time, in nanoseconds since 1970 UTC.</param>
    /// <param name="message">The message, for <see cref="ValidationResult.Accept"/>; else null.</param>
    public ValidationResult Decide(string pubsubTopic, ReadOnlyMemory<byte> data, PeerId from, long now, out RelayedMessage? message)
    {
        message = null;
        var result = DecideAboutBytes(data.Span);
        if (result is not ValidationResult.Accept)
            return result;
        // Bounds of our own, such as a content topic's length, are nobody's fault.
        if (!WakuMessageCodec.TryDecodeInPlace(data, out var decoded, out _))
            return ValidationResult.Ignore;
        result = DecideAboutTime(decoded, now);
        if (result is ValidationResult.Accept)
            message = new RelayedMessage(pubsubTopic, decoded, MessageHash.Compute(pubsubTopic, decoded), from, IsTimely(decoded, now));
        return result;
    }

    /// <summary>Decides about what gossipsub has received, and leaves the decoded message there (<see cref="GossipMessage.Decoded"/>) for those
    /// whom it is delivered to.</summary>
    /// <param name="gossip">What was received.</param>
    /// <param name="now">The time, in nanoseconds since 1970 UTC.</param>
    /// <param name="cancellation">Cancelled when the time for the decision is over.</param>
    public ValueTask<ValidationResult> DecideAsync(GossipMessage gossip, long now, CancellationToken cancellation)
    {
        var result = Decide(gossip.Topic, gossip.Data, gossip.From!, now, out var message);
        gossip.Decoded = message;
        return message is null || !HasValidator ? ValueTask.FromResult(result) : AskAsync(message, cancellation);
    }

    /// <summary>Whether the options have a validator.</summary>
    public bool HasValidator => options.Validator is not null;

    /// <summary>Decides about a message of this node's own by the rules for those of peers.</summary>
    /// <param name="pubsubTopic">The topic.</param>
    /// <param name="message">The message.</param>
    /// <param name="encoded">Its bytes.</param>
    /// <param name="hash">Its hash on the topic.</param>
    /// <param name="now">The time, in nanoseconds since 1970 UTC.</param>
    /// <param name="own">The message, as the validator sees it.</param>
    public ValidationResult DecideOwn(
        string pubsubTopic, WakuMessage message, ReadOnlySpan<byte> encoded, MessageHash hash, long now, out RelayedMessage own)
    {
        own = new RelayedMessage(pubsubTopic, message, hash, From: null, IsTimely(message, now));
        var result = DecideAboutBytes(encoded);
        return result is ValidationResult.Accept ? DecideAboutTime(message, now) : result;
    }

    /// <summary>Decides about a message of the past that a store has kept, by the rules for those of peers, whatever its time.</summary>
    /// <param name="pubsubTopic">The topic.</param>
    /// <param name="message">The message.</param>
    /// <param name="encoded">Its bytes.</param>
    /// <param name="hash">Its hash on the topic.</param>
    /// <param name="from">Who sent it.</param>
    /// <param name="old">The message, as the validator sees it.</param>
    public ValidationResult DecideOld(
        string pubsubTopic, WakuMessage message, ReadOnlySpan<byte> encoded, MessageHash hash, PeerId from, out RelayedMessage old)
    {
        old = new RelayedMessage(pubsubTopic, message, hash, from, IsTimely: false);
        return DecideAboutBytes(encoded);
    }

    /// <summary>What the options' validator decides; it accepts when there is none.</summary>
    public ValueTask<ValidationResult> AskAsync(RelayedMessage message, CancellationToken cancellation) =>
        options.Validator?.Invoke(message, cancellation) ?? ValueTask.FromResult(ValidationResult.Accept);

    ValidationResult DecideAboutBytes(ReadOnlySpan<byte> data) =>
        data.Length > options.MaxSize ? ValidationResult.Ignore : NetworkRules.Decide(data);

    ValidationResult DecideAboutTime(WakuMessage message, long now) =>
        IsTimely(message, now) ? ValidationResult.Accept : options.Untimely;

    bool IsTimely(WakuMessage message, long now) =>
        message.Timestamp is { } timestamp && timestamp >= now - _maxDifference && timestamp <= now + _maxDifference;
}
