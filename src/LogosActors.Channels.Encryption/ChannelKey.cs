using System.Security.Cryptography;

namespace LogosActors.Channels.Encryption;

/// <summary>A key that all participants of a channel share. Disposing it zeroes it.</summary>
public sealed class ChannelKey : IDisposable
{
    /// <summary>The length of a key, in bytes (draft-irtf-cfrg-xchacha-03 §2.3).</summary>
    public const int Size = XChaCha20Poly1305.KeySize;

    readonly byte[] _bytes;

    /// <summary>Takes a key.</summary>
    /// <param name="id">Names it among the keys of the channel; messages carry it in the clear.</param>
    /// <param name="bytes">The key, <see cref="Size"/> bytes; they are copied.</param>
    /// <exception cref="ArgumentException">It has another length.</exception>
    public ChannelKey(uint id, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
            throw new ArgumentException($"A key has {Size} bytes, not {bytes.Length}.", nameof(bytes));
        Id = id;
        _bytes = bytes.ToArray();
    }

    /// <summary>Names it among the keys of the channel.</summary>
    public uint Id { get; }

    internal ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Makes a key at random.</summary>
    public static ChannelKey Generate(uint id)
    {
        Span<byte> bytes = stackalloc byte[Size];
        RandomNumberGenerator.Fill(bytes);
        try
        {
            return new ChannelKey(id, bytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>The key's bytes, to be shared with the other participants; whoever asks for them zeroes them.</summary>
    public byte[] Export() => [.. _bytes];

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(_bytes);
}
