using System.Net;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>What is known of a peer's behaviour in one topic (spec v1.1 §Topic Parameter Calculation and Decay).</summary>
internal struct TopicStats
{
    public bool InMesh;
    public TimeSpan GraftedAt;
    public TimeSpan MeshTime;
    public double FirstMessageDeliveries;
    public double MeshMessageDeliveries;
    public bool MeshMessageDeliveriesActive;
    public double MeshFailurePenalty;
    public double InvalidMessageDeliveries;

    /// <summary>The weighted sum of P₁ to P₄.</summary>
    public readonly double Score(TopicScoreParameters parameters)
    {
        var score = FirstMessageDeliveries * parameters.FirstMessageDeliveriesWeight
            + MeshFailurePenalty * parameters.MeshFailurePenaltyWeight
            + InvalidMessageDeliveries * InvalidMessageDeliveries * parameters.InvalidMessageDeliveriesWeight;
        if (InMesh)
            score += Math.Min(Math.Floor(MeshTime / parameters.TimeInMeshQuantum), parameters.TimeInMeshCap) * parameters.TimeInMeshWeight;
        var deficit = Deficit(parameters);
        return (score + deficit * deficit * parameters.MeshMessageDeliveriesWeight) * parameters.TopicWeight;
    }

    /// <summary>By how many messages the peer is behind what its place in the mesh asks for.</summary>
    public readonly double Deficit(TopicScoreParameters parameters) =>
        MeshMessageDeliveriesActive && parameters.MeshMessageDeliveriesWeight < 0
            ? Math.Max(0, parameters.MeshMessageDeliveriesThreshold - MeshMessageDeliveries)
            : 0;
}

/// <summary>Everything that counts in the score of one peer; it outlives the connection.</summary>
internal sealed class PeerStats
{
    TopicStats[] _topics = [];

    /// <summary>The addresses that the peer is connected from.</summary>
    public IPAddress? Address { get; set; }

    public bool IsConnected { get; set; } = true;

    /// <summary>When the counters of a peer that left are forgotten.</summary>
    public TimeSpan ForgetAt { get; set; }

    /// <summary>P₅, as the application gave it.</summary>
    public double ApplicationScore { get; private set; }

    /// <summary>P₇: how often the peer has broken a rule of the protocol, decayed.</summary>
    public double BehaviourPenalty { get; set; }

    /// <summary>How many messages the peer has not read in time, decayed.</summary>
    public double SlowPeerPenalty { get; set; }

    /// <summary>The score as it was last computed by <see cref="PeerScore"/>.</summary>
    public double Score { get; set; }

    /// <summary>Whether a counter has changed since.</summary>
    public bool IsStale { get; set; } = true;

    public Span<TopicStats> Topics => _topics;

    /// <summary>The counters of one topic, to be changed.</summary>
    public ref TopicStats Topic(int index)
    {
        if (index >= _topics.Length)
            Array.Resize(ref _topics, index + 1);
        IsStale = true;
        return ref _topics[index];
    }

    public void SetApplicationScore(double score) => (ApplicationScore, IsStale) = (score, true);

    public void AddPenalty(int count) => (BehaviourPenalty, IsStale) = (BehaviourPenalty + count, true);

    public void AddSlowness(int dropped) => (SlowPeerPenalty, IsStale) = (SlowPeerPenalty + dropped, true);

    /// <summary>The peer enters the mesh of a topic; −1: one that does not count.</summary>
    public void Graft(int topic, TimeSpan now)
    {
        if (topic < 0)
            return;
        ref var counters = ref Topic(topic);
        (counters.InMesh, counters.GraftedAt, counters.MeshTime, counters.MeshMessageDeliveriesActive) = (true, now, TimeSpan.Zero, false);
    }

    /// <summary>P₄: the peer sent an invalid message.</summary>
    public void InvalidDelivery(int topic)
    {
        if (topic >= 0)
            Topic(topic).InvalidMessageDeliveries++;
    }
}
