using System.Globalization;

namespace LogosActors.Tests;

/// <summary>How much a test runs: a part at every commit, all of it with <c>tests/run --full</c> (<c>LOGOS_FULL=1</c>).</summary>
internal static class Tier
{
    /// <summary>Whether everything runs.</summary>
    public static bool IsFull { get; } = string.Equals(Environment.GetEnvironmentVariable("LOGOS_FULL"), "1", StringComparison.Ordinal);

    /// <summary>A number of seeds, inputs or rounds; <c>LOGOS_SEEDS</c> overrides both.</summary>
    public static int Of(int everyCommit, int full) =>
        int.TryParse(Environment.GetEnvironmentVariable("LOGOS_SEEDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var chosen)
            ? chosen
            : IsFull ? full : everyCommit;
}
