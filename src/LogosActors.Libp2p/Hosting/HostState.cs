using System.Collections.Immutable;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Hosting;

/// <summary>What a <see cref="HostActor"/> has learned and was asked for: what a restart of it goes on with. Immutable.</summary>
internal sealed record HostState
{
    /// <summary>The peers that are remembered.</summary>
    public ImmutableDictionary<PeerId, KnownPeer> Known { get; init; } = ImmutableDictionary<PeerId, KnownPeer>.Empty;

    /// <summary>Where the application has said that peers are: at most 32 addresses of each, the newest first. What a peer says of itself
    /// replaces none of them.</summary>
    public ImmutableDictionary<PeerId, ImmutableArray<Multiaddr>> Named { get; init; } = ImmutableDictionary<PeerId, ImmutableArray<Multiaddr>>.Empty;

    /// <summary>The peers that are to be connected.</summary>
    public ImmutableHashSet<PeerId> Kept { get; init; } = [];

    /// <summary>Who is told events.</summary>
    public ImmutableArray<Action<HostEvent>> Observers { get; init; } = [];

    /// <summary>Where each of the wanted listen addresses, by its index, was bound: at that port it is listened at for ever.</summary>
    public ImmutableDictionary<int, Multiaddr> Bound { get; init; } = ImmutableDictionary<int, Multiaddr>.Empty;
}
