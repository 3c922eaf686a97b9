namespace LogosActors.LoadTests.Gossipsub;

/// <summary>Five nodes in a line, each a process: how long a message is under way from the first to the last.</summary>
internal sealed class LineRow : Row
{
    const int Children = 4;
    const int Size = 1024;
    const int PerSecond = 200;

    static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    public override string Name => "line of five nodes, 1 KiB, p99";

    public override async Task<Outcome> MeasureAsync(Budget budget)
    {
        var children = await Task.WhenAll(Enumerable.Range(0, Children).Select(_ => ChildNode.StartAsync(GossipNodeRole.Argument, "1")));
        await using var first = await GossipNode.StartAsync(_ => { });
        await first.DialAsync(children[0].Address);
        for (var i = 1; i < Children; i++)
            await children[i - 1].DialAsync(children[i].Address);
        await first.WaitForMeshAsync(1);
        for (var i = 0; i < Children; i++)
            await children[i].WaitForMeshAsync(i < Children - 1 ? 2 : 1);

        var ends = new Ends(first, children[^1]);
        await OpenLoop.MeasureAsync(ends, PerSecond, WarmUp);
        var latencies = await OpenLoop.MeasureAsync(ends, PerSecond, budget.Steady);
        foreach (var child in children)
            await child.DisposeAsync();
        return LatencyRow.Outcome(latencies, PerSecond, budget, new Target.AtMost(5));
    }

    sealed class Ends(GossipNode first, ChildNode last) : IStampedSender
    {
        long _published;

        public ChildNode Receiver => last;

        public Task SendAsync(long due)
        {
            var message = new byte[Size];
            StampedMessage.Write(message, _published++, due);
            return first.PublishAsync(message);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
