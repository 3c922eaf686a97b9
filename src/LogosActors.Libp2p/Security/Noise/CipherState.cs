using System.Buffers.Binary;
using System.Security.Cryptography;

namespace LogosActors.Libp2p.Security.Noise;

/// <summary>A key and the count of messages under it (Noise §5.1), with ChaCha20-Poly1305.</summary>
/// <remarks>The key lives in the platform's cipher and is wiped with it on <see cref="Dispose"/>.</remarks>
/// <param name="key">32 bytes, which the caller wipes.</param>
/// <param name="first">The nonce to begin with; other than 0 only to show what happens at the end.</param>
internal sealed class CipherState(ReadOnlySpan<byte> key, ulong first = 0) : IDisposable
{
    /// <summary>Bytes of a key.</summary>
    public const int KeySize = 32;

    /// <summary>Bytes that encryption adds.</summary>
    public const int TagSize = 16;

    const int NonceSize = 12;

    readonly ChaCha20Poly1305 _cipher = new(key);
    ulong _nonce = first;
    bool _failed;

    /// <summary>Encrypts into <paramref name="destination"/>, which may be the same memory as <paramref name="plaintext"/>.</summary>
    /// <param name="plaintext">Any number of bytes.</param>
    /// <param name="destination"><see cref="TagSize"/> bytes longer than the plaintext.</param>
    /// <param name="associated">What is authenticated with it.</param>
    /// <returns>False when the nonces are exhausted.</returns>
    public bool TryEncrypt(ReadOnlySpan<byte> plaintext, Span<byte> destination, ReadOnlySpan<byte> associated = default)
    {
        Span<byte> nonce = stackalloc byte[NonceSize];
        if (!TryTakeNonce(nonce))
            return false;
        _cipher.Encrypt(nonce, plaintext, destination[..plaintext.Length], destination.Slice(plaintext.Length, TagSize), associated);
        return true;
    }

    /// <summary>Decrypts into <paramref name="destination"/>, which may be the same memory as <paramref name="ciphertext"/>.</summary>
    /// <param name="ciphertext">Bytes from the network.</param>
    /// <param name="destination">At least the ciphertext without its tag.</param>
    /// <param name="associated">What was authenticated with it.</param>
    /// <param name="error">Why it failed. A cipher that has failed once fails for ever.</param>
    public bool TryDecrypt(ReadOnlySpan<byte> ciphertext, Span<byte> destination, out NoiseError error, ReadOnlySpan<byte> associated = default)
    {
        Span<byte> nonce = stackalloc byte[NonceSize];
        var length = ciphertext.Length - TagSize;
        error = length < 0 ? NoiseError.MessageTruncated
            : destination.Length < length ? NoiseError.MessageTooLong
            : _failed ? NoiseError.DecryptionFailed
            : !TryTakeNonce(nonce) ? NoiseError.NonceExhausted
            : NoiseError.None;
        if (error != NoiseError.None)
            return false;
        try
        {
            _cipher.Decrypt(nonce, ciphertext[..length], ciphertext[length..], destination[..length], associated);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            _failed = true;
            error = NoiseError.DecryptionFailed;
            return false;
        }
    }

    public void Dispose() => _cipher.Dispose();

    bool TryTakeNonce(Span<byte> nonce)
    {
        // 2⁶⁴−1 is reserved (Noise §5.1).
        if (_nonce == ulong.MaxValue)
            return false;
        nonce[..4].Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(nonce[4..], _nonce++);
        return true;
    }
}
