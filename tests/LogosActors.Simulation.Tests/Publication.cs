namespace LogosActors.Simulation.Tests;

/// <summary>A message that was published, and how far it has come.</summary>
/// <param name="number">In its data.</param>
/// <param name="publisher">Who published it; not counted among those that it reached.</param>
/// <param name="topic">Where.</param>
/// <param name="at">When.</param>
sealed class Publication(int number, SimulatedNode publisher, string topic, TimeSpan at)
{
    public int Number => number;

    public SimulatedNode Publisher => publisher;

    public string Topic => topic;

    /// <summary>How many nodes have it.</summary>
    public int Reached { get; private set; }

    /// <summary>How long the last of them has waited for it.</summary>
    public TimeSpan Slowest { get; private set; }

    public void Note(TimeSpan now)
    {
        Reached++;
        Slowest = now - at;
    }
}
