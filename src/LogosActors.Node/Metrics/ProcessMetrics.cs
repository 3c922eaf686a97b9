using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace LogosActors.Node.Metrics;

/// <summary>The process, under the names that Prometheus' own clients give its measurements.</summary>
internal static class ProcessMetrics
{
    const string OpenFiles = "/proc/self/fd";

    public static void AddTo(Meter meter)
    {
        meter.CreateObservableGauge(
            "process_start_time_seconds", static () => Of(static process => new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0), unit: null,
            "When the process was started, in seconds since 1970 UTC.");
        meter.CreateObservableCounter("process_cpu_seconds", static () => Of(static process => process.TotalProcessorTime.TotalSeconds), unit: null, "Processor time.");
        meter.CreateObservableGauge("process_resident_memory_bytes", static () => Of(static process => process.WorkingSet64), unit: null, "Memory that is resident.");
        meter.CreateObservableGauge("process_virtual_memory_bytes", static () => Of(static process => process.VirtualMemorySize64), unit: null, "Memory that is mapped.");
        if (Directory.Exists(OpenFiles))
            meter.CreateObservableGauge("process_open_fds", static () => Directory.EnumerateFileSystemEntries(OpenFiles).LongCount(), unit: null, "Files that are open.");
    }

    static T Of<T>(Func<Process, T> read)
    {
        using var process = Process.GetCurrentProcess();
        return read(process);
    }
}
