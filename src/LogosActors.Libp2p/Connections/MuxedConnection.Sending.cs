using System.Buffers;
using LogosActors.Libp2p.Multiplexing;

namespace LogosActors.Libp2p.Connections;

/// <summary>From the streams to the secure channel.</summary>
/// <remarks>
/// Writers append frames to one buffer. Whoever finds nobody sending becomes the sender, and sends what others append meanwhile
/// too: small writes share a Noise frame, and a lone small write leaves at once on its own thread. Large writes are encrypted on
/// another thread, many at once.
/// </remarks>
internal sealed partial class MuxedConnection : IThreadPoolWorkItem
{
    /// <summary>A write is not cut into frames smaller than this for want of room.</summary>
    const int MinPiece = 4 * 1024;

    /// <summary>A write that takes at least so much longer to encrypt than a thread takes to start.</summary>
    const int BulkWrite = 32 * 1024;

    /// <summary>After so many batches the sender gives its thread back.</summary>
    const int BatchesPerTurn = 16;

    /// <summary>Room for the session's own frames at once; what they need beyond it follows with the next batch.</summary>
    const int ControlPiece = 512;

    readonly Queue<LibP2pStream> _waitingForRoom = new();
    readonly OutgoingFrames _pending;
    bool _isSending;
    int _batch; // bytes of memory that are being sent
    TaskCompletionSource? _sent;

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
                var room = _pending.GetRoom(Math.Min(left.Length, MinPiece) + IMultiplexer.MaxHeaderLength, left.Length + IMultiplexer.MaxHeaderLength);
                if (room.IsEmpty)
                {
                    _waitingForRoom.Enqueue(stream);
                    break;
                }
                var wanted = Math.Min(left.Length, room.Length - IMultiplexer.MaxHeaderLength);
                var frame = _session.Send(stream.Mux, wanted, finish && wanted == left.Length, room);
                if (frame.HeaderLength == 0)
                    break;
                left[..frame.PayloadLength].CopyTo(room[frame.HeaderLength..]);
                _pending.Advance(frame.HeaderLength + frame.PayloadLength);
                taken += frame.PayloadLength;
                isFinished = frame.IsFinished;
            }
            if (isFinished)
                Forget(stream);
            CountHeld();
        }
        if (!TryBecomeSender())
            return taken;
        if (taken < BulkWrite)
            _ = SendAsync();
        else
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return taken;
    }

    /// <summary>Sends what waits, unless somebody does so already.</summary>
    internal void StartSending()
    {
        if (TryBecomeSender())
            _ = SendAsync();
    }

    /// <summary>The sender of a large write, on its own thread: the writer goes on meanwhile.</summary>
    void IThreadPoolWorkItem.Execute() => _ = SendAsync();

    /// <summary>Ends when all is sent that waits now, and perhaps more.</summary>
    Task WhenSentAsync()
    {
        lock (_gate)
            return _isSending ? (_sent ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task : Task.CompletedTask;
    }

    bool TryBecomeSender()
    {
        lock (_gate)
        {
            if (_isSending || _failure is not null || (_pending.IsEmpty && !_session.HasControl))
                return false;
            return _isSending = true;
        }
    }

    void StopSending()
    {
        _isSending = false;
        _sent?.TrySetResult();
        _sent = null;
        WipeIfUnused();
    }

    async Task SendAsync()
    {
        try
        {
            for (var batches = 1; TryTakeBatch(out var batch, out var length); batches++)
            {
                await _channel.SealAndSendAsync(batch.AsMemory(0, length), CancellationToken.None);
                ArrayPool<byte>.Shared.Return(batch);
                if (batches % BatchesPerTurn == 0)
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
            StopSending();
    }

    /// <summary>Takes all that waits to be encrypted.</summary>
    /// <param name="batch">The buffer, which the caller returns.</param>
    /// <param name="length">Bytes of frames in it.</param>
    bool TryTakeBatch(out byte[] batch, out int length)
    {
        lock (_gate)
        {
            if (_failure is null && _session.HasControl && _pending.GetRoom(IMultiplexer.MaxHeaderLength, ControlPiece) is { IsEmpty: false } room)
                _pending.Advance(_session.WriteControl(room, Now));
            (batch, length) = _failure is null ? _pending.Take() : ([], 0);
            _batch = batch.Length;
            if (length == 0)
            {
                _pending.Release();
                StopSending();
                CountHeld();
                return false;
            }
            CountHeld();
            while (_waitingForRoom.TryDequeue(out var waiting))
                waiting.Writable.Set();
            return true;
        }
    }
}
