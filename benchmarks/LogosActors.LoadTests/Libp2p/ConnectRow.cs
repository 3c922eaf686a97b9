using System.Diagnostics;

namespace LogosActors.LoadTests.Libp2p;

/// <summary>Connections dialed over loopback TCP, upgraded and closed, both ends here, many at once, against their curve operations.</summary>
internal sealed class ConnectRow : Row
{
    const int MostAtOnce = 200;

    static readonly int Workers = 4 * Environment.ProcessorCount;

    /// <summary>Connections per second, set by the measurement.</summary>
    public double? Rate { get; private set; }

    public override string Name => "connections dialed, upgraded and closed";

    public override async Task<Outcome> MeasureAsync(Budget budget)
    {
        using var nodes = new Nodes();
        using var curves = new Curves();
        var (ours, ceiling) = await Rounds.PairAsync(
            budget, MostAtOnce, connections => Processor.TimeAsync(() => ConnectAsync(nodes, connections)), curves.RunAsync);
        Rate = await Rounds.BestAsync(budget, MostAtOnce, connections => ConnectAsync(nodes, connections));
        return new(ours, "/CPU s", new("their X25519 and Ed25519 alone", ceiling), new Target.TimesPeer(0.9));
    }

    static async Task<TimeSpan> ConnectAsync(Nodes nodes, int connections)
    {
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < connections / Workers; i++)
            {
                var (dialed, accepted) = await nodes.ConnectAsync();
                await Task.WhenAll(dialed.DisposeAsync().AsTask(), accepted.DisposeAsync().AsTask());
            }
        })));
        return Stopwatch.GetElapsedTime(started);
    }
}
