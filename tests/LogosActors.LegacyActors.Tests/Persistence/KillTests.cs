using LogosActors.Samples.Ledger;
using Xunit.Abstractions;

namespace LogosActors.Actors.Tests.Persistence;

/// <summary>The sample's worker, killed with SIGKILL at random instants.</summary>
public sealed class KillTests(ITestOutputHelper output) : IDisposable
{
    readonly string _directory = Directory.CreateTempSubdirectory("logos-kill-").FullName;

    [Fact]
    public async Task A_process_killed_at_100_random_instants_loses_no_acknowledged_event_and_doubles_none()
    {
        const int Lives = 50;
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(8));
        var witnesses = await Task.WhenAll(LiveAndDieAsync("a", Lives, new Random(seed), timeout.Token), LiveAndDieAsync("b", Lives, new Random(seed + 1), timeout.Token));
        foreach (var witness in witnesses)
        {
            output.WriteLine($"{witness.Acknowledged} acknowledged, {witness.Restarts} accounts restarted");
            Assert.Empty(witness.Faults);
        }
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    async Task<Witness> LiveAndDieAsync(string name, int lives, Random random, CancellationToken cancellation)
    {
        var witness = new Witness(Path.Combine(_directory, $"{name}.db"), new BankOptions(Accounts: 16, InFlight: 4, FailEvery: 20));
        // On a slow disk it takes more lives until something has happened between the kills.
        for (var life = 0; life < lives || witness.Acknowledged < lives || witness.Restarts == 0; life++)
        {
            // Every fifth life may end before or during recovery, the others while deposits are under way.
            if (life % 5 == 0)
                await witness.LiveUntilAsync(TimeSpan.FromMilliseconds(random.Next(0, 600)), cancellation);
            else
                await witness.LiveAsync(TimeSpan.FromMilliseconds(random.NextDouble() * 200), cancellation);
        }

        await witness.LiveAsync(TimeSpan.Zero, cancellation);
        return witness;
    }
}
