namespace LogosActors.LoadTests;

/// <summary>How long messages are under way at half of the rate that was measured.</summary>
/// <param name="name">The row.</param>
/// <param name="rate">What messages per second are possible.</param>
/// <param name="start">Starts both ends.</param>
/// <param name="warmUp">For two processes, whose JIT share the cores.</param>
/// <param name="target">What the figure must reach.</param>
/// <param name="isMedian">Whether the figure is the median and not the 99th percentile.</param>
internal sealed class LatencyRow(
    string name, Func<Budget, Task<double>> rate, Func<Task<IStampedSender>> start, TimeSpan warmUp, Target target, bool isMedian = false) : Row
{
    public override string Name => name;

    public override async Task<Outcome> MeasureAsync(Budget budget)
    {
        var half = await rate(budget) / 2;
        await using var pair = await start();
        return Outcome(await OpenLoop.MeasureAsync(pair, half, warmUp, budget.Steady), half, budget, target, isMedian);
    }

    /// <summary>The percentiles as an outcome, with what the load was.</summary>
    public static Outcome Outcome(Latencies latencies, double rate, Budget budget, Target target, bool isMedian = false)
    {
        var quick = budget == Budget.Quick ? ", quick" : "";
        var lost = latencies.Lost > 0 ? $"; {latencies.Lost} lost" : "";
        var load = $"max {Format.Figure(latencies.Max.TotalMilliseconds)}; {Format.Figure(rate)}/s, {budget.Steady.TotalSeconds:0} s{quick}{lost}";
        var (figure, other) = isMedian ? (latencies.Median, latencies.P99) : (latencies.P99, latencies.Median);
        return new(Milliseconds(figure), "ms", new Peer($"{(isMedian ? "p99" : "p50")} ({load})", Milliseconds(other)), target);
    }

    static double Milliseconds(TimeSpan latency) => latency == TimeSpan.MaxValue ? double.PositiveInfinity : latency.TotalMilliseconds;
}
