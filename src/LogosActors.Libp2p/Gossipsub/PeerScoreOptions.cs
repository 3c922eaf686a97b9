using System.Net;
using LogosActors.Configuration;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>How peers are scored, and what a score costs them (gossipsub v1.1 §Peer Scoring).</summary>
public sealed record PeerScoreOptions : IValidatedOptions
{
    /// <summary>Whether peers are scored. Without it every peer's score is zero.</summary>
    /// <value>Default true.</value>
    public bool Enabled { get; init; } = true;

    /// <summary>Below it a peer gets no gossip from us, and its gossip is ignored.</summary>
    /// <value>Default −100 (Nim reference, waku_relay/protocol.nim). At most 0.</value>
    [NumberRange(double.NegativeInfinity, 0)]
    public double GossipThreshold { get; init; } = -100;

    /// <summary>Below it a peer does not get our own messages.</summary>
    /// <value>Default −1000 (Nim reference). At most <see cref="GossipThreshold"/>.</value>
    [NumberRange(double.NegativeInfinity, 0)]
    public double PublishThreshold { get; init; } = -1000;

    /// <summary>Below it a peer's RPCs are ignored.</summary>
    /// <value>Default −10,000 (Nim reference). At most <see cref="PublishThreshold"/>.</value>
    [NumberRange(double.NegativeInfinity, 0)]
    public double GraylistThreshold { get; init; } = -10_000;

    /// <summary>A PRUNE's peer exchange is followed only when the score of its sender is at least this.</summary>
    /// <value>Default 10 (go-libp2p-pubsub documents 0 and up, "attainable by trusted peers only").</value>
    [NumberRange(0)]
    public double AcceptPxThreshold { get; init; } = 10;

    /// <summary>With the median score of a mesh below it, better peers are grafted (§Opportunistic Grafting).</summary>
    /// <value>Default 0: only a mesh of penalised peers is mended so (Nim reference).</value>
    [NumberRange(0)]
    public double OpportunisticGraftThreshold { get; init; }

    /// <summary>Whether the connection to a peer below <see cref="GraylistThreshold"/> is closed.</summary>
    /// <value>Default true (Nim reference, disconnectBadPeers).</value>
    public bool DisconnectGraylisted { get; init; } = true;

    /// <summary>How often counters decay.</summary>
    /// <value>Default 12 s (Nim reference). Range 100 ms – 1 day.</value>
    [DurationRange("100 ms", "1 d")]
    public TimeSpan DecayInterval { get; init; } = TimeSpan.FromSeconds(12);

    /// <summary>A decaying counter below this is zero.</summary>
    /// <value>Default 0.01 (Nim reference).</value>
    [NumberRange(1e-9, 0.999)]
    public double DecayToZero { get; init; } = 0.01;

    /// <summary>How long the score of a peer that left is remembered; positive scores are forgotten at once.</summary>
    /// <value>Default 10 min (Nim reference). Range 0 – 7 days.</value>
    [DurationRange("0 ms", "7 d")]
    public TimeSpan RetainScore { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How many scores of peers that left are remembered; the oldest give way.</summary>
    /// <value>Default 10,000.</value>
    [NumberRange(0, 1_000_000)]
    public int MaxRetainedScores { get; init; } = 10_000;

    /// <summary>The most that all topics together add to a score; zero: no cap (§The Score Function, TopicCap).</summary>
    /// <value>Default 0.</value>
    [NumberRange(0)]
    public double TopicScoreCap { get; init; }

    /// <summary>P₅: the weight of the score that the application gives a peer.</summary>
    /// <value>Default 0 (Nim reference).</value>
    [NumberRange(0)]
    public double ApplicationWeight { get; init; }

    /// <summary>P₆: the weight of the squared number of peers over the threshold at one IP address.</summary>
    /// <value>Default −50 (Nim reference). At most 0.</value>
    [NumberRange(double.NegativeInfinity, 0)]
    public double IpColocationWeight { get; init; } = -50;

    /// <summary>P₆: how many peers may share an IP address.</summary>
    /// <value>Default 5 (Nim reference). At least 1.</value>
    [NumberRange(1)]
    public int IpColocationThreshold { get; init; } = 5;

    /// <summary>P₆: networks whose peers may share addresses freely, as <c>10.0.0.0/8</c>.</summary>
    /// <value>Default none.</value>
    public IReadOnlyList<IPNetwork> IpColocationWhitelist { get; init; } = [];

    /// <summary>P₇: the weight of the squared behaviour penalty.</summary>
    /// <value>Default −10 (Nim reference). At most 0.</value>
    [NumberRange(double.NegativeInfinity, 0)]
    public double BehaviourPenaltyWeight { get; init; } = -10;

    /// <summary>P₇: how much of the counter is forgiven.</summary>
    /// <value>Default 0 (specification; go-libp2p-pubsub lets it be raised).</value>
    [NumberRange(0)]
    public double BehaviourPenaltyThreshold { get; init; }

    /// <summary>P₇: the decay factor.</summary>
    /// <value>Default 0.986 (Nim reference).</value>
    [NumberRange(0, 1)]
    public double BehaviourPenaltyDecay { get; init; } = 0.986;

    /// <summary>The weight of messages dropped because a peer did not read them in time.</summary>
    /// <value>Default −0.2 (rust-libp2p, slow_peer_weight). At most 0.</value>
    [NumberRange(double.NegativeInfinity, 0)]
    public double SlowPeerWeight { get; init; } = -0.2;

    /// <summary>How many dropped messages are forgiven.</summary>
    /// <value>Default 0 (rust-libp2p, slow_peer_threshold).</value>
    [NumberRange(0)]
    public double SlowPeerThreshold { get; init; }

    /// <summary>The decay factor of the dropped messages.</summary>
    /// <value>Default 0.2 (rust-libp2p, slow_peer_decay).</value>
    [NumberRange(0, 1)]
    public double SlowPeerDecay { get; init; } = 0.2;

    /// <summary>The parameters of every topic that <see cref="Topics"/> does not name; null: such topics do not count.</summary>
    public TopicScoreParameters? DefaultTopic { get; init; }

    /// <summary>The parameters of single topics.</summary>
    public IReadOnlyDictionary<string, TopicScoreParameters> Topics { get; init; } = new Dictionary<string, TopicScoreParameters>(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (PublishThreshold > GossipThreshold)
            yield return "publish-threshold must not be above gossip-threshold.";
        if (GraylistThreshold > PublishThreshold)
            yield return "graylist-threshold must not be above publish-threshold.";
        if (BehaviourPenaltyWeight < 0 && BehaviourPenaltyDecay is <= 0 or >= 1)
            yield return "behaviour-penalty-decay must lie between 0 and 1.";
        if (SlowPeerWeight < 0 && SlowPeerDecay is < 0 or >= 1)
            yield return "slow-peer-decay must be below 1.";
    }

    internal TopicScoreParameters? For(string topic) => Topics.TryGetValue(topic, out var parameters) ? parameters : DefaultTopic;
}
