namespace LogosActors.Libp2p.Multiplexing.Yamux;

/// <summary>The frames that the session sends of its own: go away, pings, resets, openings, acknowledgements, windows.</summary>
internal sealed partial class YamuxSession
{
    readonly Queue<uint> _resets = new();
    readonly Queue<YamuxStream> _notices = new();
    YamuxGoAway? _goAway;

    public bool HasControl => _goAway is not null || (Failure == MuxError.None && (_resets.Count > 0 || _notices.Count > 0 || _pings.HasFrames));

    /// <summary>How many frames may wait for a peer that does not take them.</summary>
    int MaxWaiting => (_options.MaxStreams * 4) + 64;

    public void GoAway()
    {
        if (_gone || Failure != MuxError.None)
            return;
        _gone = true;
        _goAway = YamuxGoAway.Normal;
    }

    public int WriteControl(Span<byte> destination, TimeSpan now)
    {
        var written = 0;
        while (destination.Length - written >= YamuxHeader.Size && TryNextControl(now, out var header))
        {
            header.Write(destination[written..]);
            written += YamuxHeader.Size;
        }
        return written;
    }

    bool TryNextControl(TimeSpan now, out YamuxHeader header)
    {
        if (_goAway is { } reason)
        {
            _goAway = null;
            header = new YamuxHeader(YamuxType.GoAway, YamuxFlags.None, 0, (uint)reason);
            return true;
        }
        header = default;
        if (Failure != MuxError.None)
            return false;
        if (_pings.HasFrames)
        {
            header = _pings.Next(now);
            return true;
        }
        if (_resets.TryDequeue(out var id))
        {
            header = new YamuxHeader(YamuxType.WindowUpdate, YamuxFlags.Rst, id, 0);
            return true;
        }
        while (_notices.TryDequeue(out var stream))
        {
            stream.IsQueued = false;
            if (stream.Notice == YamuxNotice.None)
                continue;
            var granted = stream.Notice.HasFlag(YamuxNotice.Window) ? stream.Grant() : 0;
            stream.Notice &= ~YamuxNotice.Window;
            header = new YamuxHeader(YamuxType.WindowUpdate, TakeOpeningFlags(stream), (uint)stream.Id, granted);
            return true;
        }
        return false;
    }

    /// <summary>The flags that the first frame of a stream carries, whichever frame that is.</summary>
    static YamuxFlags TakeOpeningFlags(YamuxStream stream)
    {
        var flags = (stream.Notice.HasFlag(YamuxNotice.Open) ? YamuxFlags.Syn : YamuxFlags.None)
            | (stream.Notice.HasFlag(YamuxNotice.Acknowledge) ? YamuxFlags.Ack : YamuxFlags.None);
        stream.Notice &= YamuxNotice.Window;
        return flags;
    }

    void Notify(YamuxStream stream, YamuxNotice notice)
    {
        stream.Notice |= notice;
        if (stream.IsQueued)
            return;
        if (_notices.Count >= MaxWaiting)
        {
            Fail(MuxError.ControlBacklogExceeded);
            return;
        }
        stream.IsQueued = true;
        _notices.Enqueue(stream);
    }

    void QueueReset(uint id)
    {
        if (_resets.Count >= MaxWaiting)
            Fail(MuxError.ControlBacklogExceeded);
        else
            _resets.Enqueue(id);
    }

    void Fail(MuxError error)
    {
        if (Failure != MuxError.None)
            return;
        Failure = error;
        _goAway = YamuxGoAway.ProtocolError;
    }
}
