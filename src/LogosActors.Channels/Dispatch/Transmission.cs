using LogosActors.Channels.RateLimits;
using LogosActors.Delivery;

namespace LogosActors.Channels.Dispatch;

/// <summary>An SDS message on its way out.</summary>
/// <param name="MessageId">Its id.</param>
/// <param name="Bytes">The message, encoded and not encrypted yet.</param>
/// <param name="Priority">Who goes first.</param>
/// <param name="Request">The request that it is a part of; null: it is none's, as sync messages and repairs of others' are.</param>
internal sealed record Transmission(string MessageId, ReadOnlyMemory<byte> Bytes, SendPriority Priority, RequestId? Request = null)
{
    /// <summary>Whether a message begins with it.</summary>
    public bool IsFirst { get; init; } = true;

    /// <summary>Whether stores are asked not to keep it: what they have already, or what is of use only now.</summary>
    public bool IsEphemeral { get; init; }
}
