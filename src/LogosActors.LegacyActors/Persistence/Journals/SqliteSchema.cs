namespace LogosActors.Actors.Persistence.Journals;

/// <summary>The tables of Akka.Persistence.Sql 1.5's default mapping, as its SQLite provider creates them.</summary>
/// <remarks>
/// A file that Akka created is adopted; one that is created here is readable there. Akka's indexes on the
/// journal's <c>created</c> and <c>sequence_number</c> are left out: no query of either host reads them, and they cost a good
/// part of the write rate; Akka adds them itself when it opens the tables.
/// </remarks>
static class SqliteSchema
{
    /// <summary>The newest schema that this code knows, kept in <c>PRAGMA user_version</c> (0 in a file of Akka's).</summary>
    public const int Version = 1;

    const string Tables = """
        CREATE TABLE IF NOT EXISTS journal (
            ordering INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
            created BigInt NOT NULL,
            deleted Bit NOT NULL,
            persistence_id NVarChar(255) NOT NULL,
            sequence_number BigInt NOT NULL,
            message VarBinary NOT NULL,
            manifest NVarChar(500) NULL,
            identifier INTEGER NULL,
            writer_uuid NVarChar(128) NULL);
        CREATE UNIQUE INDEX IF NOT EXISTS journal_uq ON journal (persistence_id, sequence_number);
        CREATE TABLE IF NOT EXISTS tags (
            ordering_id INTEGER NOT NULL,
            tag NVarChar(64) NOT NULL,
            sequence_nr INTEGER NOT NULL,
            persistence_id NVarChar(255) NOT NULL,
            CONSTRAINT PK_tags PRIMARY KEY (ordering_id, tag));
        CREATE INDEX IF NOT EXISTS tags_persistence_id_sequence_nr_idx ON tags (persistence_id, sequence_nr);
        CREATE INDEX IF NOT EXISTS tags_tag_idx ON tags (tag);
        CREATE TABLE IF NOT EXISTS snapshot (
            persistence_id NVarChar(255) NOT NULL,
            sequence_number BigInt NOT NULL,
            created BigInt NOT NULL,
            snapshot VarBinary NULL,
            manifest NVarChar(500) NULL,
            serializer_id INTEGER NULL,
            CONSTRAINT PK_snapshot PRIMARY KEY (persistence_id, sequence_number));
        CREATE INDEX IF NOT EXISTS snapshot_sequence_number_idx ON snapshot (sequence_number);
        CREATE INDEX IF NOT EXISTS snapshot_created_idx ON snapshot (created);
        """;

    /// <summary>Opens the connection that writes, creating what is missing.</summary>
    /// <exception cref="NewerJournalException">A newer version wrote the file; it was not changed.</exception>
    public static SqliteSession OpenWriter(SqliteJournalOptions options) => SqliteSession.OpenWriter(options.Path, options.BusyTimeout, session =>
    {
        var version = session.QueryNumber("PRAGMA user_version");
        CheckVersion(version, options.Path);
        session.UseLog(survivesPowerCut: true, cacheKibibytes: 32 * 1024);
        if (version < Version)
            Create(session, options.Path);
        if (options.Fault?.Invoke() is { } fault)
            session.Execute(fault);
    });

    /// <summary>Opens a connection that only reads a file that the writer has prepared.</summary>
    public static SqliteSession OpenReader(SqliteJournalOptions options) =>
        SqliteSession.OpenReader(options.Path, options.BusyTimeout, cacheKibibytes: 8 * 1024);

    /// <exception cref="NewerJournalException">The version is newer than this code.</exception>
    public static void CheckVersion(long version, string path)
    {
        if (version > Version)
            throw new NewerJournalException(
                $"The journal '{path}' has schema version {version}, this program knows {Version}: "
                + "run the newer program. Nothing was written.");
    }

    static void Create(SqliteSession session, string path)
    {
        session.Execute("BEGIN IMMEDIATE");
        CheckVersion(session.QueryNumber("PRAGMA user_version"), path);
        session.Execute(Tables);
        session.Execute($"PRAGMA user_version={Version}");
        session.Execute("COMMIT");
    }
}
