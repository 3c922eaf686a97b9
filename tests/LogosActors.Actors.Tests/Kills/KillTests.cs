using LogosActors.Tests;
using Xunit.Abstractions;

namespace LogosActors.Actors.Tests.Kills;

/// <summary>A process with persistent actors under load, killed with SIGKILL at random instants.</summary>
public sealed class KillTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_process_killed_at_random_instants_loses_no_acknowledged_event_and_doubles_none()
    {
        var lives = Environment.GetEnvironmentVariable("LOGOS_FULL") is "1" ? 100 : 10;
        var seed = int.TryParse(Environment.GetEnvironmentVariable("LOGOS_SEED"), out var given) ? given : Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(15));
        using var folder = new TemporaryFolder();
        var witness = new Witness(folder["bank.db"], accounts: 16, inFlight: 4, failEvery: 12);
        // On a machine that is busy it takes more lives until something has happened between the kills.
        for (var life = 0; life < lives || witness.Acknowledged < lives || witness.Restarts == 0; life++)
        {
            // Every fifth life may end before or during recovery, the others while deposits are under way.
            if (life % 5 == 4)
                await witness.LiveUntilAsync(TimeSpan.FromMilliseconds(random.Next(200, 2_000)), timeout.Token);
            else
                await witness.LiveAsync(TimeSpan.FromMilliseconds(random.NextDouble() * 600), timeout.Token);
        }
        await witness.LiveAsync(TimeSpan.Zero, timeout.Token);
        output.WriteLine($"{witness.Acknowledged} acknowledged, {witness.Restarts} accounts restarted");
        Assert.Empty(witness.Faults);
    }
}
