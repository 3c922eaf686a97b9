namespace LogosActors.LoadTests.Delivery;

/// <summary>From a call of <see cref="LogosActors.Delivery.MessagingNode.SendAsync"/> to a handler in another process.</summary>
internal sealed class DeliveryThroughputRow(bool archives, double leastRate) : Row
{
    /// <summary>Two processes have twice the code for the JIT, on the same cores.</summary>
    static readonly TimeSpan ChildWarmUp = TimeSpan.FromSeconds(5);

    public override string Name => archives ? "send to handler, archive" : "send to handler";

    /// <summary>Messages per second, set by the measurement.</summary>
    public double? Rate { get; private set; }

    /// <summary>Processor time for one message, set by the measurement.</summary>
    public (TimeSpan Sender, TimeSpan Receiver)? ProcessorTime { get; private set; }

    /// <summary>How long messages were under way at half of the rate, set by the measurement.</summary>
    public (TimeSpan Median, TimeSpan P99)? Ages { get; private set; }

    public override async Task<Outcome> MeasureAsync(Budget budget)
    {
        await using var nodes = await TwoNodes.StartAsync(archives);
        Rate = await Rounds.BestAsync(budget with { WarmUp = budget.WarmUp + ChildWarmUp }, int.MaxValue, nodes.SendAsync);
        var before = await nodes.ProcessorTimeAsync();
        var messages = (int)(Rate.Value * budget.Round.TotalSeconds * 2);
        await nodes.SendAsync(messages);
        var after = await nodes.ProcessorTimeAsync();
        ProcessorTime = ((after.Sender - before.Sender) / messages, (after.Receiver - before.Receiver) / messages);
        await nodes.SendAsync(Rate.Value / 2, ChildWarmUp / 5);
        await nodes.TakeAgesAsync();
        await nodes.SendAsync(Rate.Value / 2, budget.Round * budget.Rounds * 2);
        Ages = await nodes.TakeAgesAsync();
        return new(Rate.Value, "msg/s", new("nothing", double.NaN), new Target.AtLeast(leastRate));
    }
}

/// <summary>The row before, beside two processes of js-waku's relay.</summary>
internal sealed class DeliveryBesideJsRow(DeliveryThroughputRow throughput) : Row
{
    public override string Name => $"{throughput.Name}, beside js";

    public override async Task<Outcome> MeasureAsync(Budget budget) =>
        new(throughput.Rate ?? throw NotMeasured.By(throughput), "msg/s", await Js.JsWakuLoad.RelayAsync(), new Target.Printed());
}

/// <summary>What a message has cost the processors.</summary>
internal sealed class DeliveryProcessorTimeRow(DeliveryThroughputRow throughput) : Row
{
    public override string Name => $"{throughput.Name}, processor time";

    public override Task<Outcome> MeasureAsync(Budget budget)
    {
        var (sender, receiver) = throughput.ProcessorTime ?? throw NotMeasured.By(throughput);
        return Task.FromResult(new Outcome(
            (sender + receiver).TotalMicroseconds, "µs/msg", new("the receiving process", receiver.TotalMicroseconds), new Target.Printed()));
    }
}

/// <summary>How long messages are under way at half of the load that is possible.</summary>
internal sealed class DeliveryLatencyRow(DeliveryThroughputRow throughput) : Row
{
    public override string Name => $"{throughput.Name}, p99, half load";

    public override Task<Outcome> MeasureAsync(Budget budget)
    {
        var (median, p99) = throughput.Ages ?? throw NotMeasured.By(throughput);
        return Task.FromResult(new Outcome(p99.TotalMilliseconds, "ms", new("its median", median.TotalMilliseconds), new Target.AtMost(5)));
    }
}

file static class NotMeasured
{
    public static InvalidOperationException By(Row row) => new($"It is measured by the row “{row.Name}”, which has not run.");
}
