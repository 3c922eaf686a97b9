using LogosActors.Delivery.Discovery.Records;

namespace LogosActors.Delivery.Discovery.Discv5;

/// <summary>Finds the nodes nearest to an id, by asking nodes that are nearer and nearer (discv5 theory §Lookup). Pure.</summary>
/// <param name="target">The id.</param>
/// <param name="seeds">Nodes to begin with.</param>
internal sealed class Lookup(NodeId target, IEnumerable<NodeRecord> seeds)
{
    /// <summary>How many nodes are asked at once (discv5 theory §Lookup, α).</summary>
    public const int Concurrency = 3;

    /// <summary>How many nodes are wanted (discv5 theory §Node Table, k).</summary>
    public const int ResultSize = 16;

    /// <summary>Nodes that are kept in mind: some of the nearest may not answer.</summary>
    public const int MaxCandidates = 4 * ResultSize;

    /// <summary>Nodes that are asked, whatever their answers.</summary>
    public const int MaxAsked = 64;

    /// <summary>Distances that are asked for at once.</summary>
    const int DistanceCount = 3;

    readonly SortedDictionary<NodeId, Candidate> _candidates = Sorted(target, seeds);
    int _asking;
    int _asked;

    /// <summary>What is looked for.</summary>
    public NodeId Target => target;

    /// <summary>Whether the nearest nodes have all been asked.</summary>
    public bool IsDone => _asking == 0 && Next() is null;

    /// <summary>The nearest nodes that have answered, nearest first.</summary>
    public IEnumerable<NodeRecord> Result =>
        _candidates.Values.Where(candidate => candidate.State is State.Answered).Select(candidate => candidate.Record).Take(ResultSize);

    /// <summary>Takes the next node to ask.</summary>
    /// <returns>Null when none is to be asked at this time.</returns>
    public NodeRecord? Take()
    {
        if (_asking >= Concurrency || Next() is not { } next)
            return null;
        next.State = State.Asking;
        _asking++;
        _asked++;
        return next.Record;
    }

    /// <summary>A node has named others.</summary>
    public void Answered(NodeId peer, IEnumerable<NodeRecord> records)
    {
        if (!End(peer, State.Answered))
            return;
        foreach (var record in records)
            _candidates.TryAdd(record.Id, new Candidate(record));
        // The farthest make room, but for those whose answers are awaited.
        for (var excess = _candidates.Count - MaxCandidates; excess > 0; excess--)
            _candidates.Remove(_candidates.Last(candidate => candidate.Value.State is not State.Asking).Key);
    }

    /// <summary>A node has not answered.</summary>
    public void Failed(NodeId peer) => End(peer, State.Failed);

    /// <summary>The distances to ask a node for, so that it names those near the target: the target's own from it, and those beside.</summary>
    public static IReadOnlyList<int> DistancesFrom(NodeId peer, NodeId target)
    {
        var distance = peer.LogDistanceTo(target);
        var distances = new List<int>(DistanceCount);
        if (distance > 0)
            distances.Add(distance);
        for (var step = 1; distances.Count < DistanceCount; step++)
        {
            if (distance + step <= 256)
                distances.Add(distance + step);
            if (distance - step > 0 && distances.Count < DistanceCount)
                distances.Add(distance - step);
        }
        return distances;
    }

    Candidate? Next()
    {
        if (_asked >= MaxAsked)
            return null;
        var nearest = 0;
        foreach (var candidate in _candidates.Values)
        {
            if (candidate.State is State.Known)
                return candidate;
            if (candidate.State is not State.Failed && ++nearest == ResultSize)
                break;
        }
        return null;
    }

    bool End(NodeId peer, State state)
    {
        if (!_candidates.TryGetValue(peer, out var candidate) || candidate.State is not State.Asking)
            return false;
        candidate.State = state;
        _asking--;
        return true;
    }

    static SortedDictionary<NodeId, Candidate> Sorted(NodeId target, IEnumerable<NodeRecord> seeds)
    {
        var sorted = new SortedDictionary<NodeId, Candidate>(Comparer<NodeId>.Create(target.CompareDistance));
        foreach (var seed in seeds.Take(MaxCandidates))
            sorted.TryAdd(seed.Id, new Candidate(seed));
        return sorted;
    }

    enum State
    {
        Known,
        Asking,
        Answered,
        Failed,
    }

    sealed class Candidate(NodeRecord record)
    {
        public NodeRecord Record => record;

        public State State { get; set; }
    }
}
