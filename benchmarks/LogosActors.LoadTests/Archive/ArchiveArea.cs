namespace LogosActors.LoadTests.Archive;

/// <summary>Archives of messages: how fast they take them, and how long a page takes out of ten million.</summary>
internal static class ArchiveArea
{
    public static IEnumerable<Row> Rows() => new[] { FilledArchive.Sqlite(), FilledArchive.Postgres() }.SelectMany(Rows);

    static IEnumerable<Row> Rows(FilledArchive archive) =>
    [
        new ArchiveInsertRow(archive),
        new ArchiveQueryRow(archive, "page of 100, frequent topic", limit: 10, (filled, random) => filled.Page(random, FilledArchive.Frequent)),
        new ArchiveQueryRow(archive, "page of 100, rare topic", limit: 10, (filled, random) => filled.Page(random, FilledArchive.Rare)),
        new ArchiveQueryRow(archive, "page of 100, ten topics", limit: 10, (filled, random) => filled.Page(random, FilledArchive.Ten)),
        new ArchiveQueryRow(archive, "page of 100, any topic", limit: 10, (filled, random) => filled.Page(random, [])),
        new ArchiveQueryRow(archive, "presence of 100", limit: 5, (filled, random) => filled.Presence(random)),
    ];
}
