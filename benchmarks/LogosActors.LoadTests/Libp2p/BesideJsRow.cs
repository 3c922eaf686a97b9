namespace LogosActors.LoadTests.Libp2p;

/// <summary>A figure that an earlier row has measured, beside js-libp2p's of the same run.</summary>
internal sealed class BesideJsRow(string row, Func<double?> rate, string unit, Func<Task<Peer>> js, double times) : Row
{
    public override string Name => $"{row}, beside js";

    public override async Task<Outcome> MeasureAsync(Budget budget)
    {
        var ours = rate() ?? throw new InvalidOperationException($"It is measured by the row “{row}”, which has not run.");
        return new Outcome(ours, unit, await js(), new Target.TimesPeer(times));
    }
}
