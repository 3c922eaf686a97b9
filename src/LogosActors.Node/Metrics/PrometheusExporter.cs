using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;

namespace LogosActors.Node.Metrics;

/// <summary>Keeps the measurements of this program's meters from now on, and writes them for Prometheus. For any number of threads.</summary>
/// <remarks>
/// Each instrument has at most <see cref="MaxSeries"/> combinations of labels; what is measured with further ones is counted in
/// <c>logos_metrics_dropped_total</c>. An instrument whose name is taken by another one of the same kind adds to it.
/// </remarks>
internal sealed class PrometheusExporter : IDisposable
{
    /// <summary>How many combinations of labels one instrument has.</summary>
    public const int MaxSeries = 200;

    // Upper ends of histograms, in seconds: those of the OpenTelemetry semantic conventions for durations.
    static readonly double[] Bounds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

    readonly MeterListener _listener = new();
    readonly ConcurrentDictionary<Instrument, InstrumentSeries> _instruments = new();
    readonly Lock _scrape = new();
    long _dropped;

    /// <summary>Listens to the meters whose names begin with one of these.</summary>
    public PrometheusExporter(params IReadOnlyList<string> prefixes)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (prefixes.Any(prefix => instrument.Meter.Name.StartsWith(prefix, StringComparison.Ordinal)))
                listener.EnableMeasurementEvents(instrument, _instruments.GetOrAdd(instrument, published => new InstrumentSeries(published, Bounds)));
        };
        _listener.MeasurementsCompleted = (instrument, state) => _instruments.TryRemove(instrument, out _);
        _listener.SetMeasurementEventCallback<byte>((_, value, tags, state) => Add(state, value, tags));
        _listener.SetMeasurementEventCallback<short>((_, value, tags, state) => Add(state, value, tags));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, state) => Add(state, value, tags));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, state) => Add(state, value, tags));
        _listener.SetMeasurementEventCallback<float>((_, value, tags, state) => Add(state, value, tags));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, state) => Add(state, value, tags));
        _listener.SetMeasurementEventCallback<decimal>((_, value, tags, state) => Add(state, (double)value, tags));
        _listener.Start();
    }

    /// <summary>Histograms that are kept elsewhere, and are shown too.</summary>
    public IReadOnlyList<KeptHistogram> Histograms { get; init; } = [];

    /// <summary>Writes all measurements as they are now.</summary>
    public string Write()
    {
        lock (_scrape)
        {
            foreach (var series in _instruments.Values)
                series.BeginScrape();
            _listener.RecordObservableInstruments();
            var text = new StringBuilder();
            foreach (var named in _instruments.Values.GroupBy(series => series.Name, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal))
                InstrumentSeries.Write(text, [.. named]);
            foreach (var histogram in Histograms)
                histogram.Write(text);
            const string dropped = "logos_metrics_dropped_total";
            PrometheusText.WriteHead(text, dropped, "Measurements with more label values than are kept.", "counter");
            PrometheusText.WriteValue(text, dropped, "", Interlocked.Read(ref _dropped));
            return text.ToString();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    void Add(object? state, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (state is InstrumentSeries series && !series.TryAdd(value, tags))
            Interlocked.Increment(ref _dropped);
    }
}
