using System.Diagnostics;

namespace LogosActors.LoadTests;

/// <summary>Something that can be done many times; does its set-up outside the time that it reports.</summary>
/// <param name="operations">How often.</param>
/// <returns>How long it took.</returns>
internal delegate Task<TimeSpan> Load(int operations);

/// <summary>Measures loads against each other, round by round, so that noise of the machine meets all of them.</summary>
internal static class Rounds
{
    const int FirstTry = 1_000;

    /// <summary>The best rate of each load, in operations per second.</summary>
    /// <param name="budget">How much time to take.</param>
    /// <param name="limit">The most operations of one round, where they cost memory.</param>
    /// <param name="loads">Ours first, then what it is compared with.</param>
    public static async Task<double[]> BestAsync(Budget budget, int limit, params Load[] loads)
    {
        var operations = new int[loads.Length];
        for (var i = 0; i < loads.Length; i++)
            operations[i] = await WarmUpAsync(budget, limit, loads[i]);
        var best = new double[loads.Length];
        for (var round = 0; round < budget.Rounds; round++)
        {
            for (var i = 0; i < loads.Length; i++)
                best[i] = Math.Max(best[i], operations[i] / (await loads[i](operations[i])).TotalSeconds);
        }

        return best;
    }

    /// <summary>Runs the load until it is warm. Returns how many operations fill a round.</summary>
    static async Task<int> WarmUpAsync(Budget budget, int limit, Load load)
    {
        var operations = Math.Min(FirstTry, limit);
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var elapsed = await load(operations);
            // Grows by at most ten at once: the first tries run code that has not been optimised.
            var factor = Math.Clamp(budget.Round / elapsed, 0.1, 10);
            operations = (int)Math.Clamp(operations * factor, Math.Min(FirstTry, limit), limit);
            if (Stopwatch.GetElapsedTime(started) > budget.WarmUp)
                return operations;
        }
    }
}
