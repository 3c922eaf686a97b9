namespace LogosActors.Simulation.Tests;

/// <summary>How a simulated network treats what is sent over it. Immutable; may be replaced while it runs.</summary>
sealed record NetworkConditions
{
    /// <summary>How long an RPC is on its way.</summary>
    public Latency Latency { get; init; } = Latency.Internet;

    /// <summary>How likely an RPC is lost for good. A stream over TCP would repeat it; this is harder to bear.</summary>
    public double Loss { get; init; }

    /// <summary>How likely an RPC does not wait for those that were sent before it.</summary>
    public double Reordering { get; init; }

    /// <summary>What a node can send, in bytes per second; 0: as much as it likes.</summary>
    public long Bandwidth { get; init; }

    /// <summary>How much may wait for a node's bandwidth before its links take no more, in time.</summary>
    public TimeSpan SendBuffer { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>After how much silence the end of a connection is noticed.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>A distribution of one-way delays: log-normal around a median that each link has of its own.</summary>
/// <param name="LeastMedian">The median of the fastest link.</param>
/// <param name="MostMedian">The median of the slowest link.</param>
/// <param name="Sigma">How far single RPCs stray from the median; 0: not at all.</param>
sealed record Latency(TimeSpan LeastMedian, TimeSpan MostMedian, double Sigma)
{
    /// <summary>Links of 10 – 100 ms whose slowest RPC in a hundred takes a quarter longer than the median.</summary>
    public static Latency Internet { get; } = new(TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(100), 0.1);

    /// <summary>The median of a new link.</summary>
    public TimeSpan NextMedian(Random random) => LeastMedian + ((MostMedian - LeastMedian) * random.NextDouble());

    /// <summary>The delay of one RPC.</summary>
    public TimeSpan Next(TimeSpan median, Random random)
    {
        if (Sigma == 0)
            return median;
        // Box and Muller's normal deviate.
        var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return median * Math.Exp(Sigma * normal);
    }
}
