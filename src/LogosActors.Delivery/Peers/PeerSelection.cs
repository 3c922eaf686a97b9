using System.Runtime.InteropServices;
using LogosActors.Libp2p;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Peers;

/// <summary>Chooses which known peers to dial, so that there are as many as wanted that speak one of some protocols: relay peers, or service
/// nodes.</summary>
/// <remarks>
/// Pure. The best scores come first, in random order among equals. A peer that cannot be reached, or hangs up at once (as nodes of other
/// networks do, and full ones), is left alone for a time that grows. Cost per choice is O(n log n) in known peers, which are bounded by
/// <see cref="Libp2pHostOptions.MaxKnownPeers"/>; so is what is kept, once those that are forgotten are dropped.
/// </remarks>
/// <param name="target">How many are wanted.</param>
/// <param name="protocols">The protocol ids of which they speak one at least.</param>
internal sealed class PeerSelection(int target, params IReadOnlyList<string> protocols)
{
    /// <summary>How many dials may be under way.</summary>
    /// <value>10 (Nim MaxParallelDials).</value>
    public const int MaxDials = 10;

    /// <summary>How long a peer is left alone after its first failure; four times as long with each further one.</summary>
    /// <value>10 s. Nim has 120 s, with the same factor; a node that has lost its network must find it again sooner.</value>
    public static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(10);

    /// <summary>How long a peer is left alone at most.</summary>
    /// <value>1 h.</value>
    public static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    /// <summary>How long a connection must live for earlier failures to be forgotten.</summary>
    /// <value>30 s (as for kept peers).</value>
    public static readonly TimeSpan ShortLife = TimeSpan.FromSeconds(30);

    const int WaitFactor = 4;

    readonly Dictionary<PeerId, Connection> _connected = [];
    readonly HashSet<PeerId> _dialing = [];
    readonly HashSet<PeerId> _kept = [];
    readonly Dictionary<PeerId, Failures> _failures = [];

    /// <summary>How many connected peers are wanted, or have not said yet what they speak.</summary>
    public int WantedPeers => _connected.Values.Count(connection => connection.IsWanted != false);

    /// <summary>Somebody else keeps a peer connected.</summary>
    public void Keep(PeerId peer) => _kept.Add(peer);

    /// <summary>Nobody else keeps a peer connected any more.</summary>
    public void Release(PeerId peer) => _kept.Remove(peer);

    /// <summary>There is a connection to a peer.</summary>
    public void Connected(PeerId peer, TimeSpan now)
    {
        _dialing.Remove(peer);
        _connected.TryAdd(peer, new Connection(now, IsWanted: null));
    }

    /// <summary>A connected peer has said what it speaks.</summary>
    public void Identified(PeerId peer, IReadOnlyList<string> spoken)
    {
        if (_connected.TryGetValue(peer, out var connection))
            _connected[peer] = connection with { IsWanted = IsWanted(spoken) };
    }

    /// <summary>The network is another one, or was away: what could not be reached may be reached now.</summary>
    public void Forgive() => _failures.Clear();

    /// <summary>There is no connection to a peer any more.</summary>
    /// <returns>What its score changes by.</returns>
    public double Disconnected(PeerId peer, TimeSpan now)
    {
        if (!_connected.Remove(peer, out var connection))
            return 0;
        if (now - connection.Since < ShortLife)
            return Fail(peer, now);
        _failures.Remove(peer);
        return PeerStanding.Lived;
    }

    /// <summary>A peer that was to be dialed was not reached.</summary>
    /// <returns>What its score changes by.</returns>
    public double NotReached(PeerId peer, TimeSpan now)
    {
        _dialing.Remove(peer);
        return _connected.ContainsKey(peer) ? 0 : Fail(peer, now);
    }

    /// <summary>Chooses the peers to dial now; each ends in <see cref="Connected"/> or <see cref="NotReached"/>.</summary>
    public IReadOnlyList<PeerId> Choose(IReadOnlyCollection<KnownPeer> known, TimeSpan now, Random random)
    {
        Forget(known, now);
        var missing = Math.Min(target - WantedPeers - _dialing.Count, MaxDials - _dialing.Count);
        if (missing <= 0)
            return [];
        var chosen = known.Where(peer => IsCandidate(peer, now)).Select(peer => (peer.Peer, peer.Score, Lot: random.Next()))
            .OrderByDescending(peer => peer.Score).ThenBy(peer => peer.Lot).Take(missing).Select(peer => peer.Peer).ToArray();
        _dialing.UnionWith(chosen);
        return chosen;
    }

    bool IsCandidate(KnownPeer peer, TimeSpan now) =>
        peer.Addresses.Count > 0
        && (peer.Protocols.Count == 0 || IsWanted(peer.Protocols))
        && !_connected.ContainsKey(peer.Peer) && !_dialing.Contains(peer.Peer) && !_kept.Contains(peer.Peer)
        && !(_failures.TryGetValue(peer.Peer, out var failures) && now < failures.NotBefore);

    bool IsWanted(IReadOnlyList<string> spoken) => protocols.Any(protocol => spoken.Contains(protocol, StringComparer.Ordinal));

    double Fail(PeerId peer, TimeSpan now)
    {
        var count = _failures.GetValueOrDefault(peer).Count + 1;
        var wait = Math.Min(LongestWait.Ticks, FirstWait.Ticks * Math.Pow(WaitFactor, Math.Min(count - 1, 10)));
        _failures[peer] = new Failures(count, now + TimeSpan.FromTicks((long)wait));
        return PeerStanding.Unreachable;
    }

    /// <summary>Drops the failures of peers that the host knows no more.</summary>
    void Forget(IReadOnlyCollection<KnownPeer> known, TimeSpan now)
    {
        if (_failures.Count <= known.Count)
            return;
        var remembered = known.Select(peer => peer.Peer).ToHashSet();
        foreach (var peer in _failures.Where(failed => failed.Value.NotBefore <= now && !remembered.Contains(failed.Key)).Select(failed => failed.Key).ToArray())
            _failures.Remove(peer);
    }

    [StructLayout(LayoutKind.Auto)]
    readonly record struct Connection(TimeSpan Since, bool? IsWanted);

    [StructLayout(LayoutKind.Auto)]
    readonly record struct Failures(int Count, TimeSpan NotBefore);
}
