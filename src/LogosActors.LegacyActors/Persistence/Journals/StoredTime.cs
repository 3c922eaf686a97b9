namespace LogosActors.Actors.Persistence.Journals;

/// <summary>Times as the tables hold them: ticks of 100 ns since the year 1, UTC, as Akka.Persistence.Sql writes them.</summary>
static class StoredTime
{
    /// <summary>Reads a stored time; one out of range, which only damage leaves behind, is held to the range.</summary>
    public static DateTimeOffset FromTicks(long ticks)
        => new(Math.Clamp(ticks, DateTimeOffset.MinValue.Ticks, DateTimeOffset.MaxValue.Ticks), TimeSpan.Zero);
}
