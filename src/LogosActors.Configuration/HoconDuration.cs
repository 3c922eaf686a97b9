using System.Collections.Frozen;

namespace LogosActors.Configuration;

/// <summary>Durations as HOCON writes them: a number and <c>ns</c>, <c>us</c>, <c>ms</c>, <c>s</c>, <c>m</c>, <c>h</c> or <c>d</c>, or a long name such as <c>minutes</c>.</summary>
public static class HoconDuration
{
    const string Accepts = "a duration such as 5s or 100 ms";

    static readonly FrozenDictionary<string, decimal> Ticks = new (decimal Ticks, string[] Names)[]
    {
        (0.01m, ["ns", "nano", "nanos", "nanosecond", "nanoseconds"]),
        (TimeSpan.TicksPerMicrosecond, ["us", "micro", "micros", "microsecond", "microseconds"]),
        (TimeSpan.TicksPerMillisecond, ["", "ms", "milli", "millis", "millisecond", "milliseconds"]),
        (TimeSpan.TicksPerSecond, ["s", "second", "seconds"]),
        (TimeSpan.TicksPerMinute, ["m", "minute", "minutes"]),
        (TimeSpan.TicksPerHour, ["h", "hour", "hours"]),
        (TimeSpan.TicksPerDay, ["d", "day", "days"]),
    }.SelectMany(unit => unit.Names, (unit, name) => (name, unit.Ticks)).ToFrozenDictionary(u => u.name, u => u.Ticks, StringComparer.Ordinal);

    /// <summary>Reads a duration; a number without unit is in milliseconds.</summary>
    /// <param name="text">The text, for example <c>1.5 s</c>. Unit names are lower case.</param>
    /// <param name="duration">The duration, rounded to 100 ns.</param>
    /// <returns>Whether the text is a duration that a <see cref="TimeSpan"/> can hold.</returns>
    public static bool TryParse(string? text, out TimeSpan duration)
    {
        duration = default;
        if (!UnitNumber.TryParse(text, out var number, out var unit) || !Ticks.TryGetValue(unit, out var factor)
            || !UnitNumber.TryScale(number, factor, out var ticks))
        {
            return false;
        }
        duration = new TimeSpan(ticks);
        return true;
    }

    /// <summary>Reads a duration.</summary>
    /// <param name="text">The text, for example <c>1.5 s</c>.</param>
    /// <returns>The duration.</returns>
    /// <exception cref="FormatException">The text is not a duration.</exception>
    public static TimeSpan Parse(string text) =>
        TryParse(text, out var duration) ? duration : throw new FormatException($"'{text}' is not {Accepts}.");

    /// <summary>Writes a duration in the largest unit that needs no fraction: <c>5 s</c>.</summary>
    /// <param name="duration">The duration.</param>
    /// <returns>A text that <see cref="Parse"/> reads back.</returns>
    public static string Format(TimeSpan duration)
    {
        var ticks = duration.Ticks;
        return ticks switch
        {
            0 => "0 s",
            _ when ticks % TimeSpan.TicksPerDay == 0 => $"{ticks / TimeSpan.TicksPerDay} d",
            _ when ticks % TimeSpan.TicksPerHour == 0 => $"{ticks / TimeSpan.TicksPerHour} h",
            _ when ticks % TimeSpan.TicksPerMinute == 0 => $"{ticks / TimeSpan.TicksPerMinute} m",
            _ when ticks % TimeSpan.TicksPerSecond == 0 => $"{ticks / TimeSpan.TicksPerSecond} s",
            _ when ticks % TimeSpan.TicksPerMillisecond == 0 => $"{ticks / TimeSpan.TicksPerMillisecond} ms",
            _ when ticks % TimeSpan.TicksPerMicrosecond == 0 => $"{ticks / TimeSpan.TicksPerMicrosecond} us",
            _ => $"{(decimal)ticks * 100} ns",
        };
    }
}
