using System.Buffers;
using LogosActors.Libp2p.Multiplexing;
using LogosActors.Libp2p.Security.Noise;

namespace LogosActors.Libp2p.Connections;

/// <summary>From the streams to the secure channel.</summary>
/// <remarks>
/// Writers append frames to one buffer. Whoever finds nobody sending becomes the sender, and sends what others append meanwhile
/// too: small writes share a Noise frame, and a lone small write leaves at once on its own thread.
/// </remarks>
internal sealed partial class MuxedConnection
{
    const int MinSendBuffer = 4 * 1024;

    /// <summary>A write is not cut into frames smaller than this for want of room.</summary>
    const int MinPiece = 4 * 1024;

    /// <summary>After so many batches the sender gives its thread back.</summary>
    const int BatchesPerTurn = 16;

    readonly Queue<LibP2pStream> _waitingForRoom = new();
    byte[] _pending = [];
    int _pendingLength;
    bool _isSending;
    Task _sending = Task.CompletedTask;

    /// <summary>Takes as many bytes of a stream as window and buffer allow.</summary>
    /// <returns>Bytes taken; when not all, the stream's <see cref="LibP2pStream.Writable"/> is set once more may be.</returns>
    internal int Write(LibP2pStream stream, ReadOnlySpan<byte> bytes, bool finish, out bool isFinished)
    {
        var taken = 0;
        lock (_gate)
        {
            isFinished = stream.Mux.IsFinished;
            while (!isFinished && (taken < bytes.Length || finish))
            {
                var left = bytes[taken..];
                if (!TryMakeRoom(Math.Min(left.Length, MinPiece) + IMultiplexer.MaxHeaderLength, left.Length))
                {
                    _waitingForRoom.Enqueue(stream);
                    break;
                }
                var room = _pending.Length - _pendingLength - IMultiplexer.MaxHeaderLength;
                var wanted = Math.Min(left.Length, room);
                var frame = _session.Send(stream.Mux, wanted, finish && wanted == left.Length, _pending.AsSpan(_pendingLength));
                if (frame.HeaderLength == 0)
                    break;
                left[..frame.PayloadLength].CopyTo(_pending.AsSpan(_pendingLength + frame.HeaderLength));
                _pendingLength += frame.HeaderLength + frame.PayloadLength;
                taken += frame.PayloadLength;
                isFinished = frame.IsFinished;
            }
            if (isFinished)
                Forget(stream);
        }
        StartSending();
        return taken;
    }

    /// <summary>Grows the buffer towards its bound. False when even <paramref name="least"/> bytes have no room.</summary>
    bool TryMakeRoom(int least, int wanted)
    {
        var needed = Math.Min(_sendBuffer, _pendingLength + Math.Max(least, wanted + IMultiplexer.MaxHeaderLength));
        if (_pending.Length < needed)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, MinSendBuffer));
            _pending.AsSpan(0, _pendingLength).CopyTo(larger);
            Return(_pending);
            _pending = larger;
        }
        return _pending.Length - _pendingLength >= least;
    }

    /// <summary>Sends what waits, unless somebody does so already.</summary>
    internal void StartSending()
    {
        lock (_gate)
        {
            if (_isSending || _failure is not null || (_pendingLength == 0 && !_session.HasControl))
                return;
            _isSending = true;
        }
        var sending = SendAsync();
        if (!sending.IsCompleted)
            _sending = sending;
    }

    async Task SendAsync()
    {
        try
        {
            for (var batches = 1; TryTakeBatch(out var batch, out var length, out var isMoreLikely); batches++)
            {
                await _channel.SendAsync(batch.AsMemory(0, length), CancellationToken.None);
                Return(batch);
                if (isMoreLikely || batches % BatchesPerTurn == 0)
                    await Task.Yield();
            }
            return;
        }
        catch (ConnectionException e)
        {
            End(e);
        }
        catch (Exception e)
        {
            // Whatever it is, it is this connection's end and nobody else's.
            End(new ConnectionException(ConnectionFailure.Lost, "The connection was lost.", e));
        }
        lock (_gate)
        {
            _isSending = false;
            WipeIfUnused();
        }
    }

    /// <summary>Takes what is to be encrypted now: full Noise frames, or what there is.</summary>
    /// <param name="batch">The buffer, which the caller returns.</param>
    /// <param name="length">Bytes to send.</param>
    /// <param name="isMoreLikely">Whether a rest was left because a writer that fills whole frames may soon fill it too.</param>
    bool TryTakeBatch(out byte[] batch, out int length, out bool isMoreLikely)
    {
        lock (_gate)
        {
            isMoreLikely = false;
            (batch, length) = ([], 0);
            if (_failure is null && _session.HasControl && TryMakeRoom(IMultiplexer.MaxHeaderLength, 0))
                _pendingLength += _session.WriteControl(_pending.AsSpan(_pendingLength), Now);
            if (_failure is not null || _pendingLength == 0)
            {
                Return(_pending);
                (_pending, _pendingLength, _isSending) = ([], 0, false);
                WipeIfUnused();
                return false;
            }
            var rest = _pendingLength < NoiseTransport.MaxPlaintext ? 0 : _pendingLength % NoiseTransport.MaxPlaintext;
            (batch, length) = (_pending, _pendingLength - rest);
            _pending = rest == 0 ? [] : ArrayPool<byte>.Shared.Rent(Math.Max(rest, MinSendBuffer));
            batch.AsSpan(length, rest).CopyTo(_pending);
            _pendingLength = rest;
            isMoreLikely = rest > 0;
            while (_waitingForRoom.TryDequeue(out var waiting))
                waiting.Writable.Set();
            return true;
        }
    }

    static void Return(byte[] buffer)
    {
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer, clearArray: false);
    }
}
