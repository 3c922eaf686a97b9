namespace LogosActors.LoadTests.Delivery;

/// <summary>From a call of <see cref="LogosActors.Delivery.MessagingNode.SendAsync"/> to a handler in another process.</summary>
/// <param name="archives">Whether the receiving node has an archive on SQLite, with fsync.</param>
internal sealed class DeliveryRows(bool archives)
{
    /// <summary>Two processes have twice the code for the JIT, on the same cores.</summary>
    static readonly TimeSpan ChildWarmUp = TimeSpan.FromSeconds(5);

    readonly SharedMeasurement<Throughput> _throughput = new(async budget =>
    {
        await using var nodes = await TwoNodes.StartAsync(archives);
        return await Throughput.MeasureAsync(nodes, budget with { WarmUp = budget.WarmUp + ChildWarmUp });
    });

    string Name => archives ? "send to handler, archive" : "send to handler";

    public Row Rate(double target) => new RateRow(Name, _throughput, target);

    public Row ProcessorTime() => CostRow.ProcessorTime(Name, async budget => (await _throughput.GetAsync(budget)).Costs);

    public Row Latency(double target) => new LatencyRow(
        $"{Name}, p99, half load", async budget => (await _throughput.GetAsync(budget)).Rate,
        async () => await TwoNodes.StartAsync(archives), ChildWarmUp, new Target.AtMost(target));

    public Row BesideJs() => new BesideJsRow(Name, _throughput);

    sealed class RateRow(string name, SharedMeasurement<Throughput> throughput, double target) : Row
    {
        public override string Name => name;

        public override async Task<Outcome> MeasureAsync(Budget budget) =>
            new((await throughput.GetAsync(budget)).Rate, "msg/s", new("nothing", double.NaN), new Target.AtLeast(target));
    }

    sealed class BesideJsRow(string name, SharedMeasurement<Throughput> throughput) : Row
    {
        public override string Name => $"{name}, beside js";

        public override async Task<Outcome> MeasureAsync(Budget budget) =>
            new((await throughput.GetAsync(budget)).Rate, "msg/s", await Js.JsWakuLoad.RelayAsync(), new Target.Printed());
    }
}
