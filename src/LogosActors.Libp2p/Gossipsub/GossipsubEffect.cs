using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>What the router asks its owner to do.</summary>
internal enum GossipsubEffectKind
{
    /// <summary>Something waits for the peer: call <see cref="GossipsubRouter.TryTakeOutbound"/> whenever its stream can be written, until that returns false.</summary>
    Send,

    /// <summary>Decide about a message and call <see cref="GossipsubRouter.Decide"/>, now or later. With a signature in it, that is to be verified too.</summary>
    Validate,

    /// <summary>Hand an accepted message to the application; comes once for a message.</summary>
    Deliver,

    /// <summary>Close the connection to the peer.</summary>
    Disconnect,

    /// <summary>Dial the peer. Its signed record comes from another peer: check the envelope (RFC 0002, 0003) and that it is this peer's before use; empty: look elsewhere.</summary>
    Connect,
}

/// <summary>Why a connection is to be closed.</summary>
public enum DisconnectReason
{
    /// <summary>It is not to be closed.</summary>
    None,

    /// <summary>The peer sent an RPC that is malformed or over a limit.</summary>
    MalformedRpc,

    /// <summary>Its score is below <see cref="PeerScoreOptions.GraylistThreshold"/>.</summary>
    Graylisted,

    /// <summary>There are <see cref="GossipsubLimits.Peers"/> already.</summary>
    TooManyPeers,

    /// <summary>The peer has a newer link.</summary>
    Replaced,

    /// <summary>We have lost what peers say only once: the link is to be opened again.</summary>
    RouterRestarted,

    /// <summary>We speak gossipsub no more.</summary>
    Stopped,
}

/// <summary>One thing to do; which properties have a value depends on <see cref="Kind"/>.</summary>
internal readonly record struct GossipsubEffect(
    GossipsubEffectKind Kind,
    PeerId Peer,
    GossipMessage? Message = null,
    ReadOnlyMemory<byte> SignedRecord = default,
    DisconnectReason Reason = DisconnectReason.None);

/// <summary>The outcome of a validation (spec v1.1 §Extended Validators).</summary>
public enum ValidationResult
{
    /// <summary>The message is valid: it is delivered and forwarded.</summary>
    Accept,

    /// <summary>The message is dropped and nobody is penalised.</summary>
    Ignore,

    /// <summary>The message is invalid: whoever sent it is penalised (P₄).</summary>
    Reject,
}

/// <summary>What became of a message that was to be published.</summary>
public enum PublishOutcome
{
    /// <summary>It is queued for at least one peer.</summary>
    Sent,

    /// <summary>No peer of the topic is connected; the message is gossiped about if one comes in time.</summary>
    NoPeers,

    /// <summary>Peers of the topic are connected, and none takes messages as fast as they are published: their queues are full.</summary>
    Congested,

    /// <summary>A message with the same id was seen already.</summary>
    Duplicate,

    /// <summary>The data is over <see cref="GossipsubLimits.MessageSize"/>.</summary>
    TooLarge,

    /// <summary>The topic or the author's fields are not as limits and signature policy have them.</summary>
    Invalid,
}
