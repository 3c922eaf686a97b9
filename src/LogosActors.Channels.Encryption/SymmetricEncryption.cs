using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Geralt;

namespace LogosActors.Channels.Encryption;

/// <summary>Encrypts a channel with a key that its participants share: XChaCha20-Poly1305 with random nonces. For any number of threads.</summary>
/// <remarks>
/// <para>A chunk becomes <c>1 ‖ id of the key (4 bytes, big-endian) ‖ nonce (24) ‖ ciphertext ‖ tag (16)</c>, <see cref="Overhead"/> bytes more;
/// what precedes the nonce is authenticated, too.</para>
/// <para>Keys are changed by adding the new one at every participant with <see cref="Add"/>, then having each write with it by
/// <see cref="Use"/>, and, when what was written with the old one need not be read any more, removing that with <see cref="Remove"/>. There is no
/// forward secrecy: whoever gets a key reads all that was written with it.</para>
/// <para>Keys may be added, used and removed while others encrypt and decrypt: a call that has begun ends with the key that it has begun with.
/// After <see cref="Dispose"/> every call is refused with an <see cref="ObjectDisposedException"/>; a channel that is open then ends requests in
/// <see cref="SendFailure.NotEncrypted"/> and reports what it cannot read as <see cref="ChannelProblem.NotDecrypted"/>.</para>
/// </remarks>
public sealed class SymmetricEncryption : IEncryption, IDisposable
{
    /// <summary>How many bytes a chunk grows by.</summary>
    public const int Overhead = HeaderSize + XChaCha20Poly1305.NonceSize + XChaCha20Poly1305.TagSize;

    /// <summary>The most keys.</summary>
    public const int MaxKeys = 256;

    const byte Version = 1;
    const int HeaderSize = 1 + sizeof(uint);

    readonly Lock _changing = new();
    ImmutableDictionary<uint, ChannelKey> _keys;
    ChannelKey _current;
    volatile bool _isDisposed;

    /// <summary>Begins with one key, which belongs to this from now on.</summary>
    /// <exception cref="ObjectDisposedException">The key is disposed of.</exception>
    public SymmetricEncryption(ChannelKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        key.Acquire();
        (_current, _keys) = (key, ImmutableDictionary<uint, ChannelKey>.Empty.Add(key.Id, key));
    }

    /// <summary>The id of the key that is written with.</summary>
    public uint CurrentKey => Volatile.Read(ref _current).Id;

    /// <summary>Reads what is written with a further key, which belongs to this from now on.</summary>
    /// <exception cref="ArgumentException">There is a key of that id.</exception>
    /// <exception cref="InvalidOperationException">There are <see cref="MaxKeys"/> keys.</exception>
    /// <exception cref="ObjectDisposedException">The key is disposed of, or this.</exception>
    public void Add(ChannelKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        lock (_changing)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_keys.ContainsKey(key.Id))
                throw new ArgumentException($"There is a key {key.Id} already.", nameof(key));
            if (_keys.Count >= MaxKeys)
                throw new InvalidOperationException($"There are {MaxKeys} keys; remove one that is not needed any more.");
            key.Acquire();
            _keys = _keys.Add(key.Id, key);
        }
    }

    /// <summary>Writes with a key from now on.</summary>
    /// <exception cref="ArgumentException">There is no key of that id.</exception>
    /// <exception cref="ObjectDisposedException">This is disposed of.</exception>
    public void Use(uint id)
    {
        lock (_changing)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            Volatile.Write(ref _current, _keys.GetValueOrDefault(id) ?? throw new ArgumentException($"There is no key {id}; add it first.", nameof(id)));
        }
    }

    /// <summary>Reads what is written with a key no longer, and zeroes it, unless another encryption has it, too.</summary>
    /// <exception cref="InvalidOperationException">It is the one that is written with.</exception>
    /// <exception cref="ObjectDisposedException">This is disposed of.</exception>
    public void Remove(uint id)
    {
        lock (_changing)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_current.Id == id)
                throw new InvalidOperationException($"Key {id} is the one that is written with; use another one first.");
            if (!_keys.TryGetValue(id, out var key))
                return;
            _keys = _keys.Remove(id);
            key.Release();
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">This is disposed of.</exception>
    public ValueTask<ReadOnlyMemory<byte>> EncryptAsync(ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        Span<byte> secret = stackalloc byte[ChannelKey.Size];
        var key = CopyCurrent(secret);
        var payload = new byte[Overhead + content.Length];
        payload[0] = Version;
        BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan(1), key.Id);
        var nonce = payload.AsSpan(HeaderSize, XChaCha20Poly1305.NonceSize);
        RandomNumberGenerator.Fill(nonce);
        try
        {
            XChaCha20Poly1305.Encrypt(payload.AsSpan(HeaderSize + nonce.Length), content.Span, nonce, secret, payload.AsSpan(0, HeaderSize));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
        return ValueTask.FromResult<ReadOnlyMemory<byte>>(payload);
    }

    /// <inheritdoc/>
    /// <exception cref="CryptographicException">It was written with another key, or changed.</exception>
    /// <exception cref="ObjectDisposedException">This is disposed of.</exception>
    public ValueTask<ReadOnlyMemory<byte>> DecryptAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var written = payload.Span;
        if (written.Length < Overhead || written[0] != Version)
            throw new CryptographicException("It is not encrypted as this channel is.");
        var id = BinaryPrimitives.ReadUInt32BigEndian(written[1..]);
        Span<byte> secret = stackalloc byte[ChannelKey.Size];
        if (!Volatile.Read(ref _keys).TryGetValue(id, out var key) || !key.TryCopyTo(secret))
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            throw new CryptographicException($"It is encrypted with key {id}, which is not known here.");
        }
        var content = new byte[written.Length - Overhead];
        try
        {
            XChaCha20Poly1305.Decrypt(
                content, written[(HeaderSize + XChaCha20Poly1305.NonceSize)..], written.Slice(HeaderSize, XChaCha20Poly1305.NonceSize), secret,
                written[..HeaderSize]);
        }
        catch (CryptographicException e)
        {
            throw new AuthenticationTagMismatchException("It was encrypted with another key, or changed.", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
        return ValueTask.FromResult<ReadOnlyMemory<byte>>(content);
    }

    /// <summary>Refuses all further calls, and zeroes the keys that no other encryption has. Calls that are under way end as they would have.</summary>
    public void Dispose()
    {
        lock (_changing)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            foreach (var key in _keys.Values)
                key.Release();
            _keys = ImmutableDictionary<uint, ChannelKey>.Empty;
        }
    }

    ChannelKey CopyCurrent(Span<byte> secret)
    {
        while (true)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            var key = Volatile.Read(ref _current);
            if (key.TryCopyTo(secret))
                return key;
            // It was removed after it had been read: another one is written with by now.
        }
    }
}
