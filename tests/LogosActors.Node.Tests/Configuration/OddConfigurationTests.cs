using System.Globalization;
using LogosActors.Tests;
using Xunit.Abstractions;

namespace LogosActors.Node.Tests.Configuration;

/// <summary>Alone in the process: a configuration may name files by relative paths.</summary>
[CollectionDefinition(nameof(OddConfigurationTests), DisableParallelization = true)]
public sealed class OddConfigurationCollection;

[Collection(nameof(OddConfigurationTests))]
public sealed class OddConfigurationTests : IDisposable
{
    const string Started = "Node setup complete";

    // What a configuration can end in (docs/node.md): the command line, the configuration, the key, an address, or data.
    static readonly int[] Refusals = [2, 3, 4, 5, 9];

    readonly ITestOutputHelper _output;
    readonly string _before = Directory.GetCurrentDirectory();
    readonly string _directory = Directory.CreateTempSubdirectory("logos-").FullName;

    public OddConfigurationTests(ITestOutputHelper output)
    {
        _output = output;
        Directory.SetCurrentDirectory(Directory.CreateDirectory(Path.Combine(_directory, "here")).FullName);
    }

    public void Dispose()
    {
        Directory.SetCurrentDirectory(_before);
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Every_configuration_runs_or_ends_in_a_documented_code_and_a_line_that_names_the_setting()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("LOGOS_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : Environment.TickCount & 0xFFFFFF;
        _output.WriteLine($"LOGOS_SEED={seed}");
        var configurations = new OddConfigurations(new Random(seed), _directory);
        var (count, failures, ends) = (Tier.Of(everyCommit: 300, full: 10_000), new List<string>(), new SortedDictionary<string, int>(StringComparer.Ordinal));
        for (var i = 0; i < count; i++)
        {
            var configuration = configurations.Next();
            var (end, problem) = await RunAsync(configuration);
            ends[end] = ends.GetValueOrDefault(end) + 1;
            if (problem is not null)
                failures.Add($"{problem}\n{configuration}");
        }

        _output.WriteLine($"{count} configurations: {string.Join(", ", ends.Select(end => $"{end.Value} {end.Key}"))}");
        Assert.True(failures.Count == 0, $"LOGOS_SEED={seed}: {failures.Count} of {count}\n\n{string.Join("\n\n", failures.Take(60))}");
        Assert.True(ends.GetValueOrDefault("started") >= 0.3 * count, $"LOGOS_SEED={seed}: too few configurations start to say anything about those that do");
    }

    /// <summary>Runs a node until it has started, and stops it.</summary>
    /// <returns>How it ended, and what is wrong with that; null: nothing.</returns>
    static async Task<(string End, string? Problem)> RunAsync(OddConfiguration configuration)
    {
        await using var run = CommandRun.Start([.. configuration.Arguments]);
        Task started = run.Output.WaitForAsync(Started, run.Exit);
        await started.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var exit = await run.StopAsync();
        var error = run.Error.Text;
        if (exit == 0 && started.IsCompletedSuccessfully)
            return ("started", null);
        if (!Refusals.Contains(exit))
            return ($"ended with {exit}", $"exit code {exit}: {error}");
        return ($"refused with {exit}", error.Split('\n').Any(line => configuration.Names.Any(name => line.Contains(name, StringComparison.Ordinal))) ? null : $"exit code {exit} names no setting: {error}");
    }
}
