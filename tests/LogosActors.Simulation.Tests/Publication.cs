using LogosActors.TestKit.Network;

namespace LogosActors.Simulations;

/// <summary>A message that was published, and how far it has come.</summary>
/// <param name="number">In its data.</param>
/// <param name="publisher">Who published it; not counted among those that it reached.</param>
/// <param name="topic">Where.</param>
/// <param name="at">When.</param>
sealed class Publication(int number, GossipNode publisher, string topic, TimeSpan at)
{
    readonly List<TimeSpan> _delays = [];

    public int Number => number;

    public GossipNode Publisher => publisher;

    public string Topic => topic;

    /// <summary>How many nodes have it.</summary>
    public int Reached => _delays.Count;

    /// <summary>How long the last of them has waited for it.</summary>
    public TimeSpan Slowest => _delays.Count > 0 ? _delays[^1] : TimeSpan.Zero;

    /// <summary>How many nodes had it in that time.</summary>
    public int ReachedWithin(TimeSpan time) => _delays.Count(delay => delay <= time);

    public void Note(TimeSpan now) => _delays.Add(now - at);
}
