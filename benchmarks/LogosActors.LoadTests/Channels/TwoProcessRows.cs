namespace LogosActors.LoadTests.Channels;

/// <summary>From a call of one application to a handler in another process, through channels, nodes and the loopback interface.</summary>
internal static class TwoProcessRows
{
    const int Short = 1 << 10, Long = 1 << 20;

    /// <summary>Two processes have twice the code for the JIT, on the same cores.</summary>
    static readonly TimeSpan ChildWarmUp = TimeSpan.FromSeconds(4);

    public static IEnumerable<Row> All()
    {
        var memory = new ThroughputRow("two channels, 1 KiB, memory", isDurable: false, leastRate: 20_000);
        var durable = new ThroughputRow("two channels, 1 KiB, SQLite", isDurable: true, leastRate: 5_000);
        return [memory, .. memory.Costs, durable, .. durable.Costs, new LatencyRow(), new LossRow()];
    }

    sealed class ThroughputRow(string name, bool isDurable, double leastRate) : Row
    {
        // Below what the channel holds by default: what is measured is not how it refuses.
        const int InFlight = 900;

        (Costs Sender, Costs Receiver)? _costs;

        public override string Name => name;

        public IEnumerable<Row> Costs =>
        [
            new CostRow($"{name}, processor time", "µs/msg", () => _costs, costs => costs.ProcessorTime.TotalMicroseconds),
            new CostRow($"{name}, allocated", "kB/msg", () => _costs, costs => costs.AllocatedBytes / 1e3),
        ];

        public override async Task<Outcome> MeasureAsync(Budget budget)
        {
            await using var channels = await TwoChannels.StartAsync(Short, InFlight, new ChannelSettings(), isDurable);
            var longer = budget with { WarmUp = budget.WarmUp + ChildWarmUp, Round = budget.Round * 2 };
            var rate = await Rounds.BestAsync(longer, int.MaxValue, channels.SendAsync);
            var before = await channels.CostsAsync();
            var messages = (int)(rate * longer.Round.TotalSeconds * 2);
            await channels.SendAsync(messages);
            var after = await channels.CostsAsync();
            _costs = (PerMessage(before.Sender, after.Sender, messages), PerMessage(before.Receiver, after.Receiver, messages));
            return new(rate, "msg/s", new("nothing", double.NaN), new Target.AtLeast(leastRate));
        }

        static Costs PerMessage(Costs before, Costs after, int messages) =>
            new((after.ProcessorTime - before.ProcessorTime) / messages, (after.AllocatedBytes - before.AllocatedBytes) / messages);
    }

    /// <summary>What a message has cost both processes.</summary>
    sealed class CostRow(string name, string unit, Func<(Costs Sender, Costs Receiver)?> costs, Func<Costs, double> figure) : Row
    {
        public override string Name => name;

        public override Task<Outcome> MeasureAsync(Budget budget)
        {
            var (sender, receiver) = costs() ?? throw new InvalidOperationException("It is measured by the row before, which has not run.");
            return Task.FromResult(new Outcome(
                figure(sender) + figure(receiver), unit, new("the receiving process", figure(receiver)), new Target.Printed()));
        }
    }

    /// <summary>One long message after the other.</summary>
    sealed class LatencyRow : Row
    {
        const int WarmUp = 100, Messages = 100;

        public override string Name => "two channels, 1 MiB with parity, p50";

        public override async Task<Outcome> MeasureAsync(Budget budget)
        {
            await using var channels = await TwoChannels.StartAsync(Long, inFlight: 48, new ChannelSettings(HasParity: true));
            await channels.SendInTurnAsync(WarmUp);
            await channels.TakeAgesAsync();
            await channels.SendInTurnAsync(Messages);
            var (median, p99) = await channels.TakeAgesAsync();
            return new(median.TotalMilliseconds, "ms", new("p99", p99.TotalMilliseconds), new Target.AtMost(30));
        }
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
            await using var lossy = await TwoChannels.StartAsync(Long, InFlight, settings with { LossPercent = 10 });
            await using var lossless = await TwoChannels.StartAsync(Long, InFlight, settings);
            var longer = budget with { WarmUp = budget.WarmUp + (ChildWarmUp / 4), Round = budget.Round * 5, Rounds = Math.Min(budget.Rounds, MostRounds) };
            try
            {
                var (rate, ceiling) = await Rounds.PairAsync(longer, MostAtOnce, Settled(lossy), Settled(lossless));
                return new(rate * Long / Megabyte, "MB/s", new("nothing lost", ceiling * Long / Megabyte), new Target.TimesPeer(0.7));
            }
            catch (TimeoutException)
            {
                return new(0, "MB/s", new("not all of it came within 30 s", double.NaN), new Target.TimesPeer(0.7));
            }
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
