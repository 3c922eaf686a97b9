using System.Globalization;
using LogosActors.Tests;
using Xunit.Abstractions;

namespace LogosActors.Channels.Tests.Sds.Simulation;

/// <summary>What holds for every channel, whatever its network and its participants do.</summary>
/// <remarks><c>LOGOS_SEEDS</c> says how many seeds are tried, <c>LOGOS_SEED</c> runs one.</remarks>
public sealed class SdsConvergenceTests(ITestOutputHelper output)
{
    [Fact]
    public void Every_message_arrives_once_and_in_causal_order_at_everybody_or_its_sender_is_told_that_it_may_not()
    {
        if (Number("LOGOS_SEED") is { } seed)
        {
            output.WriteLine($"Converged after {new SdsSimulation(seed).Run()} ms.");
            return;
        }
        var failures = new List<string>();
        var times = new List<long>();
        for (var i = 0; i < Tier.Of(1_000, full: 10_000); i++)
        {
            try
            {
                times.Add(new SdsSimulation(i).Run());
            }
            catch (Exception failure)
            {
                failures.Add($"LOGOS_SEED={i}: {failure}");
            }
        }
        times.Sort();
        if (times.Count > 0)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{times.Count} seeds converged; virtual ms: median {times[times.Count / 2]}, 90 % {times[times.Count * 9 / 10]}, 99 % {times[times.Count * 99 / 100]}, most {times[^1]}."));
        }
        Assert.True(failures.Count == 0, $"{failures.Count} seeds failed.\n{string.Join('\n', failures.Take(5))}");
    }

    static int? Number(string variable) => int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;
}
