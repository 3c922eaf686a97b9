using LogosActors.Delivery.Messages;
using LogosActors.Libp2p;
using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Delivery.Relay;

/// <summary>Which messages are relayed. Immutable; checked when set.</summary>
public sealed record MessageValidationOptions
{
    /// <summary>The longest encoded message, in bytes; a longer one is ignored.</summary>
    /// <value>Default 150 KiB (64/WAKU2-NETWORK §Message Size). Range 1 KiB – 16 MiB.</value>
    public int MaxSize { get; init => field = OptionRange.Check(value, 1024, 16 * 1024 * 1024); } = WakuMessageLimits.MessageSize;

    /// <summary>How far a timely message's timestamp is from this node's clock, before or behind.</summary>
    /// <value>Default 20 s (64/WAKU2-NETWORK §Invalid timestamp; the Nim reference's archive). Range 1 s – 1 day.</value>
    public TimeSpan MaxClockDifference
    {
        get;
        init => field = OptionRange.Check(value, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
    } = TimeSpan.FromSeconds(20);

    /// <summary>What becomes of a message that is not timely, or has no timestamp; one of this node's own that is not accepted is not sent.</summary>
    /// <remarks>64/WAKU2-NETWORK has it rejected. The reference does so with RLN only, and relays it otherwise: peers would be penalised for
    /// what they take for right.</remarks>
    /// <value>Default <see cref="ValidationResult.Accept"/>.</value>
    public ValidationResult Untimely { get; init; } = ValidationResult.Accept;

    /// <summary>Decides about messages that all the rest lets pass, and about this node's own each time that they are sent, as the Nim
    /// reference does: what it does not accept ends in <see cref="MessageError"/>.</summary>
    /// <value>Default null: they are accepted.</value>
    public RelayValidator? Validator { get; init; }
}
