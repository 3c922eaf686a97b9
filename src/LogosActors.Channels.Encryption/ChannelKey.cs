using System.Security.Cryptography;
using Geralt;

namespace LogosActors.Channels.Encryption;

/// <summary>A key that all participants of a channel share. For any number of threads.</summary>
/// <remarks>It lives as long as anybody uses it: an encryption that it was given to goes on with it after <see cref="Dispose"/>. It is zeroed when the
/// last of them has removed it or is disposed of; without one, at once.</remarks>
public sealed class ChannelKey : IDisposable
{
    /// <summary>The length of a key, in bytes (draft-irtf-cfrg-xchacha-03 §2.3).</summary>
    public const int Size = XChaCha20Poly1305.KeySize;

    readonly Lock _gate = new();

    // Pinned, so that the collector leaves no copies behind.
    readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(Size, pinned: true);
    int _users;
    bool _isDisposed;
    bool _isZeroed;

    /// <summary>Takes a key.</summary>
    /// <param name="id">Names it among the keys of the channel; messages carry it in the clear.</param>
    /// <param name="bytes">The key, <see cref="Size"/> bytes; they are copied.</param>
    /// <exception cref="ArgumentException">It has another length.</exception>
    public ChannelKey(uint id, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
            throw new ArgumentException($"A key has {Size} bytes, not {bytes.Length}.", nameof(bytes));
        Id = id;
        bytes.CopyTo(_bytes);
    }

    /// <summary>Names it among the keys of the channel.</summary>
    public uint Id { get; }

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
    /// <exception cref="ObjectDisposedException">It is disposed of.</exception>
    public byte[] Export()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return [.. _bytes];
        }
    }

    /// <summary>Refuses every further use but that of encryptions that have the key already.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            ZeroUnlessUsed();
        }
    }

    /// <summary>An encryption uses it from now on, until <see cref="Release"/>.</summary>
    /// <exception cref="ObjectDisposedException">It is disposed of.</exception>
    internal void Acquire()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _users++;
        }
    }

    /// <summary>An encryption uses it no longer. It belonged to that: it is disposed of when no other has it.</summary>
    internal void Release()
    {
        lock (_gate)
        {
            _isDisposed |= --_users == 0;
            ZeroUnlessUsed();
        }
    }

    /// <summary>Copies the key for one call, which zeroes its copy.</summary>
    /// <param name="destination"><see cref="Size"/> bytes.</param>
    /// <returns>False if it is zeroed: nobody may use it any longer.</returns>
    internal bool TryCopyTo(Span<byte> destination)
    {
        lock (_gate)
        {
            if (!_isZeroed)
                _bytes.CopyTo(destination);
            return !_isZeroed;
        }
    }

    void ZeroUnlessUsed()
    {
        if (!_isDisposed || _users > 0)
            return;
        _isZeroed = true;
        CryptographicOperations.ZeroMemory(_bytes);
    }
}
