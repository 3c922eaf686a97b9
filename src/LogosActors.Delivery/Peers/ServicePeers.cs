using System.Runtime.InteropServices;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Peers;

/// <summary>Knows which connected peers offer one service, and which of them to ask first.</summary>
/// <remarks>
/// Pure: the caller passes the time in. A peer whose last answer was a failure is asked after those that served; one that fails again and again
/// waits longer each time, and one that was seen to lie is the last to be asked for an hour; but none is excluded for ever. Among equals chance
/// decides, and peers of different networks (<see cref="Add"/>) go before peers of the same. What is remembered of peers that are gone is
/// bounded by <see cref="MaxRemembered"/>.
/// </remarks>
/// <param name="random">Decides among equals.</param>
/// <param name="preferred">Nodes that the operator has named: among equals they are asked first.</param>
internal sealed class ServicePeers(Random random, params IEnumerable<Multiaddr> preferred)
{
    /// <summary>Of how many peers failures are remembered while they are not connected.</summary>
    public const int MaxRemembered = 1000;

    /// <summary>After how many failures in a row a peer is asked only when nobody else is there, for <see cref="AvoidTime"/>.</summary>
    /// <value>3.</value>
    public const int MaxFailures = 3;

    /// <summary>For how long a peer that failed again and again is avoided.</summary>
    /// <value>3 min (status-go's grey list).</value>
    public static readonly TimeSpan AvoidTime = TimeSpan.FromMinutes(3);

    /// <summary>For how long a peer that was seen to lie is avoided.</summary>
    /// <value>1 h.</value>
    public static readonly TimeSpan LieTime = TimeSpan.FromHours(1);

    /// <summary>How long a peer rests after its first failure; twice as long with each further one.</summary>
    /// <value>1 s (P2P-RELIABILITY §Lightpush).</value>
    public static readonly TimeSpan ShortestRest = TimeSpan.FromSeconds(1);

    /// <summary>How long it rests at most.</summary>
    /// <value>1 min.</value>
    public static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(1);

    readonly HashSet<PeerId> _preferred = [.. preferred.Select(static address => address.PeerId).OfType<PeerId>()];
    readonly Dictionary<PeerId, Peer> _connected = [];
    readonly Dictionary<PeerId, Standing> _standings = [];

    /// <summary>How many connected peers offer the service.</summary>
    public int Count => _connected.Count;

    /// <summary>How many of them have not failed since they served last.</summary>
    public int CountProven => _connected.Keys.Count(peer => StandingOf(peer).Failures == 0);

    /// <summary>A connected peer offers the service.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="group">Names the network that its address is in, so that two that are asked at once are not one operator's; null: not known.</param>
    /// <returns>False: it is known.</returns>
    public bool Add(PeerId peer, string? group) => _connected.TryAdd(peer, new Peer(group));

    /// <summary>A peer is not connected any more, or does not offer the service.</summary>
    /// <returns>False: it was not known.</returns>
    public bool Remove(PeerId peer) => _connected.Remove(peer);

    /// <summary>Whether a peer is connected and offers the service.</summary>
    public bool Contains(PeerId peer) => _connected.ContainsKey(peer);

    /// <summary>A peer has said which shards it serves; none: it did not say.</summary>
    public void SetShards(PeerId peer, IReadOnlyCollection<ushort> shards)
    {
        if (_connected.TryGetValue(peer, out var known))
            known.Shards = [.. shards];
    }

    /// <summary>Whether a peer serves a shard, as far as it has said.</summary>
    public bool Serves(PeerId peer, PubsubTopic shard) => _connected.TryGetValue(peer, out var known) && known.Serves(shard);

