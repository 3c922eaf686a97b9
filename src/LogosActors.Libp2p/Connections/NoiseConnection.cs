using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Runtime.CompilerServices;
using LogosActors.Libp2p.Security.Noise;

namespace LogosActors.Libp2p.Connections;

/// <summary>The secure channel over a transport: one reader and one writer, nothing allocated per frame.</summary>
/// <remarks>
/// Memory: a receive buffer of 16 KiB, which grows to <see cref="MaxReceiveBuffer"/> while much arrives.
/// </remarks>
internal sealed class NoiseConnection : ITransportConnection
{
    /// <summary>The most bytes of ciphertext that are held.</summary>
    /// <value>128 KiB: a full frame, and most of the next.</value>
    public const int MaxReceiveBuffer = 128 * 1024;

    const int MinReceiveBuffer = 16 * 1024;

    // No frame is begun beyond it: fewer calls wake the peer less often, and what was encrypted is still in the cache when it is sent.
    const int SendAtOnce = 256 * 1024;

    readonly ITransportConnection _transport;
    readonly NoiseTransport _ciphers;

    byte[] _received;
    int _start;
    int _end;
    int _lastCount;
    ReadOnlyMemory<byte> _current;

    /// <param name="transport">The transport, which is disposed with the channel.</param>
    /// <param name="ciphers">The ciphers, which are disposed with the channel.</param>
    /// <param name="received">Bytes that had come behind the handshake.</param>
    public NoiseConnection(ITransportConnection transport, NoiseTransport ciphers, ReadOnlySpan<byte> received)
    {
        _transport = transport;
        _ciphers = ciphers;
        _received = ArrayPool<byte>.Shared.Rent(Math.Max(MinReceiveBuffer, received.Length));
        received.CopyTo(_received);
        _end = received.Length;
    }

    public EndPoint? RemoteEndPoint => _transport.RemoteEndPoint;

    /// <summary>Bytes of memory in which ciphertext is received. For the reader.</summary>
    public int Held => _received.Length;

    /// <summary>Reads the next frame's plaintext; empty when the peer has finished.</summary>
    /// <returns>Memory of this channel, valid until the next call.</returns>
    /// <exception cref="ConnectionException">The frame is not what the peer encrypted.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            if (TryRead(out var plaintext))
                return plaintext;
            MakeRoom();
            var count = await _transport.ReceiveAsync(_received.AsMemory(_end), cancellation);
            if (count == 0)
                return _start == _end ? default : throw new ConnectionException(ConnectionFailure.Lost, "The peer's last frame is cut off.");
            _lastCount = count;
            _end += count;
        }
    }

    /// <summary>Reads the next frame's plaintext, if all of the frame has come. The rules are those of <see cref="ReadAsync"/>.</summary>
    public bool TryRead(out ReadOnlyMemory<byte> plaintext)
    {
        do
        {
            if (!TryTakeFrame(out plaintext))
                return false;
        }
        while (plaintext.IsEmpty);
        return true;
    }

    /// <inheritdoc/>
    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        if (_current.IsEmpty)
            _current = await ReadAsync(cancellation);
        var count = Math.Min(buffer.Length, _current.Length);
        _current[..count].CopyTo(buffer);
        _current = _current[count..];
        return count;
    }

    /// <summary>The rest of a frame that <see cref="ReceiveAsync"/> has begun.</summary>
    public ReadOnlyMemory<byte> TakeCurrent()
    {
        var rest = _current;
        _current = default;
        return rest;
    }

    /// <inheritdoc/>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        var frames = new OutgoingFrames(int.MaxValue);
        while (!bytes.IsEmpty)
        {
            var room = frames.GetRoom(1, bytes.Length);
            bytes.Span[..room.Length].CopyTo(room);
            frames.Advance(room.Length);
            bytes = bytes[room.Length..];
        }
        var (buffer, length) = frames.Take();
        try
        {
            await SealAndSendAsync(buffer.AsMemory(0, length), cancellation);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Encrypts frames where they lie, and sends them.</summary>
    /// <param name="frames">Frames as <see cref="OutgoingFrames"/> lays them out.</param>
    /// <param name="cancellation">Gives up; the channel is of no use then.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SealAndSendAsync(Memory<byte> frames, CancellationToken cancellation)
    {
        while (!frames.IsEmpty)
        {
            var length = Seal(frames.Span);
            await _transport.SendAsync(frames[..length], cancellation);
            frames = frames[length..];
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _transport.DisposeAsync();
    }

    /// <summary>Wipes keys and plaintext. Only when nobody reads or writes any more.</summary>
    public void Wipe()
    {
        _ciphers.Dispose();
        ArrayPool<byte>.Shared.Return(_received, clearArray: true);
        _received = [];
        _start = _end = 0;
        _current = default;
    }

    /// <summary>Encrypts as many frames as are sent at once. Returns their length.</summary>
    int Seal(Span<byte> frames)
    {
        var length = 0;
        while (length < frames.Length && length < SendAtOnce)
        {
            var plaintext = BinaryPrimitives.ReadUInt16BigEndian(frames[length..]);
            if (!_ciphers.TryEncrypt(frames.Slice(length + NoiseTransport.PrefixSize, plaintext), frames[length..]))
                throw Failed(NoiseError.NonceExhausted);
            length += plaintext + NoiseTransport.Overhead;
        }
        return length;
    }

    bool TryTakeFrame(out ReadOnlyMemory<byte> plaintext)
    {
        plaintext = default;
        if (!NoiseTransport.TryFrame(_received.AsSpan(_start, _end - _start), out var messageLength))
            return false;
        var message = _received.AsMemory(_start + NoiseTransport.PrefixSize, messageLength);
        _start += NoiseTransport.PrefixSize + messageLength;
        if (!_ciphers.TryDecrypt(message.Span, message.Span, out var length, out var error))
            throw Failed(error);
        plaintext = message[..length];
        return true;
    }

    /// <summary>Makes room for the frame that has begun, and for more while the buffer is always filled; gives it back in quiet times.</summary>
    void MakeRoom()
    {
        var held = _end - _start;
        var needed = held < NoiseTransport.PrefixSize ? 0 : NoiseTransport.PrefixSize + BinaryPrimitives.ReadUInt16BigEndian(_received.AsSpan(_start));
        var wanted = _end == _received.Length ? Math.Min(MaxReceiveBuffer, _received.Length * 2) : _received.Length;
        wanted = Math.Max(wanted, Math.Min(MaxReceiveBuffer, needed));
        if (held == 0 && _lastCount < MinReceiveBuffer)
            wanted = MinReceiveBuffer;
        if (wanted > _received.Length || wanted < _received.Length / 2)
        {
            var other = ArrayPool<byte>.Shared.Rent(wanted);
            _received.AsSpan(_start, held).CopyTo(other);
            ArrayPool<byte>.Shared.Return(_received, clearArray: true);
            _received = other;
        }
        else if (_start > 0)
            _received.AsSpan(_start, held).CopyTo(_received);
        (_start, _end) = (0, held);
    }

    static ConnectionException Failed(NoiseError error) =>
        new(ConnectionFailure.SecurityFailed, $"The secure channel failed: {error}.");
}
