using System.Diagnostics.Metrics;
using System.Text;

namespace LogosActors.Node.Metrics;

/// <summary>The measurements of one instrument, by labels. For any number of threads.</summary>
internal sealed class InstrumentSeries
{
    readonly Lock _gate = new();
    readonly Dictionary<string, Series> _series = new(StringComparer.Ordinal);
    readonly double[] _bounds;
    readonly string _constantLabels;
    readonly string? _description;
    readonly Shape _shape;
    readonly bool _isObservable;

    public InstrumentSeries(Instrument instrument, double[] bounds)
    {
        _bounds = instrument is Histogram<double> { Advice.HistogramBucketBoundaries: { } advised } ? [.. advised] : bounds;
        _description = instrument.Description;
        _constantLabels = PrometheusText.LabelsOf([.. instrument.Meter.Tags ?? [], .. instrument.Tags ?? []]);
        _isObservable = instrument.IsObservable;
        _shape = ShapeOf(instrument.GetType());
        Name = PrometheusText.NameOf(instrument.Name, instrument.Unit, _shape is Shape.Counter);
    }

    enum Shape
    {
        Counter,
        Gauge,
        UpDown,
        Histogram,
    }

    /// <summary>The metric's name.</summary>
    public string Name { get; }

    /// <summary>Forgets what an observable instrument said at the last scrape: it says all again.</summary>
    public void BeginScrape()
    {
        if (!_isObservable)
            return;
        lock (_gate)
            _series.Clear();
    }

    /// <summary>Takes a measurement.</summary>
    /// <returns>False: there are too many combinations of labels.</returns>
    public bool TryAdd(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = PrometheusText.LabelsOf(tags);
        lock (_gate)
        {
            if (!_series.TryGetValue(labels, out var series))
            {
                if (_series.Count >= PrometheusExporter.MaxSeries)
                    return false;
                _series.Add(labels, series = new Series(_shape is Shape.Histogram ? new long[_bounds.Length + 1] : []));
            }
            Record(series, value);
            return true;
        }
    }

    /// <summary>Writes instruments of the same name as one metric; those of another kind than the first are left out.</summary>
    public static void Write(StringBuilder text, IReadOnlyList<InstrumentSeries> named)
    {
        var first = named[0];
        var all = new SortedDictionary<string, Series>(StringComparer.Ordinal);
        foreach (var instrument in named.Where(instrument => instrument._shape == first._shape))
            instrument.AddTo(all);
        PrometheusText.WriteHead(text, first.Name, first._description, first._shape switch
        {
            Shape.Counter => "counter",
            Shape.Histogram => "histogram",
            _ => "gauge",
        });
        foreach (var (labels, series) in all)
        {
            if (first._shape is Shape.Histogram)
                PrometheusText.WriteHistogram(text, first.Name, labels, first._bounds, series.Buckets, series.Sum);
            else
                PrometheusText.WriteValue(text, first.Name, labels, series.Sum);
        }
    }

    void Record(Series series, double value)
    {
        switch (_shape)
        {
            case Shape.Gauge:
                series.Sum = value;
                break;
            case Shape.Histogram:
                series.Sum += value;
                var bucket = Array.FindIndex(_bounds, bound => value <= bound);
                series.Buckets[bucket < 0 ? _bounds.Length : bucket]++;
                break;
            default:
                series.Sum = _isObservable ? value : series.Sum + value;
                break;
        }
    }

    void AddTo(SortedDictionary<string, Series> all)
    {
        lock (_gate)
        {
            foreach (var (ownLabels, series) in _series)
            {
                var labels = string.Join(',', new[] { _constantLabels, ownLabels }.Where(some => some.Length > 0));
                if (!all.TryGetValue(labels, out var sum))
                    all.Add(labels, sum = new Series(new long[series.Buckets.Length]));
                sum.Sum += series.Sum;
                for (var i = 0; i < series.Buckets.Length; i++)
                    sum.Buckets[i] += series.Buckets[i];
            }
        }
    }

    static Shape ShapeOf(Type type)
    {
        var kind = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        return kind == typeof(Counter<>) || kind == typeof(ObservableCounter<>) ? Shape.Counter
            : kind == typeof(Histogram<>) ? Shape.Histogram
            : kind == typeof(UpDownCounter<>) || kind == typeof(ObservableUpDownCounter<>) ? Shape.UpDown
            : Shape.Gauge;
    }

    sealed class Series(long[] buckets)
    {
        public double Sum;

        public long[] Buckets { get; } = buckets;
    }
}
