using System.Diagnostics;
using LogosActors.Delivery.Archive;

namespace LogosActors.LoadTests.Archive;

/// <summary>Messages that an archive takes per second while it is filled, in batches of 5,000.</summary>
internal sealed class ArchiveInsertRow(FilledArchive filled) : Row
{
    public override string Name => $"{filled.Name} archive{Size(filled)}, inserts";

    /// <summary>How many messages there are, once it is known.</summary>
    public static string Size(FilledArchive filled) => filled.Count == 0 ? "" : $" of {Format.Figure(filled.Count)}";

    public override async Task<Outcome> MeasureAsync(Budget budget)
    {
        await filled.GetAsync(budget);
        return new(filled.Rate, "message/s", new Peer("raw inserts without an index", filled.RawRate), new Target.AtLeast(filled.Target));
    }
}

/// <summary>The slowest hundredth of some queries.</summary>
internal sealed class ArchiveQueryRow(
    FilledArchive filled, string what, double limit, Func<FilledArchive, Random, ArchiveQuery> query) : Row
{
    const int WarmUp = 50;

    public override string Name => $"{filled.Name}{ArchiveInsertRow.Size(filled)}, {what}";

    public override async Task<Outcome> MeasureAsync(Budget budget)
    {
        var archive = await filled.GetAsync(budget);
        var random = new Random(2);
        var count = budget == Budget.Quick ? 300 : 2_000;
        var times = new List<double>(count);
        for (var i = -WarmUp; i < count; i++)
        {
            var next = query(filled, random);
            var started = Stopwatch.GetTimestamp();
            if (await archive.QueryAsync(next) is null)
                throw new InvalidOperationException("A cursor is unknown.");
            if (i >= 0)
                times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        times.Sort();
        return new(times[count * 99 / 100], "ms, p99", new Peer("its median", times[count / 2]), new Target.AtMost(limit));
    }
}
