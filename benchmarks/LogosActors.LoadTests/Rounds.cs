using System.Diagnostics;

namespace LogosActors.LoadTests;

/// <summary>Something that can be done many times; does its set-up outside the time that it reports.</summary>
/// <param name="operations">How often.</param>
/// <returns>How long it took.</returns>
internal delegate Task<TimeSpan> Load(int operations);

/// <summary>Measures loads in short rounds, on a machine that others use too.</summary>
internal static class Rounds
{
    const int FirstTry = 1_000;

    /// <summary>The best rate, in operations per second: other work on the machine only ever slows a round down.</summary>
    /// <param name="budget">How much time to take.</param>
    /// <param name="limit">The most operations of one round, where they cost memory.</param>
    /// <param name="load">What to measure.</param>
    public static async Task<double> BestAsync(Budget budget, int limit, Load load)
    {
        var operations = await WarmUpAsync(budget, limit, load);
        var best = 0.0;
        for (var round = 0; round < budget.Rounds; round++)
            best = Math.Max(best, await RateAsync(load, operations));
        return best;
    }

    /// <summary>The rates of a load and of its ceiling, in turns, from the round whose ratio is the median.</summary>
    /// <remarks>Not the best of each: two threads that happen not to run at the same time do not contend, so the best
    /// round of one load may be a stroke of luck that the other did not have.</remarks>
    public static async Task<(double Ours, double Ceiling)> PairAsync(Budget budget, int limit, Load ours, Load ceiling)
    {
        var operations = await WarmUpAsync(budget, limit, ours);
        var ceilingOperations = await WarmUpAsync(budget, limit, ceiling);
        var pairs = new List<(double Ours, double Ceiling)>();
        for (var round = 0; round < budget.Rounds; round++)
            pairs.Add((await RateAsync(ours, operations), await RateAsync(ceiling, ceilingOperations)));
        return pairs.OrderBy(pair => pair.Ours / pair.Ceiling).ElementAt(pairs.Count / 2);
    }

    static async Task<double> RateAsync(Load load, int operations) => operations / (await load(operations)).TotalSeconds;

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
