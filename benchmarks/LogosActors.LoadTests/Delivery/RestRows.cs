using System.Diagnostics;
using LogosActors.Delivery;

namespace LogosActors.LoadTests.Delivery;

/// <summary>What a node with fifty peers costs while nothing is sent.</summary>
internal static class RestRows
{
    const int Peers = 50;

    /// <summary>How long nothing is compiled at the end of the warm-up.</summary>
    static readonly TimeSpan JitRest = TimeSpan.FromSeconds(10);

    /// <summary>How long the warm-up is at least: what runs once a second is compiled again after its 30th and its 60th run.</summary>
    static readonly TimeSpan ShortestWarmUp = TimeSpan.FromSeconds(75);

    /// <summary>How long the warm-up is at most.</summary>
    static readonly TimeSpan LongestWarmUp = TimeSpan.FromSeconds(100);

    /// <summary>So few compilations in <see cref="JitRest"/>, of what hardly ever runs, take no time that shows.</summary>
    const int FewCompilations = 10;

    public static IEnumerable<Row> All()
    {
        var rest = new SharedMeasurement<Rest>(MeasureAsync);
        return
        [
            new RestRow("at rest with 50 peers, resident", rest, "MB", static measured => measured.Resident / 1e6, limit: 90),
            new RestRow("at rest with 50 peers, of a core", rest, "%", static measured => measured.Load * 100, limit: 0.5),
        ];
    }

    static async Task<Rest> MeasureAsync(Budget budget)
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
        var (started, before) = (Stopwatch.GetTimestamp(), await child.CostsAsync());
        await Task.Delay(budget.Steady);
        var after = await child.CostsAsync();
        var load = (after.ProcessorTime - before.ProcessorTime) / Stopwatch.GetElapsedTime(started);
        var resident = child.ResidentBytes;
        foreach (var peer in peers)
            await peer.DisposeAsync();
        return new Rest(resident, load);
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
        while (Stopwatch.GetElapsedTime(started) is var elapsed
            && (elapsed < ShortestWarmUp || (now - before > FewCompilations && elapsed < LongestWarmUp)));
    }

    /// <param name="Resident">Bytes of memory that the process takes.</param>
    /// <param name="Load">Share of one core.</param>
    sealed record Rest(long Resident, double Load);

    sealed class RestRow(string name, SharedMeasurement<Rest> rest, string unit, Func<Rest, double> figure, double limit) : Row
    {
        public override string Name => name;

        public override async Task<Outcome> MeasureAsync(Budget budget) =>
            new(figure(await rest.GetAsync(budget)), unit, new("nothing", double.NaN), new Target.AtMost(limit));
    }
}
