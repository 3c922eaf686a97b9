namespace LogosActors.LoadTests;

/// <summary>Counts messages, and remembers how long each was under way.</summary>
/// <param name="every">After so many messages <paramref name="report"/> is told the count.</param>
/// <param name="report">Where counts go.</param>
internal sealed class Receipts(int every, Action<long> report)
{
    // As many as a row measures; what comes after these is counted only.
    const int Kept = 1 << 20;

    readonly Lock _gate = new();
    readonly List<TimeSpan> _ages = [];
    long _count;

    public void Add(ReadOnlySpan<byte> message)
    {
        var age = StampedMessage.Age(message);
        lock (_gate)
        {
            if (_ages.Count < Kept)
                _ages.Add(age);
        }
        if (++_count % every == 0)
            report(_count);
    }

    /// <summary>Median and 99th percentile since the last call.</summary>
    public (TimeSpan Median, TimeSpan P99) TakeAges()
    {
        lock (_gate)
        {
            _ages.Sort();
            var taken = _ages.Count == 0 ? default : (_ages[_ages.Count / 2], _ages[(int)(_ages.Count * 0.99)]);
            _ages.Clear();
            return taken;
        }
    }
}
