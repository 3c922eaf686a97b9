namespace LogosActors.LoadTests.Libp2p;

/// <summary>A figure that an earlier row has measured, beside js-libp2p's.</summary>
internal sealed class BesideJsRow(string row, Func<double?> rate, string unit, Peer js, double times) : Row
{
    public override string Name => $"{row}, beside js";

    public override Task<Outcome> MeasureAsync(Budget budget) =>
        Task.FromResult(new Outcome(
            rate() ?? throw new InvalidOperationException($"It is measured by the row “{row}”, which has not run."), unit, js, new Target.TimesPeer(times)));
}
