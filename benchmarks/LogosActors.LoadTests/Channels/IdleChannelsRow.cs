namespace LogosActors.LoadTests.Channels;

/// <summary>What a process takes that has a node with many open channels in which nobody speaks: all of it, as the system sees it
/// after a collection.</summary>
internal sealed class IdleChannelsRow : Row
{
    const int Channels = 10_000, PerTopic = 100;
    const double Megabyte = 1e6;

    public override string Name => "10,000 idle channels, resident";

    public override async Task<Outcome> MeasureAsync(Budget budget)
    {
        await using var child = await ChannelNodeRole.StartAsync(1, new ChannelSettings());
        var before = child.ResidentBytes;
        for (var opened = 0; opened < Channels; opened += PerTopic)
            await child.AskAsync($"{ChannelNodeRole.Open} idle-{opened} {PerTopic}");
        await Task.Delay(budget.WarmUp * 2);
        await child.AskAsync(ChannelNodeRole.Collect);
        return new(child.ResidentBytes / Megabyte, "MB", new("one channel", before / Megabyte), new Target.AtMost(250));
    }
}
