using System.Security.Cryptography;
using LogosActors.Libp2p.Cryptography;

namespace LogosActors.Libp2p.Security.Noise;

/// <summary>The chaining key and the hash of everything said so far (Noise §5.2), with SHA-256.</summary>
internal sealed class SymmetricState : IDisposable
{
    const int HashSize = Sha256.HashSize;

    readonly Sha256 _sha256 = new();
    readonly byte[] _chainingKey = GC.AllocateArray<byte>(HashSize, pinned: true);
    readonly byte[] _hash = new byte[HashSize];
    CipherState? _cipher;

    /// <param name="protocolName">At most 32 bytes of ASCII.</param>
    /// <param name="prologue">What both sides must agree on beforehand.</param>
    public SymmetricState(ReadOnlySpan<byte> protocolName, ReadOnlySpan<byte> prologue)
    {
        protocolName.CopyTo(_hash);
        _hash.CopyTo(_chainingKey, 0);
        MixHash(prologue);
    }

    /// <summary>The handshake hash: 32 bytes that identify the conversation.</summary>
    public ReadOnlySpan<byte> Hash => _hash;

    /// <summary>Bytes that encryption adds at this point: none before there is a key.</summary>
    public int Overhead => _cipher is null ? 0 : CipherState.TagSize;

    public void MixHash(ReadOnlySpan<byte> data) => _sha256.Hash(_hash, data, _hash);

    public void MixKey(ReadOnlySpan<byte> secret)
    {
        Span<byte> key = stackalloc byte[CipherState.KeySize];
        Derive(secret, _chainingKey, key);
        _cipher?.Dispose();
        _cipher = new CipherState(key);
        CryptographicOperations.ZeroMemory(key);
    }

    /// <summary>Encrypts, once there is a key, and takes the result into the hash.</summary>
    /// <param name="plaintext">Any number of bytes.</param>
    /// <param name="destination">The plaintext's bytes and <see cref="Overhead"/>, not the same memory; all of them are written.</param>
    public void EncryptAndHash(ReadOnlySpan<byte> plaintext, Span<byte> destination)
    {
        if (_cipher is null)
            plaintext.CopyTo(destination);
        else
            _cipher.TryEncrypt(plaintext, destination, _hash);
        MixHash(destination);
    }

    public bool TryDecryptAndHash(ReadOnlySpan<byte> ciphertext, Span<byte> destination, out NoiseError error)
    {
        error = NoiseError.None;
        if (_cipher is null)
            ciphertext.CopyTo(destination);
        else if (!_cipher.TryDecrypt(ciphertext, destination, out error, _hash))
            return false;
        MixHash(ciphertext);
        return true;
    }

    /// <summary>The keys of both directions: the initiator's first.</summary>
    public (CipherState Initiator, CipherState Responder) Split()
    {
        Span<byte> initiator = stackalloc byte[CipherState.KeySize];
        Span<byte> responder = stackalloc byte[CipherState.KeySize];
        Derive(default, initiator, responder);
        try
        {
            return (new CipherState(initiator), new CipherState(responder));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(initiator);
            CryptographicOperations.ZeroMemory(responder);
        }
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_chainingKey);
        _cipher?.Dispose();
        _sha256.Dispose();
    }

    /// <summary>HKDF with two outputs (Noise §4.3).</summary>
    void Derive(ReadOnlySpan<byte> input, Span<byte> first, Span<byte> second)
    {
        Span<byte> temporary = stackalloc byte[HashSize];
        Span<byte> extended = stackalloc byte[HashSize + 1];
        _sha256.Hmac(_chainingKey, input, temporary);
        _sha256.Hmac(temporary, [1], extended);
        extended[HashSize] = 2;
        _sha256.Hmac(temporary, extended, second);
        extended[..HashSize].CopyTo(first);
        CryptographicOperations.ZeroMemory(temporary);
        CryptographicOperations.ZeroMemory(extended);
    }
}
