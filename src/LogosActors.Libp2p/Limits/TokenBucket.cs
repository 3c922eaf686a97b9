namespace LogosActors.Libp2p.Limits;

/// <summary>Spreads bytes over time: whoever has taken more than there was waits until the debt is paid. Pure.</summary>
/// <remarks>Times are monotonic. What was taken together waits together, so takers share the rate in proportion to what they take.</remarks>
/// <param name="rate">Bytes per second, above 0.</param>
/// <param name="burst">Bytes that may be taken at once after a pause, above 0.</param>
internal sealed class TokenBucket(double rate, double burst)
{
    // What is missing of a full bucket; beyond the burst it is debt.
    double _missing;
    TimeSpan _refilled = TimeSpan.MinValue;

    /// <summary>Takes bytes, whether they are there or not.</summary>
    /// <returns>How long to wait before the next are taken; zero: no time.</returns>
    public TimeSpan Take(long bytes, TimeSpan now)
    {
        Refill(now);
        _missing += bytes;
        return _missing <= burst ? TimeSpan.Zero : TimeSpan.FromTicks((long)Math.Ceiling((_missing - burst) / rate * TimeSpan.TicksPerSecond));
    }

    /// <summary>Whether nothing would be different had nobody ever taken anything.</summary>
    public bool IsFull(TimeSpan now)
    {
        Refill(now);
        return _missing <= 0;
    }

    void Refill(TimeSpan now)
    {
        if (_refilled == TimeSpan.MinValue)
            _refilled = now;
        if (now <= _refilled)
            return;
        _missing = Math.Max(0, _missing - ((now - _refilled).TotalSeconds * rate));
        _refilled = now;
    }
}
