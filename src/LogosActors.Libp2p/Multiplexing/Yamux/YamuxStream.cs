namespace LogosActors.Libp2p.Multiplexing.Yamux;

/// <summary>What a stream still has to tell the peer by a frame of its own.</summary>
[Flags]
internal enum YamuxNotice
{
    None = 0,
    Open = 1,
    Acknowledge = 2,
    Window = 4,
}

/// <summary>One Yamux stream: its windows, and who has finished.</summary>
internal sealed class YamuxStream(uint id, bool isOutbound) : MuxStream(id, isOutbound)
{
    /// <summary>Bytes that may still be sent.</summary>
    public long SendWindow { get; set; } = YamuxOptions.InitialWindow;

    /// <summary>Bytes that the peer may still send.</summary>
    public long ReceiveCredit { get; private set; } = YamuxOptions.InitialWindow;

    /// <summary>Bytes that have come and were not consumed.</summary>
    public long Unread { get; private set; }

    /// <summary>The size that the receive window is kept at.</summary>
    public int Window { get; private set; } = YamuxOptions.InitialWindow;

    /// <summary>Frames that wait to be written.</summary>
    public YamuxNotice Notice { get; set; } = isOutbound ? YamuxNotice.Open : YamuxNotice.None;

    /// <summary>Whether the stream stands in the queue of those with a notice.</summary>
    public bool IsQueued { get; set; }

    /// <summary>Whether the side that did not open the stream has taken it.</summary>
    public bool IsAcknowledged { get; set; }

    /// <summary>Whether the caller had more to send than the window allowed.</summary>
    public bool IsBlocked { get; set; }

    TimeSpan _epochStart;

    /// <summary>What the peer may be told to send in addition.</summary>
    public long Grantable => Window - ReceiveCredit - Unread;

    public bool TryReceive(long bytes)
    {
        if (bytes > ReceiveCredit)
            return false;
        ReceiveCredit -= bytes;
        Unread += bytes;
        return true;
    }

    public void Consume(long bytes) => Unread -= bytes;

    public uint Grant()
    {
        var granted = Math.Max(0, Grantable);
        ReceiveCredit += granted;
        return (uint)granted;
    }

    /// <summary>Whether the application emptied half a window in so short a time that the window, not the path, was the limit.</summary>
    public bool WantsLargerWindow(TimeSpan now, TimeSpan roundTrip)
    {
        var elapsed = now - _epochStart;
        _epochStart = now;
        return roundTrip > TimeSpan.Zero && elapsed < roundTrip * 4;
    }

    public void Grow(int window) => Window = window;

    public void Finish() => IsFinished = true;

    public void FinishRemote() => IsRemoteFinished = true;

    public void Close()
    {
        IsClosed = true;
        Notice = YamuxNotice.None;
    }

    public void StartEpoch(TimeSpan now) => _epochStart = now;
}
