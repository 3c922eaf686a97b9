using LogosActors.Libp2p.Cryptography;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Security.Noise;

/// <summary>What a node shows in every handshake: its static Noise key, signed once by its identity (libp2p noise §Static Key Authentication).</summary>
/// <remarks>For any number of handshakes and threads. Dispose it to wipe the static key; the identity stays the caller's.</remarks>
internal sealed class NoiseIdentity : IDisposable
{
    readonly byte[] _payload;

    /// <param name="identity">The node's identity.</param>
    /// <param name="muxers">The muxers that are offered inside the handshake, the best first; none to negotiate them afterwards.</param>
    public NoiseIdentity(PrivateKey identity, params IReadOnlyList<string> muxers)
    {
        Muxers = muxers;
        StaticKey = X25519.Generate();
        _payload = new NoisePayload(identity.PublicKey.Encode(), identity.Sign(Signed(StaticKey.PublicKey)), muxers).Encode();
    }

    public X25519 StaticKey { get; }

    public IReadOnlyList<string> Muxers { get; }

    /// <summary>The payload of the handshake message that carries the static key.</summary>
    public ReadOnlySpan<byte> Payload => _payload;

    /// <summary>What the identity signs: a prefix and the static key.</summary>
    public static byte[] Signed(ReadOnlySpan<byte> staticKey) => [.. "noise-libp2p-static-key:"u8, .. staticKey];

    public void Dispose() => StaticKey.Dispose();
}
