using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;

namespace LogosActors.Channels.Encryption;

/// <summary>Encrypts a channel with a key that its participants share: XChaCha20-Poly1305 with random nonces. For any number of threads.</summary>
/// <remarks>
/// <para>A chunk becomes <c>1 ‖ id of the key (4 bytes, big-endian) ‖ nonce (24) ‖ ciphertext ‖ tag (16)</c>, <see cref="Overhead"/> bytes more;
/// what precedes the nonce is authenticated, too.</para>
/// <para>Keys are changed by adding the new one at every participant with <see cref="Add"/>, then having each write with it by
/// <see cref="Use"/>, and, when what was written with the old one need not be read any more, removing that with <see cref="Remove"/>. There is no
/// forward secrecy: whoever gets a key reads all that was written with it.</para>
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

    /// <summary>Begins with one key, which belongs to this from now on.</summary>
    public SymmetricEncryption(ChannelKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        (_current, _keys) = (key, ImmutableDictionary<uint, ChannelKey>.Empty.Add(key.Id, key));
    }

    /// <summary>The id of the key that is written with.</summary>
    public uint CurrentKey => Volatile.Read(ref _current).Id;

    /// <summary>Reads what is written with a further key, which belongs to this from now on.</summary>
    /// <exception cref="ArgumentException">There is a key of that id.</exception>
    /// <exception cref="InvalidOperationException">There are <see cref="MaxKeys"/> keys.</exception>
    public void Add(ChannelKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        lock (_changing)
        {
            if (_keys.ContainsKey(key.Id))
                throw new ArgumentException($"There is a key {key.Id} already.", nameof(key));
            if (_keys.Count >= MaxKeys)
                throw new InvalidOperationException($"There are {MaxKeys} keys; remove one that is not needed any more.");
            _keys = _keys.Add(key.Id, key);
        }
    }

    /// <summary>Writes with a key from now on.</summary>
    /// <exception cref="ArgumentException">There is no key of that id.</exception>
    public void Use(uint id)
    {
        lock (_changing)
            Volatile.Write(ref _current, _keys.GetValueOrDefault(id) ?? throw new ArgumentException($"There is no key {id}; add it first.", nameof(id)));
    }

    /// <summary>Reads what is written with a key no more, and zeroes it. No call may be under way that uses it.</summary>
    /// <exception cref="InvalidOperationException">It is the one that is written with.</exception>
    public void Remove(uint id)
    {
        lock (_changing)
        {
            if (_current.Id == id)
                throw new InvalidOperationException($"Key {id} is the one that is written with; use another one first.");
            if (!_keys.TryGetValue(id, out var key))
                return;
            _keys = _keys.Remove(id);
            key.Dispose();
        }
    }

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>> EncryptAsync(ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        var key = Volatile.Read(ref _current);
        var payload = new byte[Overhead + content.Length];
        payload[0] = Version;
        BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan(1), key.Id);
        var nonce = payload.AsSpan(HeaderSize, XChaCha20Poly1305.NonceSize);
        RandomNumberGenerator.Fill(nonce);
        XChaCha20Poly1305.Encrypt(
            key.Bytes, nonce, content.Span, payload.AsSpan(HeaderSize + nonce.Length, content.Length), payload.AsSpan(^XChaCha20Poly1305.TagSize..),
            payload.AsSpan(0, HeaderSize));
        return ValueTask.FromResult<ReadOnlyMemory<byte>>(payload);
    }

    /// <inheritdoc/>
    /// <exception cref="CryptographicException">It was written with another key, or changed.</exception>
    public ValueTask<ReadOnlyMemory<byte>> DecryptAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        var written = payload.Span;
        if (written.Length < Overhead || written[0] != Version)
            throw new CryptographicException("It is not encrypted as this channel is.");
        var id = BinaryPrimitives.ReadUInt32BigEndian(written[1..]);
        if (!Volatile.Read(ref _keys).TryGetValue(id, out var key))
            throw new CryptographicException($"It is encrypted with key {id}, which is not known here.");
        var content = new byte[written.Length - Overhead];
        XChaCha20Poly1305.Decrypt(
            key.Bytes, written.Slice(HeaderSize, XChaCha20Poly1305.NonceSize), written.Slice(HeaderSize + XChaCha20Poly1305.NonceSize, content.Length),
            written[^XChaCha20Poly1305.TagSize..], content, written[..HeaderSize]);
        return ValueTask.FromResult<ReadOnlyMemory<byte>>(content);
    }

    /// <summary>Zeroes all keys.</summary>
    public void Dispose()
    {
        foreach (var key in _keys.Values)
            key.Dispose();
    }
}
