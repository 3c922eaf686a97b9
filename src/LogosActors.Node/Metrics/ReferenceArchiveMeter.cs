using System.Diagnostics.Metrics;

namespace LogosActors.Node.Metrics;

/// <summary>Measurements of the archive and of the store under the reference's names, from those of <c>LogosActors.Delivery</c>.</summary>
/// <remarks>Of the whole process, like those.</remarks>
internal static class ReferenceArchiveMeter
{
    // The types are the reference's (waku_archive/archive_metrics.nim).
    static readonly KeyValuePair<string, object?> InsertFailure = new("type", "insert_failure");
    static readonly KeyValuePair<string, object?> RetentionFailure = new("type", "retpolicy_failure");

    static readonly Meter Meter = new(ReferenceMeter.Name);
    static readonly Counter<long> ArchiveErrors = Meter.CreateCounter<long>("waku_archive_errors", description: "Failures of the archive, by what failed.");
    static readonly Histogram<double> Inserts = Meter.CreateHistogram<double>("waku_archive_insert_duration_seconds", description: "How long writes to the archive took.");
    static readonly Histogram<double> Queries = Meter.CreateHistogram<double>("waku_archive_query_duration_seconds", description: "How long answers to peers took.");
    static readonly Counter<long> StoreQueries = Meter.CreateCounter<long>("waku_store_queries", description: "Questions of peers.");
    static readonly Counter<long> StoreErrors = Meter.CreateCounter<long>("waku_store_errors", description: "Questions of peers that were not answered with messages.");
    static readonly MeterListener Listener = Listen();

    /// <summary>Measures from now on, and shows what has not happened yet as 0.</summary>
    public static void Start()
    {
        GC.KeepAlive(Listener);
        StoreQueries.Add(0);
        ArchiveErrors.Add(0, InsertFailure);
        ArchiveErrors.Add(0, RetentionFailure);
    }

    static MeterListener Listen()
    {
        var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Name is "logos.archive.failures" or "logos.archive.retention.failures" or "logos.archive.write.duration"
                    or "logos.store.queries" or "logos.store.query.duration")
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>(static (instrument, value, tags, _) => Add(instrument.Name, value, tags));
        listener.SetMeasurementEventCallback<double>(static (instrument, value, _, _) =>
            (instrument.Name is "logos.archive.write.duration" ? Inserts : Queries).Record(value));
        listener.Start();
        return listener;
    }

    static void Add(string name, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (name is "logos.archive.failures")
        {
            ArchiveErrors.Add(value, InsertFailure);
            return;
        }
        if (name is "logos.archive.retention.failures")
        {
            ArchiveErrors.Add(value, RetentionFailure);
            return;
        }
        StoreQueries.Add(value);
        if (tags is [{ Value: int and not 200 and var status }, ..])
            StoreErrors.Add(value, new KeyValuePair<string, object?>("type", $"status_{status}"));
    }
}
