using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace LogosActors.Channels.Encryption;

/// <summary>XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03): the cipher of RFC 8439 with nonces long enough to be chosen at random.</summary>
internal static class XChaCha20Poly1305
{
    public const int KeySize = 32;
    public const int NonceSize = 24;
    public const int TagSize = 16;

    const int SubkeyNonceSize = 16;
    const int ShortNonceSize = 12;

    public static void Encrypt(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag, ReadOnlySpan<byte> associated)
    {
        Span<byte> shortNonce = stackalloc byte[ShortNonceSize];
        using var cipher = CipherFor(key, nonce, shortNonce);
        cipher.Encrypt(shortNonce, plaintext, ciphertext, tag, associated);
    }

    /// <exception cref="AuthenticationTagMismatchException">It was changed, or the key is another.</exception>
    public static void Decrypt(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext, ReadOnlySpan<byte> associated)
    {
        Span<byte> shortNonce = stackalloc byte[ShortNonceSize];
        using var cipher = CipherFor(key, nonce, shortNonce);
        cipher.Decrypt(shortNonce, ciphertext, tag, plaintext, associated);
    }

    /// <summary>HChaCha20: makes a key of a key and the first 16 bytes of a nonce (draft §2.2).</summary>
    public static void Subkey(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, Span<byte> subkey)
    {
        Span<uint> state = stackalloc uint[16];
        // "expand 32-byte k" (RFC 8439 §2.3)
        (state[0], state[1], state[2], state[3]) = (0x61707865, 0x3320646e, 0x79622d32, 0x6b206574);
        for (var i = 0; i < 8; i++)
            state[4 + i] = BinaryPrimitives.ReadUInt32LittleEndian(key[(4 * i)..]);
        for (var i = 0; i < 4; i++)
            state[12 + i] = BinaryPrimitives.ReadUInt32LittleEndian(nonce[(4 * i)..]);
        for (var round = 0; round < 10; round++)
        {
            Quarter(state, 0, 4, 8, 12);
            Quarter(state, 1, 5, 9, 13);
            Quarter(state, 2, 6, 10, 14);
            Quarter(state, 3, 7, 11, 15);
            Quarter(state, 0, 5, 10, 15);
            Quarter(state, 1, 6, 11, 12);
            Quarter(state, 2, 7, 8, 13);
            Quarter(state, 3, 4, 9, 14);
        }
        for (var i = 0; i < 4; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(subkey[(4 * i)..], state[i]);
            BinaryPrimitives.WriteUInt32LittleEndian(subkey[(16 + (4 * i))..], state[12 + i]);
        }
        state.Clear();
    }

    static ChaCha20Poly1305 CipherFor(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, Span<byte> shortNonce)
    {
        Span<byte> subkey = stackalloc byte[KeySize];
        Subkey(key, nonce[..SubkeyNonceSize], subkey);
        shortNonce[..4].Clear();
        nonce[SubkeyNonceSize..].CopyTo(shortNonce[4..]);
        var cipher = new ChaCha20Poly1305(subkey);
        CryptographicOperations.ZeroMemory(subkey);
        return cipher;
    }

    // RFC 8439 §2.1
    static void Quarter(Span<uint> state, int a, int b, int c, int d)
    {
        state[a] += state[b];
        state[d] = BitOperations.RotateLeft(state[d] ^ state[a], 16);
        state[c] += state[d];
        state[b] = BitOperations.RotateLeft(state[b] ^ state[c], 12);
        state[a] += state[b];
        state[d] = BitOperations.RotateLeft(state[d] ^ state[a], 8);
        state[c] += state[d];
        state[b] = BitOperations.RotateLeft(state[b] ^ state[c], 7);
    }
}
