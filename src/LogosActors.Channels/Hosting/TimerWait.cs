namespace LogosActors.Channels.Hosting;

/// <summary>How long a timer of a channel waits for a time: the clock may jump, and it looks again once a day.</summary>
internal static class TimerWait
{
    static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);
    static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>The wait, from 1 ms to a day.</summary>
    public static TimeSpan Of(TimeSpan wait) => wait < Shortest ? Shortest : wait < Longest ? wait : Longest;
}
