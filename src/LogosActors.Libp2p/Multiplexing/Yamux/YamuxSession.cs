using LogosActors.Libp2p.Limits;

namespace LogosActors.Libp2p.Multiplexing.Yamux;

/// <summary>One Yamux connection (libp2p specs, yamux r0; hashicorp/yamux spec.md).</summary>
/// <remarks>
/// Memory is bounded: <see cref="YamuxOptions.MaxStreams"/> streams each way, and
/// <see cref="YamuxOptions.MaxConnectionWindow"/> unread bytes; a stream that would exceed the latter is reset.
/// Cost per frame is constant.
/// </remarks>
internal sealed partial class YamuxSession : IMultiplexer
{
    readonly YamuxOptions _options;
    readonly MemoryAccount _memory;
    readonly uint _parity;
    readonly Dictionary<uint, YamuxStream> _streams = [];
    readonly YamuxPings _pings;

    uint _nextId;
    uint _highestRemoteId;
    int _outbound;
    int _inbound;
    int _unacknowledgedOutbound;
    bool _openRefused;
    bool _remoteGone;
    bool _gone;
    long _unread;
    long _grown;

    /// <param name="isClient">Whether this side dialed: it has the odd stream ids (Yamux §StreamID Field).</param>
    /// <param name="options">The connection's bounds.</param>
    /// <param name="now">The time from which keep-alives count.</param>
    /// <param name="memory">What is counted of the host's memory; null: nothing.</param>
    public YamuxSession(bool isClient, YamuxOptions options, TimeSpan now, MemoryAccount? memory = null)
    {
        _options = options;
        _memory = memory ?? MemoryAccount.Unlimited();
        _parity = isClient ? 1u : 0u;
        _nextId = isClient ? 1u : 2u;
        _pings = new YamuxPings(options, now);
    }

    public MuxError Failure { get; private set; }

    public int StreamCount => _streams.Count;

    /// <summary>Nothing: windows keep the peer from sending too much.</summary>
    public MuxStream? Congested => null;

    /// <summary>The smoothed round-trip time; zero until the first ping is answered.</summary>
    public TimeSpan RoundTrip => _pings.RoundTrip;

    bool CanOpen =>
        Failure == MuxError.None && !_remoteGone && !_gone && _outbound < _options.MaxStreams
        && _unacknowledgedOutbound < _options.AcceptBacklog && _nextId < uint.MaxValue - 1;

    public MuxStream? Open()
    {
        if (!CanOpen)
        {
            _openRefused = true;
            return null;
        }
        var stream = new YamuxStream(_nextId, isOutbound: true);
        _nextId += 2;
        _outbound++;
        _unacknowledgedOutbound++;
        _streams.Add((uint)stream.Id, stream);
        Notify(stream, YamuxNotice.Open);
        return stream;
    }

    public void Accept(MuxStream stream)
    {
        var opened = (YamuxStream)stream;
        if (opened.IsOutbound || opened.IsClosed || opened.IsAcknowledged)
            return;
        Acknowledge(opened);
        Notify(opened, YamuxNotice.Acknowledge);
    }

    public MuxFrame Send(MuxStream stream, int wanted, bool finish, Span<byte> destination)
    {
        var sender = (YamuxStream)stream;
        if (sender.IsClosed || sender.IsFinished || Failure != MuxError.None)
            return default;
        var payload = (int)Math.Min(Math.Min(wanted, _options.MaxFramePayload), sender.SendWindow);
        var isFinished = finish && payload == wanted;
        sender.IsBlocked = payload < wanted && sender.SendWindow == payload;
        if (payload == 0 && !isFinished)
            return default;
        sender.SendWindow -= payload;
        if (!sender.IsOutbound)
            Acknowledge(sender, YamuxNotice.Acknowledge);
        var flags = TakeOpeningFlags(sender) | (isFinished ? YamuxFlags.Fin : YamuxFlags.None);
        new YamuxHeader(YamuxType.Data, flags, (uint)sender.Id, (uint)payload).Write(destination);
        if (isFinished)
        {
            sender.Finish();
            CloseIfFinished(sender);
        }
        return new MuxFrame(YamuxHeader.Size, payload, isFinished);
    }

    public void Consumed(MuxStream stream, int bytes, TimeSpan now)
    {
        var reader = (YamuxStream)stream;
        Forget(reader, Math.Clamp(bytes, 0, reader.Unread));
        if (reader.IsClosed || reader.IsRemoteFinished || reader.Notice.HasFlag(YamuxNotice.Window) || reader.Grantable < reader.Window / 2)
            return;
        GrowWindow(reader, now);
        Notify(reader, YamuxNotice.Window);
    }

    public void Reset(MuxStream stream)
    {
        var ended = (YamuxStream)stream;
        Forget(ended, ended.Unread);
        if (ended.IsClosed)
            return;
        if (!ended.Notice.HasFlag(YamuxNotice.Open))
            QueueReset((uint)ended.Id);
        Close(ended);
    }

    public void End() => _memory.Close();

    public TimeSpan Tick(TimeSpan now)
    {
        if (Failure != MuxError.None)
            return TimeSpan.MaxValue;
        if (!_pings.Tick(now, out var next))
            Fail(MuxError.KeepAliveTimeout);
        return next;
    }

    /// <summary>Doubles a window that limits its stream, as far as the connection's sum and the host's memory allow.</summary>
    void GrowWindow(YamuxStream stream, TimeSpan now)
    {
        if (!stream.WantsLargerWindow(now, RoundTrip) || stream.Window >= _options.MaxWindow)
            return;
        var larger = Math.Min(stream.Window * 2L, _options.MaxWindow);
        var growth = larger - stream.Window;
        if (_grown + growth > _options.MaxConnectionWindow || _memory.IsTight)
            return;
        _grown += growth;
        stream.Grow((int)larger);
    }

    /// <summary>Counts a stream as taken by the side that did not open it.</summary>
    void Acknowledge(YamuxStream stream, YamuxNotice notice = YamuxNotice.None)
    {
        if (stream.IsAcknowledged)
            return;
        stream.IsAcknowledged = true;
        stream.Notice |= notice;
        if (stream.IsOutbound)
            _unacknowledgedOutbound--;
    }

    void Forget(YamuxStream stream, long bytes)
    {
        stream.Consume(bytes);
        _unread -= bytes;
        _memory.Count(-bytes);
    }

    void CloseIfFinished(YamuxStream stream)
    {
        if (stream.IsFinished && stream.IsRemoteFinished)
            Close(stream);
    }

    void Close(YamuxStream stream)
    {
        Acknowledge(stream);
        _streams.Remove((uint)stream.Id);
        _grown -= stream.Window - YamuxOptions.InitialWindow;
        if (stream.IsOutbound)
            _outbound--;
        else
            _inbound--;
        stream.Close();
    }
}
