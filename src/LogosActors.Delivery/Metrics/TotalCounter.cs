using System.Diagnostics.Metrics;

namespace LogosActors.Delivery.Metrics;

/// <summary>A counter that keeps its totals by one tag: counting is an interlocked addition whether or not somebody listens, and a listener
/// that is added later gets everything since the start. For any number of threads.</summary>
/// <typeparam name="T">The values of the tag: few, known beforehand.</typeparam>
public sealed class TotalCounter<T>
    where T : notnull
{
    readonly Dictionary<T, StrongBox> _totals;
    readonly string _tag;
    readonly Func<T, object> _shown;

    /// <summary>Adds the counter to a meter.</summary>
    /// <param name="meter">The meter.</param>
    /// <param name="name">Its name, in OpenTelemetry's form.</param>
    /// <param name="unit">What is counted, in OpenTelemetry's form.</param>
    /// <param name="tag">The name of the tag.</param>
    /// <param name="values">Every value that it has.</param>
    /// <param name="show">How a value is shown.</param>
    public TotalCounter(Meter meter, string name, string unit, string tag, IEnumerable<T> values, Func<T, object> show)
    {
        (_tag, _shown) = (tag, show);
        _totals = values.ToDictionary(static value => value, static _ => new StrongBox());
        meter.CreateObservableCounter(name, Measure, unit);
    }

    /// <summary>All that was counted.</summary>
    public long Total => _totals.Values.Sum(static total => Interlocked.Read(ref total.Value));

    /// <summary>What was counted with each value, where it is not 0.</summary>
    public IEnumerable<(T Value, long Total)> Totals =>
        _totals.Select(static total => (total.Key, Total: Interlocked.Read(ref total.Value.Value))).Where(static total => total.Total > 0);

    /// <summary>Counts.</summary>
    /// <param name="count">How many.</param>
    /// <param name="value">The value of the tag.</param>
    public void Add(long count, T value) => Interlocked.Add(ref _totals[value].Value, count);

    IEnumerable<Measurement<long>> Measure() => Totals.Select(total => new Measurement<long>(total.Total, new KeyValuePair<string, object?>(_tag, _shown(total.Value))));

    sealed class StrongBox
    {
        public long Value;
    }
}
