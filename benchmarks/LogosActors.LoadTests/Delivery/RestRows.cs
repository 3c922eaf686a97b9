using System.Diagnostics;
using LogosActors.Delivery;

namespace LogosActors.LoadTests.Delivery;

/// <summary>What a node with fifty peers costs while nothing is sent.</summary>
internal static class RestRows
{
    const int Peers = 50;

    /// <summary>How many times as long as elsewhere the warm-up is: the JIT goes on for seconds where little is done.</summary>
    const int WarmUps = 10;

    public static IEnumerable<Row> All()
    {
        var memory = new MemoryRow();
        return [memory, new ProcessorRow(memory)];
    }

    sealed class MemoryRow : Row
    {
        /// <summary>Share of one core, in percent, set by the measurement.</summary>
        public double? Load { get; private set; }

        public override string Name => "at rest with 50 peers, resident";

        public override async Task<Outcome> MeasureAsync(Budget budget)
        {
            await using var child = await DeliveryNodeRole.StartAsync(1);
            var peers = new List<MessagingNode>();
            for (var i = 0; i < Peers; i++)
            {
                peers.Add(await DeliveryNode.StartAsync(child.Address));
                await peers[i].ListenAsync();
            }
            await child.AskAsync($"{DeliveryNodeRole.Peers} {Peers}");
            await Task.Delay(budget.WarmUp * WarmUps);
            var (started, before) = (Stopwatch.GetTimestamp(), await child.ProcessorTimeAsync());
            await Task.Delay(budget.Round * budget.Rounds * 4);
            Load = (await child.ProcessorTimeAsync() - before) / Stopwatch.GetElapsedTime(started) * 100;
            var resident = child.ResidentBytes;
            foreach (var peer in peers)
                await peer.DisposeAsync();
            return new(resident / 1e6, "MB", new("nothing", double.NaN), new Target.AtMost(80));
        }
    }

    sealed class ProcessorRow(MemoryRow memory) : Row
    {
        public override string Name => "at rest with 50 peers, of a core";

        public override Task<Outcome> MeasureAsync(Budget budget) => Task.FromResult(new Outcome(
            memory.Load ?? throw new InvalidOperationException($"It is measured by the row “{memory.Name}”, which has not run."),
            "%", new("nothing", double.NaN), new Target.AtMost(0.5)));
    }
}
