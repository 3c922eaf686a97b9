namespace LogosActors.LoadTests.Libp2p;

/// <summary>Time by the processors' clock: what others do on the machine does not count, and all cores are as good as one.</summary>
internal static class Processor
{
    /// <summary>How much of it this process uses until the work is done.</summary>
    public static async Task<TimeSpan> TimeAsync(Func<Task> work)
    {
        var before = Environment.CpuUsage.TotalTime;
        await work();
        return Environment.CpuUsage.TotalTime - before;
    }
}
