namespace LogosActors.Samples.Resilience;

/// <summary>What is attacked, and how often.</summary>
/// <param name="ActorsOfEachKind">How many actors of each class are made to fail, in each process.</param>
/// <param name="Kills">How many times a process is killed, one process after the other.</param>
/// <param name="Settle">How long the flow is watched after each attack, at least.</param>
internal sealed record Scenario(int ActorsOfEachKind, int Kills, TimeSpan Settle)
{
    /// <summary>One actor of each class in both processes, and four kills: about two minutes.</summary>
    public static Scenario Full { get; } = new(1, 4, TimeSpan.FromSeconds(1));

    /// <summary>The same with less time in between.</summary>
    public static Scenario Quick { get; } = new(1, 2, TimeSpan.FromMilliseconds(200));

    /// <summary>Kills at random instants, and nothing else.</summary>
    public static Scenario OnlyKills(int kills) => new(0, kills, TimeSpan.Zero);
}
