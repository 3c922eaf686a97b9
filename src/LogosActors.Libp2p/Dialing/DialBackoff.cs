namespace LogosActors.Libp2p.Dialing;

/// <summary>How long a kept peer is left alone before it is dialed again. Pure.</summary>
public static class DialBackoff
{
    /// <summary>The longest wait after one failure.</summary>
    public static readonly TimeSpan Min = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait at all.</summary>
    /// <value>5 min (go-libp2p <c>BackoffMax</c>).</value>
    public static readonly TimeSpan Max = TimeSpan.FromMinutes(5);

    /// <summary>How long a connection must live for earlier failures to be forgotten: a peer that hangs up at once is no better than one
    /// that does not answer.</summary>
    public static readonly TimeSpan ResetAfter = TimeSpan.FromSeconds(30);

    /// <summary>The wait after a number of failures: doubled with each, between half of it and all of it at random, so that a crowd
    /// that lost one peer does not come back as one.</summary>
    /// <param name="failures">0 or more.</param>
    /// <param name="random">0 – 1.</param>
    public static TimeSpan After(int failures, double random) =>
        TimeSpan.FromTicks((long)(Math.Min(Max.Ticks, Min.Ticks * Math.Pow(2, Math.Min(failures, 30))) * (0.5 + (random / 2))));
}
