namespace LogosActors.Libp2p.Multiplexing.Yamux;

/// <summary>The pings of a connection: ours, which keep it alive and measure the round trip, and the peer's, which are rationed.</summary>
internal sealed class YamuxPings(YamuxOptions options, TimeSpan start)
{
    /// <summary>How fast the peer's ration of pings is refilled.</summary>
    static readonly TimeSpan RefillInterval = TimeSpan.FromMilliseconds(100);

    readonly Queue<uint> _replies = new();
    int _ration = options.PingBurst;
    TimeSpan _refilled = start;

    uint _value;
    bool _isDue = true;
    bool _isAwaited;
    TimeSpan _due = start;
    TimeSpan _sent;
    TimeSpan _next = start + options.KeepAliveInterval;

    /// <summary>The smoothed round-trip time; zero until it is known.</summary>
    public TimeSpan RoundTrip { get; private set; }

    public bool HasFrames => _isDue || _replies.Count > 0;

    /// <summary>Takes a ping of the peer's. False when it sends too many.</summary>
    public bool TryAnswer(uint value, TimeSpan now)
    {
        var refill = (long)((now - _refilled) / RefillInterval);
        if (refill > 0)
        {
            _ration = (int)Math.Min(options.PingBurst, _ration + refill);
            _refilled += refill * RefillInterval;
        }
        if (_ration == 0 || _replies.Count >= options.PingBurst)
            return false;
        _ration--;
        _replies.Enqueue(value);
        return true;
    }

    /// <summary>Takes an answer to a ping. Answers that nobody waits for are ignored.</summary>
    public void Answered(uint value, TimeSpan now)
    {
        if (!_isAwaited || value != _value)
            return;
        _isAwaited = false;
        var sample = now - _sent;
        RoundTrip = RoundTrip == TimeSpan.Zero ? sample : ((RoundTrip * 3) + sample) / 4;
    }

    /// <summary>The next frame to write.</summary>
    public YamuxHeader Next(TimeSpan now)
    {
        if (_replies.TryDequeue(out var value))
            return new YamuxHeader(YamuxType.Ping, YamuxFlags.Ack, 0, value);
        _isDue = false;
        _isAwaited = true;
        _sent = now;
        return new YamuxHeader(YamuxType.Ping, YamuxFlags.Syn, 0, ++_value);
    }

    /// <summary>Makes a ping due when it is time. False when the peer has not answered the last one.</summary>
    public bool Tick(TimeSpan now, out TimeSpan next)
    {
        if (now >= _next && !_isAwaited && !_isDue)
        {
            _isDue = true;
            _due = now;
            _next = now + options.KeepAliveInterval;
        }
        next = _isAwaited || _isDue ? _due + options.KeepAliveTimeout : _next;
        return now < next;
    }
}
