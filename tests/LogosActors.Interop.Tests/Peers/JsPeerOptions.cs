using System.Security.Cryptography.X509Certificates;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Interop.Tests.Peers;

/// <summary>What a <see cref="JsPeer"/> is made of.</summary>
internal sealed record JsPeerOptions
{
    /// <summary>The type of its key: Ed25519 or secp256k1.</summary>
    public KeyType Key { get; init; } = KeyType.Ed25519;

    /// <summary>Where it listens: <c>tcp</c>, <c>ws</c>, <c>wss</c>; one address each.</summary>
    public IReadOnlyList<string> Transports { get; init; } = ["tcp"];

    /// <summary>The multiplexers it offers, the preferred one first: <c>yamux</c>, <c>mplex</c>.</summary>
    public IReadOnlyList<string> Muxers { get; init; } = ["yamux"];

    /// <summary>The certificate of its WebSocket server, and the only one that it trusts of others'; null: none, and Node.js's rules.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Parameters of js-libp2p's GossipSub, by its own names, and <c>protocols</c>; null for no gossipsub.</summary>
    public object? Gossipsub { get; init; }
}
