using System.Collections.Concurrent;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Peers;

/// <summary>The peers that a host remembers, a bounded number of them.</summary>
/// <remarks>
/// Pure. One writer; any number of readers of <see cref="Peers"/>. When there are too many, a sixteenth is forgotten at once: those
/// of the lowest score, and among them those not seen for longest. Pinned peers stay.
/// </remarks>
internal sealed class PeerBook(int maxPeers)
{
    /// <summary>The most addresses of one peer.</summary>
    /// <value>32: a peer has a few of its own, and some that it had before.</value>
    public const int MaxAddresses = 32;

    readonly ConcurrentDictionary<PeerId, KnownPeer> _peers = new();
    HashSet<PeerId> _changed = [];

    /// <summary>Who is never forgotten. The writer's own.</summary>
    public Func<PeerId, bool> IsPinned { get; set; } = static _ => false;

    public IReadOnlyDictionary<PeerId, KnownPeer> Peers => _peers;

    /// <summary>Whether anything has changed since <see cref="TakeChanges"/>.</summary>
    public bool HasChanges => _changed.Count > 0;

    public KnownPeer? Find(PeerId peer) => _peers.GetValueOrDefault(peer);

    /// <summary>Adds addresses in front of those that are known.</summary>
    public void AddAddresses(PeerId peer, IEnumerable<Multiaddr> addresses)
    {
        var known = Known(peer);
        var merged = Merge(peer, addresses, known.Addresses);
        if (!merged.SequenceEqual(known.Addresses))
            Set(known with { Addresses = merged });
    }

    /// <summary>A peer has said who it is.</summary>
    public void Identified(PeerId peer, PeerIdentity identity, DateTimeOffset now)
    {
        var known = Known(peer);
        var isNewer = identity.RecordSequence >= known.RecordSequence;
        Set(known with
        {
            LastSeen = Milliseconds(now),
            Protocols = identity.Protocols,
            AgentVersion = identity.AgentVersion,
            // What a peer has signed is all that it stands for; what it has only said is added.
            Addresses = !isNewer ? known.Addresses
                : Merge(peer, identity.ListenAddresses, identity.SignedRecord.IsEmpty ? known.Addresses : []),
            SignedRecord = isNewer && !identity.SignedRecord.IsEmpty ? identity.SignedRecord : known.SignedRecord,
            RecordSequence = Math.Max(identity.RecordSequence, known.RecordSequence),
        });
    }

    public void Seen(PeerId peer, DateTimeOffset now) => Set(Known(peer) with { LastSeen = Milliseconds(now) });

    public void SetScore(PeerId peer, double score) => Set(Known(peer) with { Score = score });

    /// <summary>Adds what was stored, where nothing newer is known.</summary>
    public void Restore(IEnumerable<KnownPeer> stored)
    {
        foreach (var peer in stored)
            _peers.TryAdd(peer.Peer, peer);
        Trim();
    }

    /// <summary>The peers that have changed since the last call; those without an entry were forgotten.</summary>
    public IReadOnlyCollection<PeerId> TakeChanges()
    {
        var changed = _changed;
        _changed = [];
        return changed;
    }

    KnownPeer Known(PeerId peer) => Find(peer) ?? new KnownPeer(peer);

    void Set(KnownPeer peer)
    {
        _peers[peer.Peer] = peer;
        _changed.Add(peer.Peer);
        Trim();
    }

    void Trim()
    {
        if (_peers.Count <= maxPeers)
            return;
        var forgotten = _peers.Values.Where(peer => !IsPinned(peer.Peer)).OrderBy(peer => peer.Score)
            .ThenBy(peer => peer.LastSeen ?? DateTimeOffset.MinValue).Take(_peers.Count - maxPeers + (maxPeers / 16));
        foreach (var peer in forgotten.ToArray())
        {
            _peers.TryRemove(peer.Peer, out _);
            _changed.Add(peer.Peer);
        }
    }

    /// <summary>The newer addresses, then the older ones; none of another peer.</summary>
    static IReadOnlyList<Multiaddr> Merge(PeerId peer, IEnumerable<Multiaddr> newer, IEnumerable<Multiaddr> older) =>
        [.. newer.Concat(older).Where(address => address.PeerId is null || address.PeerId == peer).Distinct().Take(MaxAddresses)];

    static DateTimeOffset Milliseconds(DateTimeOffset now) => DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds());
}
