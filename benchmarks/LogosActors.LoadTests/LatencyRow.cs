using System.Diagnostics;

namespace LogosActors.LoadTests;

/// <summary>How long messages are under way at half of the rate that was measured.</summary>
/// <param name="name">The row.</param>
/// <param name="rate">What messages per second are possible.</param>
/// <param name="start">Starts both ends.</param>
/// <param name="warmUp">For two processes, whose JIT share the cores.</param>
/// <param name="target">What the figure must reach.</param>
/// <param name="isMedian">Whether the figure is the median and not the 99th percentile.</param>
internal sealed class LatencyRow(
    string name, Func<Budget, Task<double>> rate, Func<Task<ILoadedPair>> start, TimeSpan warmUp, Target target, bool isMedian = false) : Row
{
    static readonly TimeSpan WarmUpRound = TimeSpan.FromMilliseconds(250), OpenWarmUp = TimeSpan.FromSeconds(2);

    public override string Name => name;

    public override async Task<Outcome> MeasureAsync(Budget budget)
    {
        var half = await rate(budget) / 2;
        await using var pair = await start();
        // At the receiver's pace first: processes whose code is not optimised yet would drop messages at this rate, and peers that do are punished.
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < warmUp;)
            await pair.SendAsync(Math.Max(1, (int)(half * WarmUpRound.TotalSeconds)));
        await OpenLoop.MeasureAsync(pair, half, OpenWarmUp);
        return Outcome(await OpenLoop.MeasureAsync(pair, half, budget.Steady), half, budget, target, isMedian);
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
