using Akka.Actor;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Hosting;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p;

/// <summary>The peers that the host remembers.</summary>
public sealed partial class Libp2pHost
{
    /// <summary>The peers that are remembered, connected or not. A snapshot.</summary>
    public IReadOnlyCollection<KnownPeer> KnownPeers => [.. _environment.State.Value.Known.Values];

    /// <summary>What is remembered of a peer; null when it is not known.</summary>
    public KnownPeer? Find(PeerId peer) => _environment.State.Value.Known.GetValueOrDefault(peer);

    /// <summary>Whether a peer is connected that has dialed this host.</summary>
    /// <param name="peer">The peer.</param>
    public bool IsInbound(PeerId peer) => _environment.Connected.TryGetValue(peer, out var connection) && !connection.IsDialer;

    /// <summary>Remembers addresses of a peer, for <see cref="DialAsync(PeerId, CancellationToken)"/> and <see cref="Keep"/>.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="addresses">Where it may be reached; those that name another peer are left out.</param>
    public void AddAddresses(PeerId peer, IEnumerable<Multiaddr> addresses)
    {
        ArgumentNullException.ThrowIfNull(peer);
        ArgumentNullException.ThrowIfNull(addresses);
        ThrowIfDisposed();
        _host.Tell(new Host.AddAddresses(peer, [.. addresses]), ActorRefs.NoSender);
    }

    /// <summary>Asks the host's DNS servers for the TXT records of a name.</summary>
    /// <returns>One string per record, its parts joined; none when there are none, or no server answers.</returns>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public Task<IReadOnlyList<string>> FindTextsAsync(string name, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        ThrowIfDisposed();
        return _environment.FindTextsAsync(name, cancellation);
    }

    /// <summary>Connects to a peer at the addresses that are known of it; at once if it is connected already.</summary>
    public Task<DialResult> DialAsync(PeerId peer, CancellationToken cancellation = default) => DialAsync(peer, [], cancellation);

    /// <summary>Says what the application thinks of a peer: the lowest is the first to be pruned and forgotten.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="score">Any finite number; 0 for no opinion.</param>
    public void SetScore(PeerId peer, double score)
    {
        ArgumentNullException.ThrowIfNull(peer);
        if (!double.IsFinite(score))
            throw new ArgumentOutOfRangeException(nameof(score), score, "A score is a finite number.");
        ThrowIfDisposed();
        _host.Tell(new Host.SetScore(peer, score), ActorRefs.NoSender);
    }

    /// <summary>Keeps a connection to a peer: dials it now, and whenever the connection is lost, with growing, jittered waits between
    /// failures (1 s … 5 min). A kept peer is neither pruned nor forgotten.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="addresses">Where to look for it, beside the addresses that are known.</param>
    public void Keep(PeerId peer, params IEnumerable<Multiaddr> addresses)
    {
        AddAddresses(peer, addresses);
        _host.Tell(new Host.Keep(peer), ActorRefs.NoSender);
    }

    /// <summary>Keeps a peer no longer; a connection that there is goes on.</summary>
    public void Release(PeerId peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        ThrowIfDisposed();
        _host.Tell(new Host.Release(peer), ActorRefs.NoSender);
    }
}
