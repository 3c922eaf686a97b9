using LogosActors.LoadTests.Js;
using LogosActors.LoadTests.Libp2p;

namespace LogosActors.LoadTests.Gossipsub;

/// <summary>Messages of 1 KiB from a publisher to a subscriber in another process, beside two processes of js-libp2p.</summary>
internal sealed class TwoProcessThroughputRow : Row
{
    internal const int Size = 1024, InFlight = 2048, ReportEvery = 256;

    /// <summary>Two processes have twice the code for the JIT, on the same cores.</summary>
    internal static readonly TimeSpan ChildWarmUp = TimeSpan.FromSeconds(3);

    /// <summary>Messages per second, set by the measurement.</summary>
    public double? Rate { get; private set; }

    /// <summary>Processor time of both processes for one message, set by the measurement.</summary>
    public TimeSpan? ProcessorTime { get; private set; }

    public override string Name => "two processes, 1 KiB, end to end";

    public override async Task<Outcome> MeasureAsync(Budget budget)
    {
        await using var nodes = await TwoProcesses.StartAsync(Size, InFlight, ReportEvery);
        budget = budget with { WarmUp = budget.WarmUp + ChildWarmUp };
        Rate = await Rounds.BestAsync(budget, int.MaxValue, nodes.SendAsync);
        var before = await nodes.ProcessorTimeAsync();
        var messages = (int)(Rate.Value * budget.Round.TotalSeconds * 2);
        await nodes.SendAsync(messages);
        ProcessorTime = (await nodes.ProcessorTimeAsync() - before) / messages;
        var js = await JsLoad.GossipAsync();
        return new(Rate.Value, "msg/s", js, new Target.Both(new Target.AtLeast(100_000), new Target.TimesPeer(15)));
    }
}

/// <summary>What the row before has cost both processors.</summary>
internal sealed class ProcessorPerMessageRow(TwoProcessThroughputRow throughput) : Row
{
    public override string Name => "two processes, 1 KiB, processor time";

    public override Task<Outcome> MeasureAsync(Budget budget)
    {
        var time = throughput.ProcessorTime ?? throw new InvalidOperationException($"It is measured by the row “{throughput.Name}”, which has not run.");
        return Task.FromResult(new Outcome(time.TotalMicroseconds, "µs/msg", new("both processes", double.NaN), new Target.Printed()));
    }
}

/// <summary>How long messages are under way at half of the load that is possible.</summary>
internal sealed class HalfLoadLatencyRow(TwoProcessThroughputRow throughput) : Row
{
    public override string Name => "two processes, 1 KiB, p99 at half load";

    public override async Task<Outcome> MeasureAsync(Budget budget)
    {
        await using var nodes = await TwoProcesses.StartAsync(
            TwoProcessThroughputRow.Size, TwoProcessThroughputRow.InFlight, TwoProcessThroughputRow.ReportEvery);
        var rate = throughput.Rate ?? await Rounds.BestAsync(budget, int.MaxValue, nodes.SendAsync);
        await nodes.SendAsync(rate / 2, TwoProcessThroughputRow.ChildWarmUp);
        await nodes.TakeAgesAsync();
        await nodes.SendAsync(rate / 2, budget.Round * budget.Rounds * 2);
        var (median, p99) = await nodes.TakeAgesAsync();
        return new(p99.TotalMilliseconds, "ms", new("its median", median.TotalMilliseconds), new Target.AtMost(2));
    }
}

/// <summary>Messages of 100 KiB, by their bytes, against what one stream carries in the same run.</summary>
internal sealed class LargeMessagesRow : Row
{
    const int Size = 100 * 1024, InFlight = 64, ReportEvery = 8;

    public override string Name => "two processes, 100 KiB, end to end";

    public override async Task<Outcome> MeasureAsync(Budget budget)
    {
        await using var gossip = await TwoProcesses.StartAsync(Size, InFlight, ReportEvery);
        using var nodes = new Nodes();
        await using var stream = await StreamPairs.OpenAsync(nodes, 1);
        var (ours, ceiling) = await Rounds.PairAsync(budget, int.MaxValue, gossip.SendAsync, stream.CopyAsync);
        return new(ours * Size / 1e6, "MB/s", new("one stream, 64 KiB writes", StreamRow.Megabytes(ceiling)), new Target.TimesPeer(0.5));
    }
}
