using System.Diagnostics.Metrics;

namespace LogosActors.Delivery.Archive;

/// <summary>The instruments of archives, in the meter <c>LogosActors.Delivery</c>.</summary>
internal static class ArchiveMetrics
{
    static readonly Meter Meter = new("LogosActors.Delivery");

    /// <summary>Messages that were new to the archive.</summary>
    public static readonly Counter<long> Appended = Meter.CreateCounter<long>("logos.archive.appended", "{message}");

    /// <summary>Messages that were not kept; the tag <c>reason</c> is <c>overflow</c>, <c>refused</c>, <c>time</c> or <c>stop</c>.</summary>
    public static readonly Counter<long> Dropped = Meter.CreateCounter<long>("logos.archive.dropped", "{message}");

    /// <summary>Writes that failed; the tag <c>failure</c> is an <see cref="ArchiveFailure"/>.</summary>
    public static readonly Counter<long> Failures = Meter.CreateCounter<long>("logos.archive.failures", "{write}");

    /// <summary>Removals of what is not to be kept that failed; the tag <c>failure</c> is an <see cref="ArchiveFailure"/>.</summary>
    public static readonly Counter<long> RetentionFailures = Meter.CreateCounter<long>("logos.archive.retention.failures", "{removal}");

    /// <summary>How long writes took.</summary>
    public static readonly Histogram<double> Writes = Meter.CreateHistogram<double>("logos.archive.write.duration", "s");
}
