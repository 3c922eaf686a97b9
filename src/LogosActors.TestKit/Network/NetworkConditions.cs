namespace LogosActors.TestKit.Network;

/// <summary>How a simulated network treats what is sent over it. Immutable; may be replaced while it runs.</summary>
public sealed record NetworkConditions
{
    /// <summary>How long a message is on its way.</summary>
    /// <value>Default <see cref="Latency.Internet"/>.</value>
    public Latency Latency { get; init; } = Latency.Internet;

    /// <summary>How likely a message is lost for good. A stream over TCP would repeat it; this is harder to bear.</summary>
    /// <remarks>Gossipsub expects streams that lose nothing: between few nodes, a subscription that was lost is never made good.</remarks>
    /// <value>Default 0. Range 0 – 1.</value>
    public double Loss { get; init => field = SimulationFaults.Probability(value, nameof(Loss)); }

    /// <summary>How likely a message does not wait for those that were sent before it.</summary>
    /// <value>Default 0. Range 0 – 1.</value>
    public double Reordering { get; init => field = SimulationFaults.Probability(value, nameof(Reordering)); }

    /// <summary>What a node can send, in bytes per second.</summary>
    /// <value>Default 0: without a limit.</value>
    public long Bandwidth { get; init; }

    /// <summary>How much may wait for a node's bandwidth before its connections accept no more, in time.</summary>
    /// <value>Default 200 ms.</value>
    public TimeSpan SendBuffer { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>After how much silence the end of a connection is noticed.</summary>
    /// <value>Default 10 s.</value>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>A distribution of one-way delays: log-normal around a median that each link has of its own.</summary>
/// <param name="LeastMedian">The median of the fastest link.</param>
/// <param name="MostMedian">The median of the slowest link.</param>
/// <param name="Sigma">How far single messages stray from the median; 0: not at all.</param>
public sealed record Latency(TimeSpan LeastMedian, TimeSpan MostMedian, double Sigma)
{
    /// <summary>Links of 10 – 100 ms whose slowest message in a hundred takes a quarter longer than the median.</summary>
    public static Latency Internet { get; } = new(TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(100), 0.1);

    /// <summary>The median of a new link.</summary>
    internal TimeSpan NextMedian(Random random) => LeastMedian + ((MostMedian - LeastMedian) * random.NextDouble());

    /// <summary>The delay of one message.</summary>
    internal TimeSpan Next(TimeSpan median, Random random)
    {
        if (Sigma == 0)
            return median;
        // Box and Muller's normal deviate.
        var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return median * Math.Exp(Sigma * normal);
    }
}
