using LogosActors.Delivery.Peers;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Lightpush;

/// <summary>What a service node has said to one push.</summary>
internal enum PushAnswer
{
    /// <summary>It has relayed the message to at least one peer.</summary>
    Accepted,

    /// <summary>The message is not one that the network takes.</summary>
    Rejected,

    /// <summary>It is asked too much.</summary>
    Busy,

    /// <summary>It has no peer to relay to, or its peers have the message already: the Nim reference answers the same to both.</summary>
    NoRelayPeers,

    /// <summary>It cannot serve.</summary>
    Failed,

    /// <summary>It did not answer: the message may be out.</summary>
    Silent,
}

/// <summary>How a round has ended.</summary>
internal enum LightpushOutcome
{
    /// <summary>A service node has relayed the message.</summary>
    Accepted,

    /// <summary>Two service nodes say that the network does not take it.</summary>
    Rejected,

    /// <summary>Nobody has relayed it.</summary>
    NotAccepted,

    /// <summary>Nobody says that it is relayed, and somebody has not answered: a store may have it.</summary>
    Uncertain,
}

/// <summary>Gives one message to service nodes until one of them has relayed it (19/WAKU2-LIGHTPUSH; P2P-RELIABILITY §Lightpush).</summary>
/// <remarks>
/// Pure: the caller passes time and answers in and pushes to the peers that are returned, each time the same bytes. Two service nodes are
/// asked at once, a further one for each that does not serve, or once nobody has answered for <see cref="Patience"/>; at most
/// <see cref="MaxTries"/> in all. Answers that come after the end still count for the peers.
/// </remarks>
/// <param name="shard">Where the message travels.</param>
/// <param name="peers">The service nodes.</param>
internal sealed class LightpushRound(PubsubTopic shard, ServicePeers peers)
{
    /// <summary>How many service nodes are asked at once.</summary>
    /// <value>2 (P2P-RELIABILITY §Lightpush).</value>
    public const int Parallel = 2;

    /// <summary>How many are asked in one round at most.</summary>
    public const int MaxTries = 6;

    /// <summary>How many must reject a message until it is taken for rejected by the network.</summary>
    public const int EnoughRejections = 2;

    /// <summary>After what time without an answer another one is asked.</summary>
    /// <value>2 s.</value>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>How long a service node that is asked too much is left alone.</summary>
    /// <value>1 s (P2P-RELIABILITY §Lightpush).</value>
    public static readonly TimeSpan BusyRest = TimeSpan.FromSeconds(1);

    readonly List<PeerId> _asked = [];
    readonly List<PeerId> _open = [];
    readonly List<PeerId> _withoutPeers = [];
    int _rejections;
    bool _isSilent;
    TimeSpan _askedAt;

    /// <summary>How it has ended; null: it is under way.</summary>
    public LightpushOutcome? Outcome { get; private set; }

    /// <summary>Whether no answer is awaited any more.</summary>
    public bool IsOver => Outcome is not null && _open.Count == 0;

    /// <summary>When to call <see cref="Tick"/>, if nothing else happens; null: never.</summary>
    public TimeSpan? Wake => Outcome is null && _asked.Count < MaxTries ? _askedAt + Patience : null;

    /// <summary>Begins the round.</summary>
    /// <returns>Whom to push to.</returns>
    public IReadOnlyList<PeerId> Begin(TimeSpan now)
    {
        var first = Ask(Parallel, now);
        EndIfNobodyIsLeft(now);
        return first;
    }

    /// <summary>A service node has answered, or is taken not to.</summary>
    /// <returns>Whom to push to in its place.</returns>
    public IReadOnlyList<PeerId> Answered(PeerId peer, PushAnswer answer, TimeSpan now)
    {
        if (!_open.Remove(peer))
            return [];
        switch (answer)
        {
            case PushAnswer.Accepted:
                peers.Served(peer);
                Outcome ??= LightpushOutcome.Accepted;
                break;
            case PushAnswer.Rejected:
                // The peer serves: it is the message that it does not like.
                peers.Served(peer);
                if (++_rejections >= EnoughRejections)
                    Outcome ??= LightpushOutcome.Rejected;
                break;
            case PushAnswer.Busy:
                peers.Busy(peer, now + BusyRest, now);
                break;
            case PushAnswer.NoRelayPeers:
                // It may have the message from another one that was asked, whose answer is still to come.
                _withoutPeers.Add(peer);
                if (_open.Count > 0)
                    return [];
                break;
            default:
                _isSilent |= answer is PushAnswer.Silent;
                peers.Failed(peer, now);
                break;
        }
        if (Outcome is not null)
            return [];
        var next = Ask(1, now);
        EndIfNobodyIsLeft(now);
        return next;
    }

    /// <summary>Time has passed.</summary>
    /// <returns>Whom to push to beside those that have not answered.</returns>
    public IReadOnlyList<PeerId> Tick(TimeSpan now) => Outcome is null && now >= Wake ? Ask(1, now) : [];

    List<PeerId> Ask(int count, TimeSpan now)
    {
        _askedAt = now;
        var chosen = peers.Choose(shard, Math.Min(count, MaxTries - _asked.Count), _asked, now, isUrgent: _asked.Count == 0);
        _asked.AddRange(chosen);
        _open.AddRange(chosen);
        return chosen;
    }

    void EndIfNobodyIsLeft(TimeSpan now)
    {
        if (Outcome is not null || _open.Count > 0)
            return;
        Outcome = _isSilent ? LightpushOutcome.Uncertain : LightpushOutcome.NotAccepted;
        if (_isSilent)
            return;
        foreach (var peer in _withoutPeers)
            peers.Failed(peer, now);
    }
}
