using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p;

/// <summary>What a peer has said of itself. Its key is proven; versions, protocols and unsigned addresses are its word.</summary>
public sealed record PeerIdentity
{
    /// <summary>The key that the peer has proven to hold.</summary>
    public required PublicKey PublicKey { get; init; }

    /// <summary>The implementation and its version, such as <c>nwaku/v0.36.0</c>; at most 512 bytes.</summary>
    public string AgentVersion { get; init; } = "";

    /// <summary>The network's version, such as <c>ipfs/0.1.0</c>; at most 512 bytes.</summary>
    public string ProtocolVersion { get; init; } = "";

    /// <summary>The protocols that the peer serves; at most 1000.</summary>
    public IReadOnlyList<string> Protocols { get; init; } = [];

    /// <summary>Where the peer says that it listens, at most 256 addresses; from its signed record when there is one.</summary>
    public IReadOnlyList<Multiaddr> ListenAddresses { get; init; } = [];

    /// <summary>Where this host seems to be, seen from the peer; null when it does not say.</summary>
    public Multiaddr? ObservedAddress { get; init; }

    /// <summary>The signed envelope that <see cref="ListenAddresses"/> are from; empty when they are unsigned.</summary>
    public ReadOnlyMemory<byte> SignedRecord { get; init; }

    /// <summary>Orders the signed records of one peer; 0 without one.</summary>
    internal ulong RecordSequence { get; init; }
}
