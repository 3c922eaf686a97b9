using System.Diagnostics;
using LogosActors.Delivery;

namespace LogosActors.LoadTests.Delivery;

/// <summary>What a node with fifty peers costs while nothing is sent.</summary>
internal static class RestRows
{
    const int Peers = 50;

    /// <summary>How long nothing is compiled at the end of the warm-up. What runs once a second is compiled again after its 30th and 60th run.</summary>
    static readonly TimeSpan JitRest = TimeSpan.FromSeconds(10);

    /// <summary>How long the warm-up is at most.</summary>
    static readonly TimeSpan LongestWarmUp = TimeSpan.FromSeconds(100);

    /// <summary>So few compilations in <see cref="JitRest"/>, of what hardly ever runs, take no time that shows.</summary>
    const int FewCompilations = 10;

    public static IEnumerable<Row> All()
    {
        var memory = new MemoryRow();
        return [memory, new ProcessorRow(memory)];
    }

    /// <summary>Waits until the JIT has reached its last tier, which takes long where little is done.</summary>
    static async Task WarmUpAsync(ChildNode child)
    {
        var started = Stopwatch.GetTimestamp();
        long before, now = 0;
        do
        {
            before = now;
            await Task.Delay(JitRest);
            now = await child.CompilationsAsync();
        }
        while (now - before > FewCompilations && Stopwatch.GetElapsedTime(started) < LongestWarmUp);
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
            await WarmUpAsync(child);
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
