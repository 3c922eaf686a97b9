using LogosActors.Delivery.Archive;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.StoreSync;

/// <summary>What peers may transfer, of the reconciliations of the last minutes. Pure; bounded by <see cref="MaxPeers"/>, two reconciliations each.</summary>
internal sealed class SyncExpectations
{
    /// <summary>Of how many peers something is expected; the one that has waited longest is forgotten.</summary>
    public const int MaxPeers = 16;

    /// <summary>How long after a reconciliation has begun its messages are accepted.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    readonly Dictionary<PeerId, Entry> _peers = [];

    /// <summary>A reconciliation with a peer begins; the one before it may still have messages under way.</summary>
    public void Begin(PeerId peer, ExpectedMessages expected, TimeSpan now)
    {
        foreach (var old in _peers.Where(entry => now - entry.Value.Begun > Lifetime).Select(static entry => entry.Key).ToList())
            _peers.Remove(old);
        if (_peers.Count == MaxPeers && !_peers.ContainsKey(peer))
            _peers.Remove(_peers.MinBy(static entry => entry.Value.Begun).Key);
        _peers[peer] = new Entry(expected, _peers.GetValueOrDefault(peer)?.Current, now);
    }

    /// <summary>Whether a message of a peer is expected; one that was named is so no longer.</summary>
    public bool Take(PeerId peer, ArchivePosition id, TimeSpan now) =>
        _peers.TryGetValue(peer, out var entry) && now - entry.Begun <= Lifetime
        && (entry.Current.Take(id) || entry.Previous?.Take(id) == true);

    sealed record Entry(ExpectedMessages Current, ExpectedMessages? Previous, TimeSpan Begun);
}
