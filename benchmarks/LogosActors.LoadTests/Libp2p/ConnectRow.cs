using System.Diagnostics;

namespace LogosActors.LoadTests.Libp2p;

/// <summary>Connections dialed over loopback TCP, upgraded and closed, both ends here, many at once, against their curve operations.</summary>
internal sealed class ConnectRow : Row
{
    const int MostAtOnce = 200;

    static readonly int Workers = 4 * Environment.ProcessorCount;

    public override string Name => "connections dialed, upgraded and closed";

    /// <summary>Connections per second.</summary>
    public static async Task<double> RateAsync(Budget budget)
    {
        using var nodes = new Nodes();
        return await Rounds.BestAsync(budget, MostAtOnce, connections => ConnectAsync(nodes, connections));
    }

    public override async Task<Outcome> MeasureAsync(Budget budget)
    {
        using var nodes = new Nodes();
        using var curves = new Curves();
        var (ours, ceiling) = await Rounds.PairAsync(
            budget, MostAtOnce, connections => Processor.TimeAsync(() => ConnectAsync(nodes, connections)), curves.RunAsync);
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
