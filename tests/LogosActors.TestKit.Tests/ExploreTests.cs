namespace LogosActors.TestKit.Tests;

[CollectionDefinition(nameof(EnvironmentCollection), DisableParallelization = true)]
public sealed class EnvironmentCollection;

/// <summary>Changes an environment variable that other tests read.</summary>
[Collection(nameof(EnvironmentCollection))]
public sealed class ExploreTests
{
    [Fact]
    public void Each_seed_is_run_once()
    {
        var seeds = new List<int>();
        Simulation.Explore(5, simulation => seeds.Add(simulation.Seed));
        Assert.Equal([0, 1, 2, 3, 4], seeds);
    }

    [Fact]
    public void A_failure_names_its_seed_and_how_to_replay_it()
    {
        var failure = Assert.Throws<SimulationFailedException>(() => Simulation.Explore(10, simulation => Assert.NotEqual(3, simulation.Seed)));

        Assert.Equal(3, failure.Seed);
        Assert.Contains("LOGOS_SEED=3", failure.Message, StringComparison.Ordinal);
        Assert.IsAssignableFrom<Xunit.Sdk.XunitException>(failure.InnerException);
    }

    [Fact]
    public void An_asynchronous_scenario_runs_in_virtual_time()
    {
        var ended = 0;
        Simulation.Explore(3, async simulation =>
        {
            await Task.Delay(TimeSpan.FromHours(1), simulation.Time);
            ended++;
        });
        Assert.Equal(3, ended);
    }

    [Fact]
    public void The_environment_replays_one_seed_and_decides_the_default()
    {
        var seeds = new List<int>();
        Environment.SetEnvironmentVariable(Simulation.SeedVariable, "42");
        try
        {
            Simulation.Explore(10, simulation => seeds.Add(simulation.Seed));
            using var simulation = new Simulation();
            seeds.Add(simulation.Seed);
            Environment.SetEnvironmentVariable(Simulation.SeedVariable, "many");
            Assert.Throws<FormatException>(() => Simulation.Explore(10, _ => { }));
        }
        finally
        {
            Environment.SetEnvironmentVariable(Simulation.SeedVariable, null);
        }

        Assert.Equal([42, 42], seeds);
    }

    [Fact]
    public void A_random_seed_is_told()
    {
        string? told = null;
        using var simulation = new Simulation(new SimulationOptions { Output = text => told = text });
        Assert.Contains($"LOGOS_SEED={simulation.Seed}", told, StringComparison.Ordinal);
    }
}
