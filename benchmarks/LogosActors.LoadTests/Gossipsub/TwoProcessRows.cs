using LogosActors.LoadTests.Js;
using LogosActors.LoadTests.Libp2p;

namespace LogosActors.LoadTests.Gossipsub;

/// <summary>Messages of 1 KiB from a publisher to a subscriber in another process.</summary>
internal static class TwoProcessRows
{
    const int Size = 1024, InFlight = 2048, ReportEvery = 256;
    const string Name = "two processes, 1 KiB";

    /// <summary>Two processes have twice the code for the JIT, on the same cores.</summary>
    static readonly TimeSpan ChildWarmUp = TimeSpan.FromSeconds(3);

    public static IEnumerable<Row> All()
    {
        var throughput = new SharedMeasurement<Throughput>(async budget =>
        {
            await using var nodes = await StartAsync();
            return await Throughput.MeasureAsync(nodes, budget with { WarmUp = budget.WarmUp + ChildWarmUp });
        });
        return
        [
            new RateRow(throughput),
            CostRow.ProcessorTime(Name, async budget => (await throughput.GetAsync(budget)).Costs),
            new LatencyRow(
                $"{Name}, p99 at half load", async budget => (await throughput.GetAsync(budget)).Rate,
                async () => await StartAsync(), ChildWarmUp, new Target.AtMost(10)),
        ];
    }

    static Task<TwoProcesses> StartAsync() => TwoProcesses.StartAsync(Size, InFlight, ReportEvery);

    /// <summary>Beside two processes of js-libp2p.</summary>
    sealed class RateRow(SharedMeasurement<Throughput> throughput) : Row
    {
        public override string Name => $"{TwoProcessRows.Name}, end to end";

        // 0.9 of what the same machine did before the actors were Akka's: 124 k/s.
        public override async Task<Outcome> MeasureAsync(Budget budget) => new(
            (await throughput.GetAsync(budget)).Rate, "msg/s", await JsLoad.GossipAsync(),
            new Target.Both(new Target.AtLeast(0.9 * 124_000), new Target.TimesPeer(15)));
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
