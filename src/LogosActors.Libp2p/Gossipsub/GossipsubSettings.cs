using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>What the actor of <see cref="Gossip"/> is made with.</summary>
public sealed record GossipsubSettings
{
    /// <summary>The router's parameters.</summary>
    public required GossipsubOptions Options { get; init; }

    /// <summary>Signs what is published; needed with <see cref="SignaturePolicy.StrictSign"/>.</summary>
    public PrivateKey? Key { get; init; }

    /// <summary>Explicit peers (spec v1.1 §Explicit Peering Agreements).</summary>
    public IReadOnlyCollection<PeerId> DirectPeers { get; init; } = [];

    /// <summary>How long a validator may take; then the message is ignored.</summary>
    /// <value>Default 5 s: well inside the two minutes for which the message is known as a duplicate.</value>
    public TimeSpan ValidationTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How many validators may be at work at the same time; further messages wait, as many as <see cref="GossipsubLimits.PendingValidations"/>.</summary>
    /// <value>Default 1024 (go-libp2p-pubsub, defaultValidateConcurrency).</value>
    public int ConcurrentValidations { get; init; } = 1024;
}
