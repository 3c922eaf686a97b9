using System.Security.Cryptography;
using LogosActors.Libp2p.Cryptography;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Discovery.Records;

/// <summary>The key that signs a node's record and proves who it is in discv5 (EIP-778 §"v4" Identity Scheme). Dispose it to wipe it.</summary>
internal sealed class NodeKey : IDisposable
{
    // Pinned, so that the collector leaves no copies behind.
    readonly byte[] _secret = GC.AllocateUninitializedArray<byte>(Secp256k1.PrivateKeyLength, pinned: true);
    readonly byte[] _publicKey;

    /// <summary>A key of its bytes.</summary>
    /// <param name="secret">A private key of secp256k1, 32 bytes.</param>
    /// <exception cref="ArgumentException">It is none.</exception>
    public NodeKey(ReadOnlySpan<byte> secret)
    {
        _publicKey = Secp256k1.PublicKeyOf(secret);
        secret.CopyTo(_secret);
        Span<byte> point = stackalloc byte[Secp256k1.UncompressedLength];
        _ = Secp256k1.TryDecompress(_publicKey, point);
        Id = NodeId.FromPoint(point[1..]);
    }

    /// <summary>The node's id.</summary>
    public NodeId Id { get; }

    /// <summary>The compressed point, 33 bytes.</summary>
    public ReadOnlySpan<byte> PublicKey => _publicKey;

    /// <summary>The key of a node's identity, so that its record leads to its peer id.</summary>
    /// <returns>Null when the identity is of another type than secp256k1: a record cannot lead to it.</returns>
    public static NodeKey? Of(PrivateKey identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        if (identity.Type is not KeyType.Secp256k1)
            return null;
        var encoded = identity.Encode();
        try
        {
            return new NodeKey(encoded.AsSpan(encoded.Length - Secp256k1.PrivateKeyLength));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(encoded);
        }
    }

    /// <summary>A key of fresh randomness.</summary>
    /// <param name="random">Fills memory with bytes that nobody can guess.</param>
    public static NodeKey Generate(Action<Memory<byte>> random)
    {
        var secret = GC.AllocateUninitializedArray<byte>(Secp256k1.PrivateKeyLength, pinned: true);
        try
        {
            do
                random(secret);
            while (!Secp256k1.IsPrivateKey(secret));
            return new NodeKey(secret);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>Signs a hash of 32 bytes: r and s, 32 bytes each.</summary>
    public void Sign(ReadOnlySpan<byte> hash, Span<byte> signature) => Secp256k1.Sign(_secret, hash, signature);

    /// <summary>Agrees on a point with the holder of a public key.</summary>
    /// <returns>False when that is no key.</returns>
    public bool TryAgree(ReadOnlySpan<byte> publicKey, Span<byte> point) => Secp256k1.TryAgree(_secret, publicKey, point);

    /// <summary>Wipes the private key.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(_secret);
}
