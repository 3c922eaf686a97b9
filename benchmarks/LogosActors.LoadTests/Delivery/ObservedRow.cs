namespace LogosActors.LoadTests.Delivery;

/// <summary>What it costs that both nodes are observed: throughput with it and without, in turns, between the same nodes.</summary>
/// <param name="kind">How: <see cref="Observation.Traced"/> or <see cref="Observation.Scraped"/>.</param>
/// <param name="target">At least so many times the throughput without.</param>
internal sealed class ObservedRow(string kind, double target) : Row
{
    static readonly TimeSpan ChildWarmUp = TimeSpan.FromSeconds(5);

    public override string Name => $"send to handler, {kind}";

    public override async Task<Outcome> MeasureAsync(Budget budget)
    {
        await using var nodes = await TwoNodes.StartAsync(archives: false);
        var (observed, alone) = await Rounds.PairAsync(
            budget with { WarmUp = budget.WarmUp + ChildWarmUp }, int.MaxValue, count => SendObservedAsync(nodes, count), nodes.SendAsync);
        return new Outcome(observed, "msg/s", new Peer($"not {kind}", alone), new Target.TimesPeer(target));
    }

    async Task<TimeSpan> SendObservedAsync(TwoNodes nodes, int count)
    {
        await nodes.ObserveAsync(kind);
        var elapsed = await nodes.SendAsync(count);
        await nodes.ObserveAsync(kind: null);
        return elapsed;
    }
}
