namespace LogosActors.Delivery.Health;

/// <summary>A level that rises at once and sinks only when it has been lower for a time: the highest one of that time. Pure.</summary>
internal sealed class SteadyLevel
{
    /// <summary>How long a level must be lower before that is raised.</summary>
    /// <value>10 s, ten heartbeats of gossipsub (11/WAKU2-RELAY): a mesh that has lost a peer is mended by then, if there are others.</value>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    readonly TimeSpan?[] _lastReached;

    /// <param name="levels">How many levels there are, from 0.</param>
    /// <param name="initial">The level at the start.</param>
    /// <param name="now">Any clock that never goes back.</param>
    public SteadyLevel(int levels, int initial, TimeSpan now)
    {
        _lastReached = new TimeSpan?[levels];
        Observe(initial, now);
    }

    /// <summary>Takes the current level, and returns the one to raise.</summary>
    public int Observe(int level, TimeSpan now)
    {
        for (var reached = 0; reached <= level; reached++)
            _lastReached[reached] = now;
        for (var told = _lastReached.Length - 1; told > level; told--)
        {
            if (now - _lastReached[told] < Patience)
                return told;
        }
        return level;
    }
}
