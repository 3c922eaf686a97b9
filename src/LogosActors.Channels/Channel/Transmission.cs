using System.Diagnostics;
using LogosActors.Channels.RateLimits;
using LogosActors.Delivery;

namespace LogosActors.Channels.Channel;

/// <summary>Effect: an SDS message is to be sent.</summary>
/// <param name="MessageId">Its id.</param>
/// <param name="Bytes">The message, encoded and not encrypted yet.</param>
/// <param name="Priority">Who goes first.</param>
/// <param name="Request">The request that it is a part of; null: none, as sync messages and repairs of others' messages.</param>
internal sealed record Transmission(string MessageId, ReadOnlyMemory<byte> Bytes, SendPriority Priority, RequestId? Request = null)
{
    /// <summary>Whether a message begins with it.</summary>
    public bool IsFirst { get; init; } = true;

    /// <summary>Whether stores are asked not to keep it: what they have already, or what is of use only now.</summary>
    public bool IsEphemeral { get; init; }

    /// <summary>Whether the rate limit lets it pass.</summary>
    public Permit Permit { get; init; }

    /// <summary>The epoch whose limit that is.</summary>
    public long Epoch { get; init; }

    /// <summary>The span of the request; null: it is not traced.</summary>
    public Activity? Trace { get; init; }

    /// <summary>The span of what is under way, when the request is traced. Whoever has the message ends it.</summary>
    public Activity? Step { get; init; }
}
