using SQLitePCL;

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

    // Pages of 4 KiB in the log before they are moved to the database: 32 MiB. The default of 1,000 would move the same
    // index pages several times a second.
    const int CheckpointPages = 8_000;

    /// <summary>Opens the connection that writes, creating what is missing.</summary>
    /// <exception cref="NewerJournalException">A newer version wrote the file; it was not changed.</exception>
    public static SqliteSession OpenWriter(SqliteJournalOptions options)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(options.Path)!);
        var session = SqliteSession.Open(options.Path, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE, options.BusyTimeout);
        try
        {
            var version = session.QueryNumber("PRAGMA user_version");
            CheckVersion(version, options.Path);
            session.Execute($"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint={CheckpointPages}; "
                + "PRAGMA cache_size=-32768; PRAGMA temp_store=MEMORY");
            if (version < Version)
                Create(session, options.Path);
            if (options.Fault?.Invoke() is { } fault)
                session.Execute(fault);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Opens a connection that only reads a file that the writer has prepared.</summary>
    public static SqliteSession OpenReader(SqliteJournalOptions options)
    {
        // Not SQLITE_OPEN_READONLY: the last connection to close would then leave the log behind.
        var session = SqliteSession.Open(options.Path, raw.SQLITE_OPEN_READWRITE, options.BusyTimeout);
        session.Execute("PRAGMA query_only=1; PRAGMA cache_size=-8192");
        return session;
    }

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
