using System.Collections.Immutable;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Peers;

/// <summary>The peers that a host remembers, a bounded number of them.</summary>
/// <remarks>
/// Pure. When there are too many, a sixteenth is forgotten at once: those of the lowest score, and among them those not seen for
/// longest. Pinned peers stay.
/// </remarks>
/// <param name="maxPeers">How many peers are remembered.</param>
/// <param name="remembered">Those that are remembered from before; null: none.</param>
internal sealed class PeerBook(int maxPeers, ImmutableDictionary<PeerId, KnownPeer>? remembered = null)
{
    /// <summary>The most addresses of one peer.</summary>
    /// <value>32: a peer has a few of its own, and some that it had before.</value>
    public const int MaxAddresses = 32;

    HashSet<PeerId> _changed = [];

    /// <summary>Who is never forgotten.</summary>
    public Func<PeerId, bool> IsPinned { get; set; } = static _ => false;

    /// <summary>Which addresses are remembered that a peer has named, now or before a restart.</summary>
    public Func<Multiaddr, bool> IsAcceptable { get; set; } = static _ => true;

    public ImmutableDictionary<PeerId, KnownPeer> Peers { get; private set; } = remembered ?? ImmutableDictionary<PeerId, KnownPeer>.Empty;

    /// <summary>Whether anything has changed since <see cref="TakeChanges"/>.</summary>
    public bool HasChanges => _changed.Count > 0;

    /// <summary>Whether it has become known since then where a peer is.</summary>
    public bool HasFound { get; private set; }

    public KnownPeer? Find(PeerId peer) => Peers.GetValueOrDefault(peer);

    /// <summary>Adds addresses in front of those that are known.</summary>
    public void AddAddresses(PeerId peer, IEnumerable<Multiaddr> addresses)
    {
        var known = KnownOrNew(peer);
        var merged = Merge(peer, addresses, known.Addresses);
        if (!merged.SequenceEqual(known.Addresses))
            Set(known with { Addresses = merged });
    }

    /// <summary>A peer has said who it is.</summary>
    public void Identified(PeerId peer, PeerIdentity identity, DateTimeOffset now)
    {
        var known = KnownOrNew(peer);
        var isNewer = identity.RecordSequence >= known.RecordSequence;
        Set(known with
        {
            LastSeen = Milliseconds(now),
            Protocols = identity.Protocols,
            AgentVersion = identity.AgentVersion,
            // What a peer has signed is all that it stands for; what it has only said is added.
            Addresses = !isNewer ? known.Addresses
                : Merge(peer, identity.ListenAddresses.Where(IsAcceptable), identity.SignedRecord.IsEmpty ? known.Addresses : []),
            SignedRecord = isNewer && !identity.SignedRecord.IsEmpty ? identity.SignedRecord : known.SignedRecord,
            RecordSequence = Math.Max(identity.RecordSequence, known.RecordSequence),
        });
    }

    public void Seen(PeerId peer, DateTimeOffset now) => Set(KnownOrNew(peer) with { LastSeen = Milliseconds(now) });

    public void SetScore(PeerId peer, double score) => Set(KnownOrNew(peer) with { Score = score });

    /// <summary>Adds what is stored, where nothing newer is known; what is known beyond that, or is newer, counts as changed.</summary>
    public void Restore(IEnumerable<KnownPeer> stored)
    {
        var before = Peers;
        var peers = before.ToBuilder();
        var isUnstored = before.Keys.ToHashSet();
        foreach (var peer in stored)
        {
            if (!before.TryGetValue(peer.Peer, out var known))
                peers[peer.Peer] = peer.Addresses.All(IsAcceptable) ? peer : peer with { Addresses = [.. peer.Addresses.Where(IsAcceptable)] };
            else if (StoredPeers.Store(known).Equals(StoredPeers.Store(peer)))
                isUnstored.Remove(peer.Peer);
        }
        Peers = peers.ToImmutable();
        _changed.UnionWith(isUnstored);
        Trim();
    }

    /// <summary>The peers that have changed since the last call; those without an entry were forgotten.</summary>
    public IReadOnlyCollection<PeerId> TakeChanges()
    {
        var changed = _changed;
        (_changed, HasFound) = ([], false);
        return changed;
    }

    KnownPeer KnownOrNew(PeerId peer) => Find(peer) ?? new KnownPeer(peer);

    void Set(KnownPeer peer)
    {
        HasFound |= peer.Addresses.Count > 0 && Find(peer.Peer) is not { Addresses.Count: > 0 };
        Peers = Peers.SetItem(peer.Peer, peer);
        _changed.Add(peer.Peer);
        Trim();
    }

    void Trim()
    {
        if (Peers.Count <= maxPeers)
            return;
        PeerId[] forgotten = [.. Peers.Values.Where(peer => !IsPinned(peer.Peer)).OrderBy(peer => peer.Score)
            .ThenBy(peer => peer.LastSeen ?? DateTimeOffset.MinValue).Take(Peers.Count - maxPeers + (maxPeers / 16)).Select(peer => peer.Peer)];
        Peers = Peers.RemoveRange(forgotten);
        _changed.UnionWith(forgotten);
    }

    /// <summary>The newer addresses, then the older ones; none of another peer.</summary>
    static IReadOnlyList<Multiaddr> Merge(PeerId peer, IEnumerable<Multiaddr> newer, IEnumerable<Multiaddr> older) =>
        [.. newer.Concat(older).Where(address => address.PeerId is null || address.PeerId == peer).Distinct().Take(MaxAddresses)];

    static DateTimeOffset Milliseconds(DateTimeOffset now) => DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds());
}
