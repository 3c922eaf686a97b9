using System.Diagnostics.Metrics;
using LogosActors.Delivery.Metrics;

namespace LogosActors.Delivery.Archive;

/// <summary>The instruments of archives, in the meter <c>LogosActors.Delivery</c>. Of all nodes of the process.</summary>
public static class ArchiveMetrics
{
    static readonly Meter Meter = new("LogosActors.Delivery");

    /// <summary>Messages that were not kept; the tag <c>reason</c> is <c>overflow</c>, <c>refused</c>, <c>time</c> or <c>stop</c>.</summary>
    public static readonly TotalCounter<string> Dropped =
        new(Meter, "logos.archive.dropped", "{message}", "reason", ["overflow", "refused", "time", "stop"], static reason => reason);

    /// <summary>Writes that failed; the tag <c>failure</c> is an <see cref="ArchiveFailure"/>.</summary>
    public static readonly TotalCounter<ArchiveFailure> Failures = OfFailures("logos.archive.failures", "{write}");

    /// <summary>Removals of what is not to be kept that failed; the tag <c>failure</c> is an <see cref="ArchiveFailure"/>.</summary>
    public static readonly TotalCounter<ArchiveFailure> RetentionFailures = OfFailures("logos.archive.retention.failures", "{removal}");

    /// <summary>How long writes took. What nobody listens to is not kept.</summary>
    public static readonly Histogram<double> Writes = Meter.CreateHistogram<double>("logos.archive.write.duration", "s");

    static long _appended;

    static ArchiveMetrics() => Meter.CreateObservableCounter("logos.archive.appended", static () => Interlocked.Read(ref _appended), "{message}");

    /// <summary>Counts messages that were new to the archive.</summary>
    internal static void CountAppended(int count) => Interlocked.Add(ref _appended, count);

    static TotalCounter<ArchiveFailure> OfFailures(string name, string unit) =>
        new(Meter, name, unit, "failure", Enum.GetValues<ArchiveFailure>(), static failure => failure.ToString());
}
