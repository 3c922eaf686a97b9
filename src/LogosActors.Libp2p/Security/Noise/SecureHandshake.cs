using System.Buffers;
using System.Buffers.Binary;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Negotiation;

namespace LogosActors.Libp2p.Security.Noise;

/// <summary>The protocol <c>/noise</c> from its first byte to the ciphers: Noise XX with libp2p's payloads, in frames.</summary>
/// <remarks>
/// Pure: send <see cref="Output"/>, hand in what comes. Messages beyond <see cref="MaxMessage"/> are refused, so that a stranger
/// costs little memory. Dispose wipes the secrets, not the <see cref="Transport"/>, which is the caller's.
/// </remarks>
internal sealed class SecureHandshake : INegotiation, IDisposable
{
    /// <summary>The most bytes of a handshake message from the peer.</summary>
    /// <value>8 KiB: the largest RSA key and signature and all muxers fit.</value>
    public const int MaxMessage = 8 * 1024;

    readonly NoiseIdentity _identity;
    readonly PeerId? _expected;
    readonly NoiseHandshake _noise;
    readonly bool _isInitiator;
    readonly ArrayBufferWriter<byte> _output = new(512);
    readonly byte[] _frame = ArrayPool<byte>.Shared.Rent(NoiseTransport.PrefixSize + MaxMessage);
    readonly byte[] _payload = ArrayPool<byte>.Shared.Rent(MaxMessage);
    int _frameLength;
    bool _isDisposed;

    /// <param name="isInitiator">Whether this side dialed.</param>
    /// <param name="identity">What this side shows.</param>
    /// <param name="expected">The peer that it must be; null when any will do.</param>
    public SecureHandshake(bool isInitiator, NoiseIdentity identity, PeerId? expected = null)
    {
        _isInitiator = isInitiator;
        _identity = identity;
        _expected = expected;
        _noise = new NoiseHandshake(isInitiator, identity.StaticKey);
        if (isInitiator)
            Write([]);
    }

    /// <summary>Why there is no secure channel.</summary>
    public NoiseError Error { get; private set; }

    /// <summary>The ciphers, once both sides are sure of each other.</summary>
    public NoiseTransport? Transport { get; private set; }

    /// <summary>The peer's identity, proven once there is a <see cref="Transport"/>.</summary>
    public PublicKey? RemoteKey { get; private set; }

    /// <summary>The muxer that both sides settled on inside the handshake; null when it is negotiated afterwards.</summary>
    public string? Muxer { get; private set; }

    /// <summary>What is to be sent; <see cref="Sent"/> empties it.</summary>
    public ReadOnlyMemory<byte> Output => _output.WrittenMemory;

    public void Sent() => _output.ResetWrittenCount();

    /// <summary>Takes messages from the front of <paramref name="source"/>; what follows the handshake is left.</summary>
    /// <returns>Whether the handshake is over: see <see cref="Transport"/> and <see cref="Error"/>.</returns>
    public bool Read(ref ReadOnlySpan<byte> source)
    {
        while (Transport is null && Error == NoiseError.None)
        {
            if (!TryAssemble(ref source))
                return Error != NoiseError.None;
            Receive(_frame.AsSpan(NoiseTransport.PrefixSize, _frameLength - NoiseTransport.PrefixSize));
            _frameLength = 0;
        }
        return true;
    }

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        _noise.Dispose();
        ArrayPool<byte>.Shared.Return(_frame, clearArray: true);
        ArrayPool<byte>.Shared.Return(_payload, clearArray: true);
    }

    bool TryAssemble(ref ReadOnlySpan<byte> source)
    {
        if (!Fill(ref source, NoiseTransport.PrefixSize))
            return false;
        var length = BinaryPrimitives.ReadUInt16BigEndian(_frame);
        if (length > MaxMessage)
        {
            Error = NoiseError.MessageTooLong;
            return false;
        }
        return Fill(ref source, NoiseTransport.PrefixSize + length);
    }

    bool Fill(ref ReadOnlySpan<byte> source, int length)
    {
        var taken = Math.Clamp(length - _frameLength, 0, source.Length);
        source[..taken].CopyTo(_frame.AsSpan(_frameLength));
        source = source[taken..];
        _frameLength += taken;
        return _frameLength >= length;
    }

    void Receive(ReadOnlySpan<byte> message)
    {
        if (!_noise.TryRead(message, _payload, out var length, out var error))
        {
            Error = error;
            return;
        }
        // The first message has no payload that could be trusted.
        if (!IsFirst && !Verify(_payload.AsSpan(0, length)))
            return;
        if (!_noise.IsComplete)
            Write(_identity.Payload);
        if (_noise.IsComplete && Error == NoiseError.None)
            Transport = _noise.Split();
    }

    bool IsFirst => !_isInitiator && !_noise.IsComplete;

    bool Verify(ReadOnlySpan<byte> bytes)
    {
        if (!NoisePayload.TryDecode(bytes, out var payload, out _) || !PublicKey.TryDecode(payload.IdentityKey, out var key, out _))
        {
            Error = NoiseError.MalformedPayload;
            return false;
        }
        if (!key.Verify(NoiseIdentity.Signed(_noise.RemoteStatic), payload.Signature))
            Error = NoiseError.InvalidSignature;
        else if (_expected is not null && !_expected.Matches(key))
            Error = NoiseError.UnexpectedPeer;
        else if (!TrySettle(payload.StreamMuxers))
            Error = NoiseError.NoCommonMuxer;
        else
            RemoteKey = key;
        return Error == NoiseError.None;
    }

    /// <summary>The initiator's first muxer that the responder has too (libp2p connections §Inlining; go-libp2p).</summary>
    bool TrySettle(IReadOnlyList<string> remote)
    {
        if (remote.Count == 0 || _identity.Muxers.Count == 0)
            return true;
        var (initiator, responder) = _isInitiator ? (_identity.Muxers, remote) : (remote, _identity.Muxers);
        Muxer = initiator.FirstOrDefault(muxer => responder.Contains(muxer, StringComparer.Ordinal));
        return Muxer is not null;
    }

    void Write(ReadOnlySpan<byte> payload)
    {
        var size = payload.Length + _noise.Overhead;
        var frame = _output.GetSpan(NoiseTransport.PrefixSize + size);
        var length = _noise.Write(payload, frame[NoiseTransport.PrefixSize..], out var error);
        if (error != NoiseError.None)
        {
            Error = error;
            return;
        }
        BinaryPrimitives.WriteUInt16BigEndian(frame, (ushort)length);
        _output.Advance(NoiseTransport.PrefixSize + length);
    }
}
