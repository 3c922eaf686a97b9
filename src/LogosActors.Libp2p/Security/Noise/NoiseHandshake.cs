using System.Security.Cryptography;
using LogosActors.Libp2p.Cryptography;

namespace LogosActors.Libp2p.Security.Noise;

/// <summary>The handshake <c>Noise_XX_25519_ChaChaPoly_SHA256</c> (Noise §7.5; libp2p noise §XX): three messages, both sides alike.</summary>
/// <remarks>
/// Call <see cref="Write"/> and <see cref="TryRead"/> in turn, the initiator first with a write. After an error nothing more may be
/// done with it. Dispose wipes the ephemeral key and the chaining key; the static key stays the caller's.
/// </remarks>
internal sealed class NoiseHandshake : IDisposable
{
    /// <summary>The most bytes of a Noise message (Noise §3).</summary>
    public const int MaxMessage = ushort.MaxValue;

    const int Messages = 3;

    readonly X25519 _static;
    readonly X25519 _ephemeral;
    readonly SymmetricState _symmetric;
    readonly byte[] _remoteEphemeral = new byte[X25519.KeyLength];
    readonly byte[] _remoteStatic = new byte[X25519.KeyLength];
    readonly bool _isInitiator;
    int _message;

    /// <param name="isInitiator">Whether this side dialed.</param>
    /// <param name="staticKey">This side's long-lived key pair.</param>
    /// <param name="prologue">What both sides must agree on; empty in libp2p.</param>
    /// <param name="ephemeral">Only for published vectors: a key pair that is not fresh. The handshake disposes it.</param>
    public NoiseHandshake(bool isInitiator, X25519 staticKey, ReadOnlySpan<byte> prologue = default, X25519? ephemeral = null)
    {
        _isInitiator = isInitiator;
        _static = staticKey;
        _ephemeral = ephemeral ?? X25519.Generate();
        _symmetric = new SymmetricState("Noise_XX_25519_ChaChaPoly_SHA256"u8, prologue);
    }

    /// <summary>Whether the next message is this side's.</summary>
    public bool IsTurn => !IsComplete && (_message % 2 == 0) == _isInitiator;

    public bool IsComplete => _message == Messages;

    /// <summary>32 bytes that are the same on both sides of this conversation and no other.</summary>
    public ReadOnlySpan<byte> Hash => _symmetric.Hash;

    /// <summary>The peer's static key, once its message was read.</summary>
    public ReadOnlySpan<byte> RemoteStatic => _remoteStatic;

    /// <summary>Bytes that the next message has beside its payload.</summary>
    public int Overhead => _message switch
    {
        0 => X25519.KeyLength,
        1 => (2 * X25519.KeyLength) + (2 * CipherState.TagSize),
        _ => X25519.KeyLength + (2 * CipherState.TagSize),
    };

    /// <summary>Writes this side's next message.</summary>
    /// <returns>Its length, or 0 with an error.</returns>
    public int Write(ReadOnlySpan<byte> payload, Span<byte> destination, out NoiseError error)
    {
        if (!IsTurn)
            throw new InvalidOperationException("It is the peer's turn in the handshake.");
        var length = payload.Length + Overhead;
        error = length > MaxMessage ? NoiseError.MessageTooLong : NoiseError.None;
        if (error != NoiseError.None)
            return 0;
        var rest = destination[..length];
        if (_message < 2)
        {
            _ephemeral.PublicKey.CopyTo(rest);
            _symmetric.MixHash(_ephemeral.PublicKey);
            rest = rest[X25519.KeyLength..];
        }
        if (_message == 1 && !TryAgree(_ephemeral, _remoteEphemeral, out error))
            return 0;
        if (_message > 0)
        {
            var size = X25519.KeyLength + CipherState.TagSize;
            _symmetric.EncryptAndHash(_static.PublicKey, rest[..size]);
            rest = rest[size..];
            if (!TryAgree(_static, _remoteEphemeral, out error))
                return 0;
        }
        _symmetric.EncryptAndHash(payload, rest);
        _message++;
        return length;
    }

    /// <summary>Reads the peer's next message.</summary>
    /// <param name="message">The message, without length prefix.</param>
    /// <param name="payload">Room for the payload, not the same memory: as long as the message is enough.</param>
    /// <param name="length">Bytes of payload.</param>
    /// <param name="error">Why the message is not the peer's.</param>
    public bool TryRead(ReadOnlySpan<byte> message, Span<byte> payload, out int length, out NoiseError error)
    {
        if (IsTurn || IsComplete)
            throw new InvalidOperationException("It is not the peer's turn in the handshake.");
        length = message.Length - Overhead;
        error = message.Length > MaxMessage || payload.Length < length ? NoiseError.MessageTooLong
            : length < 0 ? NoiseError.MessageTruncated
            : NoiseError.None;
        if (error != NoiseError.None)
            return false;
        if (_message < 2)
        {
            message[..X25519.KeyLength].CopyTo(_remoteEphemeral);
            _symmetric.MixHash(_remoteEphemeral);
            message = message[X25519.KeyLength..];
        }
        if (_message == 1 && !TryAgree(_ephemeral, _remoteEphemeral, out error))
            return false;
        if (_message > 0)
        {
            var size = X25519.KeyLength + CipherState.TagSize;
            if (!_symmetric.TryDecryptAndHash(message[..size], _remoteStatic, out error) || !TryAgree(_ephemeral, _remoteStatic, out error))
                return false;
            message = message[size..];
        }
        if (!_symmetric.TryDecryptAndHash(message, payload, out error))
            return false;
        _message++;
        return true;
    }

    /// <summary>The ciphers of what follows the handshake. Once, and only when it is complete.</summary>
    public NoiseTransport Split()
    {
        if (!IsComplete)
            throw new InvalidOperationException("The handshake is not complete.");
        var (initiator, responder) = _symmetric.Split();
        return _isInitiator ? new NoiseTransport(initiator, responder) : new NoiseTransport(responder, initiator);
    }

    public void Dispose()
    {
        _ephemeral.Dispose();
        _symmetric.Dispose();
    }

    bool TryAgree(X25519 own, ReadOnlySpan<byte> remote, out NoiseError error)
    {
        Span<byte> secret = stackalloc byte[X25519.KeyLength];
        var isAgreed = own.TryAgree(remote, secret);
        if (isAgreed)
            _symmetric.MixKey(secret);
        CryptographicOperations.ZeroMemory(secret);
        error = isAgreed ? NoiseError.None : NoiseError.InvalidKey;
        return isAgreed;
    }
}
