using System.Diagnostics;

namespace LogosActors.Samples.Resilience;

/// <summary>Measures the pauses in a flow of messages. For any number of threads.</summary>
internal sealed class Pulse
{
    readonly Lock _gate = new();
    long _last = Stopwatch.GetTimestamp();
    TimeSpan _longest;
    int _beats;

    /// <summary>A message has come.</summary>
    public void Beat()
    {
        lock (_gate)
        {
            var now = Stopwatch.GetTimestamp();
            _longest = TimeSpan.FromTicks(Math.Max(_longest.Ticks, Stopwatch.GetElapsedTime(_last, now).Ticks));
            (_last, _beats) = (now, _beats + 1);
        }
    }

    /// <summary>Begins to measure.</summary>
    public void Restart()
    {
        lock (_gate)
            (_last, _longest, _beats) = (Stopwatch.GetTimestamp(), TimeSpan.Zero, 0);
    }

    /// <summary>How many messages came since then, and the longest time without one.</summary>
    public (int Beats, TimeSpan Longest) Read()
    {
        lock (_gate)
            return (_beats, TimeSpan.FromTicks(Math.Max(_longest.Ticks, Stopwatch.GetElapsedTime(_last).Ticks)));
    }
}
