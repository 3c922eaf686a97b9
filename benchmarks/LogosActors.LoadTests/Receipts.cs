namespace LogosActors.LoadTests;

/// <summary>Counts messages, and how long they were under way.</summary>
/// <param name="every">After so many messages <paramref name="report"/> is called with the count.</param>
/// <param name="report">Where counts go.</param>
internal sealed class Receipts(int every, Action<long> report)
{
    readonly Lock _gate = new();
    readonly LatencyHistogram _ages = new();
    long _count;

    public long Count => Interlocked.Read(ref _count);

    public void Add(ReadOnlySpan<byte> message)
    {
        var age = StampedMessage.Age(message);
        lock (_gate)
            _ages.Add(age);
        var count = Interlocked.Increment(ref _count);
        if (count % every == 0)
            report(count);
    }

    /// <inheritdoc cref="LatencyHistogram.Take"/>
    public Latencies TakeAges(long sent)
    {
        lock (_gate)
            return _ages.Take(sent);
    }
}
