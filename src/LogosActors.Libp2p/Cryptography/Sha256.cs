using System.Security.Cryptography;

namespace LogosActors.Libp2p.Cryptography;

/// <summary>SHA-256 and its HMAC for many short inputs: one hash state is used again and again.</summary>
/// <remarks>
/// The platform's one-shot functions make a context for each call, which costs several times what so few bytes do. One thread at
/// a time. Dispose it to wipe what the last input left.
/// </remarks>
public sealed class Sha256 : IDisposable
{
    /// <summary>The length of a hash, in bytes (FIPS 180-4).</summary>
    public const int HashSize = 32;

    /// <summary>The longest key of <see cref="Hmac"/>, in bytes: a block of SHA-256 (FIPS 180-4).</summary>
    public const int BlockSize = 64;

    // Goes with its thread.
    [ThreadStatic]
    static Sha256? _messages;

    readonly IncrementalHash _state = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Hashes a message, which is no secret: nothing is wiped. For any thread.</summary>
    /// <param name="message">Any number of bytes.</param>
    /// <param name="destination">Receives <see cref="HashSize"/> bytes.</param>
    public static void HashMessage(ReadOnlySpan<byte> message, Span<byte> destination) => (_messages ??= new Sha256()).Hash(message, [], destination);

    /// <summary>Hashes two inputs, one behind the other. <paramref name="destination"/> may be the same memory as either.</summary>
    /// <param name="first">Any number of bytes.</param>
    /// <param name="second">What follows them; may be empty.</param>
    /// <param name="destination">Receives <see cref="HashSize"/> bytes.</param>
    public void Hash(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> destination)
    {
        _state.AppendData(first);
        if (!second.IsEmpty)
            _state.AppendData(second);
        _state.GetHashAndReset(destination);
    }

    /// <summary>HMAC-SHA-256 (RFC 2104). <paramref name="destination"/> may be the same memory as either input.</summary>
    /// <param name="key">At most <see cref="BlockSize"/> bytes.</param>
    /// <param name="message">Any number of bytes.</param>
    /// <param name="destination">Receives <see cref="HashSize"/> bytes.</param>
    public void Hmac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, Span<byte> destination)
    {
        Span<byte> inner = stackalloc byte[BlockSize];
        Span<byte> outer = stackalloc byte[BlockSize];
        Span<byte> hash = stackalloc byte[HashSize];
        inner.Fill(0x36);
        outer.Fill(0x5c);
        for (var i = 0; i < key.Length; i++)
        {
            inner[i] ^= key[i];
            outer[i] ^= key[i];
        }
        try
        {
            Hash(inner, message, hash);
            Hash(outer, hash, destination);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(inner);
            CryptographicOperations.ZeroMemory(outer);
            CryptographicOperations.ZeroMemory(hash);
        }
    }

    /// <summary>Wipes what the last input left.</summary>
    public void Dispose() => _state.Dispose();
}
