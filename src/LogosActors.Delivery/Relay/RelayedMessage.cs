using LogosActors.Delivery.Messages;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Relay;

/// <summary>A message that has come over the relay, or goes there.</summary>
/// <param name="PubsubTopic">The topic that it travels on, as text.</param>
/// <param name="Message">The message.</param>
/// <param name="Hash">Its hash on that topic.</param>
/// <param name="From">The peer that sent it to this node first; null: this node itself.</param>
/// <param name="IsTimely">Whether its timestamp is near this node's clock (<see cref="MessageValidationOptions.MaxClockDifference"/>).</param>
public sealed record RelayedMessage(string PubsubTopic, WakuMessage Message, MessageHash Hash, PeerId? From, bool IsTimely)
{
    /// <summary>When it was received, in nanoseconds since 1970 UTC; 0: nobody has asked for traces then.</summary>
    /// <remarks>Set before anybody else has the message but its validator.</remarks>
    internal long ReceivedAt { get; set; }

    /// <summary>Whether an archive keeps it: it is timely, and its sender lets stores keep it (13/WAKU2-STORE §Waku Message Store Eligibility).</summary>
    public bool IsArchivable => IsTimely && !Message.IsEphemeral;
}

/// <summary>Decides about a message that is well-formed, before it is relayed: the place of a proof that its sender keeps to its rate.</summary>
/// <remarks>It holds up the relay up to its first await, so it must not block. A message that it has not decided about after 5 s, or that makes
/// it throw, is ignored; one of this node's own ends in <see cref="MessageError"/>.</remarks>
/// <param name="message">The message; one of this node's own too.</param>
/// <param name="cancellation">Cancelled when the time for the decision, 5 s, is over.</param>
public delegate ValueTask<ValidationResult> RelayValidator(RelayedMessage message, CancellationToken cancellation);
