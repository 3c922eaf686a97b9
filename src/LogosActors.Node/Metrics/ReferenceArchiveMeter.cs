using System.Diagnostics.Metrics;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Metrics;
using LogosActors.Delivery.Store;

namespace LogosActors.Node.Metrics;

/// <summary>Measurements of the archive and of the store under the reference's names, from those of <c>LogosActors.Delivery</c>.</summary>
/// <remarks>Of the whole process, like those. Totals are those since the start, durations those since this was made.</remarks>
internal sealed class ReferenceArchiveMeter : IDisposable
{
    readonly MeterListener _listener = new();

    /// <summary>Adds the instruments to a meter, and measures durations from now on.</summary>
    public ReferenceArchiveMeter(Meter meter)
    {
        // The types are the reference's (waku_archive/archive_metrics.nim).
        meter.CreateObservableCounter("waku_archive_errors", static () => (Measurement<long>[])
            [
                new(ArchiveMetrics.Failures.Total, new KeyValuePair<string, object?>("type", "insert_failure")),
                new(ArchiveMetrics.RetentionFailures.Total, new KeyValuePair<string, object?>("type", "retpolicy_failure")),
            ], unit: null, "Failures of the archive, by what failed.");
        meter.CreateObservableCounter("waku_store_queries", static () => StoreMetrics.Queries.Total, unit: null, "Questions of peers.");
        meter.CreateObservableCounter(
            "waku_store_errors", static () => StoreMetrics.Queries.Totals.Where(static query => query.Value is not StoreStatus.Success)
                .Select(static query => new Measurement<long>(query.Total, new KeyValuePair<string, object?>("type", $"status_{(int)query.Value}"))),
            unit: null, "Questions of peers that were not answered with messages.");
        Show(ArchiveMetrics.Writes, meter.CreateHistogram<double>("waku_archive_insert_duration_seconds", description: "How long writes to the archive took."));
        Show(StoreMetrics.Durations, meter.CreateHistogram<double>("waku_archive_query_duration_seconds", description: "How long answers to peers took."));
        _listener.SetMeasurementEventCallback<double>(static (_, value, _, shown) => ((Histogram<double>)shown!).Record(value));
        _listener.Start();
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    void Show(Histogram<double> durations, Histogram<double> shown) => _listener.EnableMeasurementEvents(durations, shown);
}
