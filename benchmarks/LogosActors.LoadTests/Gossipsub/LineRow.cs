using System.Diagnostics;

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

        var last = children[^1];
        var published = await PublishAsync(first, 0, WarmUp);
        await last.WaitForAsync(published);
        await last.TakeAgesAsync();
        published = await PublishAsync(first, published, budget.Round * budget.Rounds * 3);
        await last.WaitForAsync(published);
        var (median, p99) = await last.TakeAgesAsync();
        foreach (var child in children)
            await child.DisposeAsync();
        return new(p99.TotalMilliseconds, "ms", new("its median", median.TotalMilliseconds), new Target.AtMost(5));
    }

    static async Task<long> PublishAsync(GossipNode node, long published, TimeSpan duration)
    {
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < duration)
        {
            var message = new byte[Size];
            StampedMessage.Write(message, published++);
            await node.PublishAsync(message);
            await Task.Delay(TimeSpan.FromSeconds(1.0 / PerSecond));
        }
        return published;
    }
}
