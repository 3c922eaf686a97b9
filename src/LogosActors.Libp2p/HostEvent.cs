using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p;

/// <summary>Something that a host tells of a peer.</summary>
/// <param name="Peer">Whom it is about.</param>
public abstract record HostEvent(PeerId Peer);

/// <summary>There is a connection to a peer; there was none before.</summary>
/// <param name="Peer">The peer.</param>
/// <param name="Address">Where it is reached, or where its connection comes from; null when the transport has no addresses.</param>
/// <param name="IsDialer">Whether this side dialed.</param>
public sealed record PeerConnected(PeerId Peer, Multiaddr? Address, bool IsDialer) : HostEvent(Peer);

/// <summary>A connected peer has said who it is, for the first time or anew.</summary>
/// <param name="Peer">The peer.</param>
/// <param name="Identity">What it says.</param>
public sealed record PeerIdentified(PeerId Peer, PeerIdentity Identity) : HostEvent(Peer);

/// <summary>There is no connection to a peer any more.</summary>
/// <param name="Peer">The peer.</param>
/// <param name="Reason">Why the last one has ended.</param>
public sealed record PeerDisconnected(PeerId Peer, ConnectionFailure Reason) : HostEvent(Peer);