    /// <summary>Chooses whom to ask.</summary>
    /// <param name="shard">What it is about.</param>
    /// <param name="count">How many.</param>
    /// <param name="except">Whom not: those that are asked already.</param>
    /// <param name="now">The time.</param>
    /// <param name="isUrgent">Whether a peer that rests is better than none.</param>
    public List<PeerId> Choose(PubsubTopic shard, int count, IReadOnlyCollection<PeerId> except, TimeSpan now, bool isUrgent = false)
    {
        var candidates = Candidates(shard, except, now, isResting: false);
        if (candidates.Count == 0 && isUrgent)
            candidates = Candidates(shard, except, now, isResting: true);
        var groups = except.Select(GroupOf).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var chosen = new List<PeerId>(count);
        while (chosen.Count < count && candidates.Count > 0)
        {
            // A peer of another network, unless that means one that is known to fail, or one that was not named when one that was is there.
            var (rank, isPreferred) = (candidates[0].Rank, _preferred.Contains(candidates[0].Peer));
            var index = candidates.FindIndex(candidate => candidate.Rank == rank && _preferred.Contains(candidate.Peer) == isPreferred && (GroupOf(candidate.Peer) is not { } group || !groups.Contains(group)));
            var next = candidates[Math.Max(index, 0)].Peer;
            candidates.RemoveAt(Math.Max(index, 0));
            chosen.Add(next);
            if (GroupOf(next) is { } used)
                groups.Add(used);
        }
        return chosen;
    }

    /// <summary>Until when the first of the peers that rest does so; null: nobody rests.</summary>
    public TimeSpan? NextRested(TimeSpan now) =>
        _connected.Keys.Select(peer => StandingOf(peer).NotBefore).Where(until => until > now).Cast<TimeSpan?>().Min();

    /// <summary>A peer has served.</summary>
    public void Served(PeerId peer) => _standings.Remove(peer);

    /// <summary>A peer has not answered, or not as it should.</summary>
    public void Failed(PeerId peer, TimeSpan now)
    {
        var failures = StandingOf(peer).Failures + 1;
        var rest = Math.Min(LongestRest.TotalSeconds, ShortestRest.TotalSeconds * Math.Pow(2, Math.Min(failures - 1, 16)));
        var avoid = failures >= MaxFailures ? now + AvoidTime : StandingOf(peer).AvoidUntil;
        Remember(peer, new Standing(failures, now + TimeSpan.FromSeconds(rest * (0.8 + 0.4 * random.NextDouble())), avoid), now);
    }

    /// <summary>A peer wants to be asked less.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="until">When it may be asked again.</param>
    /// <param name="now">The time.</param>
    public void Busy(PeerId peer, TimeSpan until, TimeSpan now) => Remember(peer, StandingOf(peer) with { NotBefore = until }, now);

    /// <summary>A peer claims to serve and does not.</summary>
    public void Lied(PeerId peer, TimeSpan now) => Remember(peer, new Standing(MaxFailures, now, now + LieTime), now);

    /// <summary>The network is another one, or was away: what failed there says nothing any more.</summary>
    public void Forgive() => _standings.Clear();

    List<(PeerId Peer, int Rank)> Candidates(PubsubTopic shard, IReadOnlyCollection<PeerId> except, TimeSpan now, bool isResting) =>
        [.. _connected
            .Where(known => known.Value.Serves(shard) && !except.Contains(known.Key) && (isResting || StandingOf(known.Key).NotBefore <= now))
            .Select(known => (Peer: known.Key, Rank: RankOf(StandingOf(known.Key), now), Lot: random.Next()))
            .OrderBy(candidate => candidate.Rank).ThenBy(candidate => !_preferred.Contains(candidate.Peer)).ThenBy(candidate => candidate.Lot)
            .Select(candidate => (candidate.Peer, candidate.Rank))];

    static int RankOf(Standing standing, TimeSpan now) => standing.AvoidUntil > now ? MaxFailures : Math.Min(standing.Failures, MaxFailures - 1);

    string? GroupOf(PeerId peer) => _connected.GetValueOrDefault(peer)?.Group;

    Standing StandingOf(PeerId peer) => _standings.GetValueOrDefault(peer);

    void Remember(PeerId peer, Standing standing, TimeSpan now)
    {
        _standings[peer] = standing;
        if (_standings.Count <= MaxRemembered)
            return;
        foreach (var (gone, _) in _standings.Where(known => !_connected.ContainsKey(known.Key)).OrderBy(known => known.Value.AvoidUntil > now).ToArray())
        {
            _standings.Remove(gone);
            if (_standings.Count <= MaxRemembered)
                return;
        }
    }

    sealed class Peer(string? group)
    {
        public string? Group => group;

        public HashSet<ushort> Shards { get; set; } = [];

        public bool Serves(PubsubTopic shard) => Shards.Count == 0 || Shards.Contains(shard.Shard);
    }

    [StructLayout(LayoutKind.Auto)]
    readonly record struct Standing(int Failures, TimeSpan NotBefore, TimeSpan AvoidUntil);
}
