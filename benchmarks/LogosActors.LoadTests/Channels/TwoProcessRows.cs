namespace LogosActors.LoadTests.Channels;

/// <summary>From a call of one application to a handler in another process, through channels, nodes and the loopback interface.</summary>
internal static class TwoProcessRows
{
    const int ShortSize = 1 << 10, LongSize = 1 << 20;

    /// <summary>Below what the channel holds by default: what is measured is not how it refuses.</summary>
    const int ShortInFlight = 900;

    /// <summary>Below what a channel's incoming queue holds by default.</summary>
    const int LongInFlight = 12;

    /// <summary>Acknowledgements take more than a second by default: so many are a round.</summary>
    const int LongAtOnce = 2 * LongInFlight;

    /// <summary>Two processes have twice the code for the JIT, on the same cores.</summary>
    static readonly TimeSpan ChildWarmUp = TimeSpan.FromSeconds(4);

    public static IEnumerable<Row> All() => [.. Short("memory", isDurable: false, leastRate: 25_000, mostAllocated: 12), .. Short("SQLite", isDurable: true, leastRate: 6_000), LongLatency(), new LossRow()];

    static IEnumerable<Row> Short(string history, bool isDurable, double leastRate, double? mostAllocated = null)
    {
        var name = $"two channels, 1 KiB, {history}";
        var start = () => TwoChannels.StartAsync(ShortSize, ShortInFlight, new ChannelSettings(), isDurable);
        var throughput = Throughputs(start);
        return
        [
            new RateRow(name, throughput, leastRate),
            CostRow.ProcessorTime(name, CostsOf(throughput)),
            CostRow.Allocated(name, CostsOf(throughput), mostAllocated is { } most ? new Target.AtMost(most) : new Target.Printed()),
            new LatencyRow($"{name}, p99, half load", RateOf(throughput), async () => await start(), ChildWarmUp, new Target.Printed()),
        ];
    }

    static LatencyRow LongLatency()
    {
        var start = () => TwoChannels.StartAsync(LongSize, LongInFlight, new ChannelSettings(HasParity: true));
        return new LatencyRow(
            "two channels, 1 MiB with parity, p50", RateOf(Throughputs(start, LongAtOnce)), async () => await start(), ChildWarmUp, new Target.AtMost(40), isMedian: true);
    }

    static SharedMeasurement<Throughput> Throughputs(Func<Task<TwoChannels>> start, int limit = int.MaxValue) => new(async budget =>
    {
        await using var channels = await start();
        return await Throughput.MeasureAsync(channels, budget with { WarmUp = budget.WarmUp + ChildWarmUp, Round = budget.Round * 2 }, limit);
    });

    static Func<Budget, Task<double>> RateOf(SharedMeasurement<Throughput> throughput) => async budget => (await throughput.GetAsync(budget)).Rate;

    static Func<Budget, Task<(Costs Sender, Costs Receiver)>> CostsOf(SharedMeasurement<Throughput> throughput) =>
        async budget => (await throughput.GetAsync(budget)).Costs;

    sealed class RateRow(string name, SharedMeasurement<Throughput> throughput, double leastRate) : Row
    {
        public override string Name => name;

        public override async Task<Outcome> MeasureAsync(Budget budget) =>
            new((await throughput.GetAsync(budget)).Rate, "msg/s", new("nothing", double.NaN), new Target.AtLeast(leastRate));
    }

    /// <summary>Long messages as fast as they are confirmed, with loss and without, in turns.</summary>
    sealed class LossRow : Row
    {
        const int InFlight = 48, MostRounds = 5, MostAtOnce = 100;
        const double Megabyte = 1e6;

        public override string Name => "two channels, 1 MiB with parity, 10 % lost";

        public override async Task<Outcome> MeasureAsync(Budget budget)
        {
            var settings = new ChannelSettings(HasParity: true, IsNear: true);
            await using var lossy = await TwoChannels.StartAsync(LongSize, InFlight, settings with { LossPercent = 10 });
            await using var lossless = await TwoChannels.StartAsync(LongSize, InFlight, settings);
            var longer = budget with { WarmUp = budget.WarmUp + (ChildWarmUp / 4), Round = budget.Round * 5, Rounds = Math.Min(budget.Rounds, MostRounds) };
            var (rate, ceiling) = await Rounds.PairAsync(longer, MostAtOnce, Settled(lossy), Settled(lossless));
            return new(rate * LongSize / Megabyte, "MB/s", new("nothing lost", ceiling * LongSize / Megabyte), new Target.TimesPeer(0.7));
        }

        // What one has left to do is not done in the other's round.
        static Load Settled(TwoChannels channels) => async count =>
        {
            var time = await channels.SendAsync(count);
            await channels.ConfirmedAsync();
            return time;
        };
    }
}
