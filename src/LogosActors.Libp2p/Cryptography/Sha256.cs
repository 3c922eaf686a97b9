using System.Security.Cryptography;

namespace LogosActors.Libp2p.Cryptography;

/// <summary>SHA-256 and its HMAC for many short inputs: one OpenSSL context is used again and again.</summary>
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

    // For the life of the process: looking an algorithm up takes locks.
    static readonly nint Algorithm = LibCrypto.EVP_MD_fetch(0, "SHA256\0"u8, 0);

    // Goes with its thread.
    [ThreadStatic]
    static Sha256? _messages;

    readonly EvpDigestContext _context = LibCrypto.EVP_MD_CTX_new();

    /// <summary>Hashes a message, which is no secret: nothing is wiped. For any thread.</summary>
    /// <param name="message">Any number of bytes.</param>
    /// <param name="destination">Receives <see cref="HashSize"/> bytes.</param>
    /// <exception cref="CryptographicException">OpenSSL fails.</exception>
    public static void HashMessage(ReadOnlySpan<byte> message, Span<byte> destination) => (_messages ??= new Sha256()).Hash(message, [], destination);

    /// <summary>Hashes two inputs, one behind the other. <paramref name="destination"/> may be the same memory as either.</summary>
    /// <param name="first">Any number of bytes.</param>
    /// <param name="second">What follows them; may be empty.</param>
    /// <param name="destination">Receives <see cref="HashSize"/> bytes.</param>
    /// <exception cref="CryptographicException">OpenSSL fails.</exception>
    public void Hash(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> destination)
    {
        if (!_context.IsInvalid
            && destination.Length >= HashSize
            && LibCrypto.EVP_DigestInit_ex2(_context, Algorithm, 0) == 1
            && LibCrypto.EVP_DigestUpdate(_context, first, (nuint)first.Length) == 1
            && (second.IsEmpty || LibCrypto.EVP_DigestUpdate(_context, second, (nuint)second.Length) == 1)
            && LibCrypto.EVP_DigestFinal_ex(_context, destination, 0) == 1)
            return;
        LibCrypto.ERR_clear_error();
        throw new CryptographicException("OpenSSL did not hash.");
    }

    /// <summary>HMAC-SHA-256 (RFC 2104). <paramref name="destination"/> may be the same memory as either input.</summary>
    /// <param name="key">At most <see cref="BlockSize"/> bytes.</param>
    /// <param name="message">Any number of bytes.</param>
    /// <param name="destination">Receives <see cref="HashSize"/> bytes.</param>
    /// <exception cref="CryptographicException">OpenSSL fails.</exception>
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
    public void Dispose() => _context.Dispose();
}
