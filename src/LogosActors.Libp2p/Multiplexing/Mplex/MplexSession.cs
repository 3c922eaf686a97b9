using LogosActors.Libp2p.Limits;

namespace LogosActors.Libp2p.Multiplexing.Mplex;

/// <summary>One mplex connection (libp2p specs, mplex), for peers that have nothing better.</summary>
/// <remarks>
/// mplex has no windows: the connection should not be read while a stream is <see cref="Congested"/>, and a reader that is too slow
/// nevertheless loses its stream (<see cref="MplexOptions.MaxStreamBuffer"/>).
/// Streams: <see cref="MplexOptions.MaxStreams"/> each way. Cost per message is constant.
/// </remarks>
/// <param name="options">The connection's bounds.</param>
/// <param name="memory">What is counted of the host's memory; null: nothing.</param>
internal sealed partial class MplexSession(MplexOptions options, MemoryAccount? memory = null) : IMultiplexer
{
    readonly MemoryAccount _memory = memory ?? MemoryAccount.Unlimited();
    readonly Dictionary<(ulong Id, bool IsOutbound), MplexStream> _streams = [];
    readonly Queue<MplexHeader> _resets = new();
    readonly Queue<MplexStream> _unannounced = new();

    ulong _nextId;
    int _outbound;
    int _inbound;
    bool _openRefused;
    bool _gone;
    long _unread;
    int _full;

    public MuxError Failure { get; private set; }

    public bool HasControl => Failure == MuxError.None && (_resets.Count > 0 || _unannounced.Count > 0);

    public int StreamCount => _streams.Count;

    /// <summary>A stream whose buffer is half full.</summary>
    public MuxStream? Congested => _full == 0 ? null : _streams.Values.FirstOrDefault(IsFull);

    bool CanOpen => Failure == MuxError.None && !_gone && _outbound < options.MaxStreams && _unannounced.Count < options.MaxStreams;

    public MuxStream? Open()
    {
        if (!CanOpen)
        {
            _openRefused = true;
            return null;
        }
        var stream = new MplexStream(_nextId++, isOutbound: true);
        _outbound++;
        _streams.Add((stream.Id, true), stream);
        _unannounced.Enqueue(stream);
        return stream;
    }

    /// <summary>Nothing: mplex does not acknowledge.</summary>
    public void Accept(MuxStream stream)
    {
    }

    public MuxFrame Send(MuxStream stream, int wanted, bool finish, Span<byte> destination)
    {
        var sender = (MplexStream)stream;
        if (sender.IsClosed || sender.IsFinished || Failure != MuxError.None || (wanted == 0 && !finish))
            return default;
        var written = Announce(sender, destination);
        var payload = Math.Min(wanted, options.MaxFramePayload);
        var isFinished = wanted == 0;
        var flag = sender.Outgoing(isFinished ? MplexFlag.CloseInitiator : MplexFlag.MessageInitiator);
        written += new MplexHeader(sender.Id, flag, (uint)payload).Write(destination[written..]);
        if (isFinished)
        {
            sender.Finish();
            CloseIfFinished(sender);
        }
        return new MuxFrame(written, payload, isFinished);
    }

    public void Consumed(MuxStream stream, int bytes, TimeSpan now)
    {
        var reader = (MplexStream)stream;
        Count(reader, -Math.Clamp(bytes, 0, reader.Unread));
    }

    public void Reset(MuxStream stream)
    {
        var ended = (MplexStream)stream;
        Count(ended, -ended.Unread);
        if (ended.IsClosed)
            return;
        if (!ended.IsUnannounced)
            QueueReset(ended);
        Close(ended);
    }

    /// <summary>Opens and takes no more streams. mplex has no word for it: the peer's openings are answered by resets.</summary>
    public void GoAway() => _gone = true;

    public int WriteControl(Span<byte> destination, TimeSpan now)
    {
        var written = 0;
        while (HasControl && destination.Length - written >= IMultiplexer.MaxHeaderLength)
            written += _resets.TryDequeue(out var reset)
                ? reset.Write(destination[written..])
                : Announce(_unannounced.Dequeue(), destination[written..]);
        return written;
    }

    public void End() => _memory.Close();

    /// <summary>Nothing is ever due: mplex has no pings.</summary>
    public TimeSpan Tick(TimeSpan now) => TimeSpan.MaxValue;

    /// <summary>Writes the message that opens a stream, with an empty name, if it is still to be sent.</summary>
    static int Announce(MplexStream stream, Span<byte> destination)
    {
        if (!stream.IsUnannounced || stream.IsClosed)
            return 0;
        stream.IsUnannounced = false;
        return new MplexHeader(stream.Id, MplexFlag.NewStream, 0).Write(destination);
    }

    void QueueReset(MplexStream stream) => QueueReset(stream.Id, stream.Outgoing(MplexFlag.ResetInitiator));

    void QueueReset(ulong id, MplexFlag flag)
    {
        if (_resets.Count >= (options.MaxStreams * 2) + 64)
            Fail(MuxError.ControlBacklogExceeded);
        else
            _resets.Enqueue(new MplexHeader(id, flag, 0));
    }

    bool IsFull(MplexStream stream) => stream.Unread > options.MaxStreamBuffer / 2;

    /// <summary>Changes how many unread bytes a stream holds.</summary>
    void Count(MplexStream stream, long bytes)
    {
        var wasFull = IsFull(stream);
        stream.Unread += bytes;
        _unread += bytes;
        _memory.Count(bytes);
        if (IsFull(stream) != wasFull)
            _full += wasFull ? -1 : 1;
    }

    void CloseIfFinished(MplexStream stream)
    {
        if (stream.IsFinished && stream.IsRemoteFinished)
            Close(stream);
    }

    void Close(MplexStream stream)
    {
        _streams.Remove((stream.Id, stream.IsOutbound));
        if (stream.IsOutbound)
            _outbound--;
        else
            _inbound--;
        stream.Close();
    }

    void Fail(MuxError error)
    {
        if (Failure == MuxError.None)
            Failure = error;
    }
}
