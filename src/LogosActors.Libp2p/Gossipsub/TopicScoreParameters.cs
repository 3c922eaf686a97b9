using LogosActors.Configuration;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>How behaviour in one topic counts in a peer's score (gossipsub v1.1 §The Score Function, P₁ – P₄).</summary>
/// <remarks>
/// A weight of zero switches its parameter off. The specification gives no defaults; those here are neutral.
/// Decay factors apply at every <see cref="PeerScoreOptions.DecayInterval"/>.
/// </remarks>
public sealed record TopicScoreParameters : IValidatedOptions
{
    /// <summary>The weight of the topic among all topics.</summary>
    [NumberRange(0)]
    public double TopicWeight { get; init; } = 1;

    /// <summary>P₁: the weight of the time in the mesh.</summary>
    [NumberRange(0)]
    public double TimeInMeshWeight { get; init; }

    /// <summary>P₁: the time that counts as one.</summary>
    [DurationRange("1 ms", "1 d")]
    public TimeSpan TimeInMeshQuantum { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>P₁: the most that the time in the mesh counts, in quanta.</summary>
    [NumberRange(0)]
    public double TimeInMeshCap { get; init; } = 10;

    /// <summary>P₂: the weight of messages that the peer delivered first.</summary>
    [NumberRange(0)]
    public double FirstMessageDeliveriesWeight { get; init; }

    /// <summary>P₂: the decay factor.</summary>
    [NumberRange(0, 1)]
    public double FirstMessageDeliveriesDecay { get; init; } = 0.5;

    /// <summary>P₂: the most that the counter reaches, in messages.</summary>
    [NumberRange(0)]
    public double FirstMessageDeliveriesCap { get; init; } = 10;

    /// <summary>P₃: the weight of the squared deficit of deliveries in the mesh; negative or zero.</summary>
    [NumberRange(double.NegativeInfinity, 0)]
    public double MeshMessageDeliveriesWeight { get; init; }

    /// <summary>P₃: the decay factor.</summary>
    [NumberRange(0, 1)]
    public double MeshMessageDeliveriesDecay { get; init; } = 0.5;

    /// <summary>P₃: the most that the counter reaches, in messages.</summary>
    [NumberRange(0)]
    public double MeshMessageDeliveriesCap { get; init; } = 10;

    /// <summary>P₃: how many messages a peer in the mesh is expected to deliver.</summary>
    [NumberRange(0)]
    public double MeshMessageDeliveriesThreshold { get; init; } = 1;

    /// <summary>P₃: how long after its validation a message from another peer still counts as delivered.</summary>
    [DurationRange("0 ms", "1 m")]
    public TimeSpan MeshMessageDeliveriesWindow { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>P₃: how long a peer is in the mesh before a deficit counts.</summary>
    [DurationRange("0 ms", "1 d")]
    public TimeSpan MeshMessageDeliveriesActivation { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>P₃b: the weight of deficits at the time of a prune; negative or zero.</summary>
    [NumberRange(double.NegativeInfinity, 0)]
    public double MeshFailurePenaltyWeight { get; init; }

    /// <summary>P₃b: the decay factor.</summary>
    [NumberRange(0, 1)]
    public double MeshFailurePenaltyDecay { get; init; } = 0.5;

    /// <summary>P₄: the weight of the squared number of invalid messages; negative or zero.</summary>
    [NumberRange(double.NegativeInfinity, 0)]
    public double InvalidMessageDeliveriesWeight { get; init; }

    /// <summary>P₄: the decay factor.</summary>
    [NumberRange(0, 1)]
    public double InvalidMessageDeliveriesDecay { get; init; } = 0.5;

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (TimeInMeshWeight > 0 && TimeInMeshCap <= 0)
            yield return "time-in-mesh-weight needs a time-in-mesh-cap above 0.";
        if (FirstMessageDeliveriesWeight > 0 && FirstMessageDeliveriesCap <= 0)
            yield return "first-message-deliveries-weight needs a first-message-deliveries-cap above 0.";
        if (FirstMessageDeliveriesWeight > 0 && FirstMessageDeliveriesDecay is <= 0 or >= 1)
            yield return "first-message-deliveries-decay must lie between 0 and 1.";
        if (MeshMessageDeliveriesWeight < 0 && MeshMessageDeliveriesDecay is <= 0 or >= 1)
            yield return "mesh-message-deliveries-decay must lie between 0 and 1.";
        if (MeshMessageDeliveriesWeight < 0 && MeshMessageDeliveriesThreshold <= 0)
            yield return "mesh-message-deliveries-weight needs a mesh-message-deliveries-threshold above 0.";
        if (MeshMessageDeliveriesWeight < 0 && MeshMessageDeliveriesCap < MeshMessageDeliveriesThreshold)
            yield return "mesh-message-deliveries-cap must not be below mesh-message-deliveries-threshold.";
        if (MeshMessageDeliveriesWeight < 0 && MeshMessageDeliveriesActivation < TimeSpan.FromSeconds(1))
            yield return "mesh-message-deliveries-activation must be at least 1 s.";
        if (MeshFailurePenaltyWeight < 0 && MeshFailurePenaltyDecay is <= 0 or >= 1)
            yield return "mesh-failure-penalty-decay must lie between 0 and 1.";
        if (InvalidMessageDeliveriesWeight < 0 && InvalidMessageDeliveriesDecay is <= 0 or >= 1)
            yield return "invalid-message-deliveries-decay must lie between 0 and 1.";
    }
}
