namespace LogosActors.LoadTests.Libp2p;

/// <summary>A figure of another row, beside js-libp2p's of the same run.</summary>
internal sealed class BesideJsRow(string row, Func<Budget, Task<double>> rate, string unit, Func<Task<Peer>> js, double times) : Row
{
    public override string Name => $"{row}, beside js";

    public override async Task<Outcome> MeasureAsync(Budget budget) =>
        new(await rate(budget), unit, await js(), new Target.TimesPeer(times));
}
