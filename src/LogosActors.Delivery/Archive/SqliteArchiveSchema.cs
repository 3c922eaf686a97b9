using SQLitePCL;

namespace LogosActors.Delivery.Archive;

/// <summary>The tables of a SQLite archive, and how they came to be what they are.</summary>
/// <remarks>
/// Messages lie in the order in which they came, which is nearly that of their times, so that what is written and what is
/// asked for together lies together. Topics are numbers, and the indices hold the first eight bytes of a hash instead of
/// its 32: an index entry takes some 25 bytes. The index by hash is not SQLite's to keep, see <see cref="SqliteHashIndex"/>.
/// </remarks>
static class SqliteArchiveSchema
{
    /// <summary>The newest schema that this code knows, kept in <c>PRAGMA user_version</c>.</summary>
    public static int Version => Steps.Length;

    // "LGAR" in ASCII, in PRAGMA application_id: whose file it is.
    const int ApplicationId = 0x4C474152;

    /// <summary>What leads from each version to the next; the first makes the tables. Steps are never changed, only added.</summary>
    public static readonly string[] Steps =
    [
        """
        CREATE TABLE pubsub_topics (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
        CREATE TABLE topics (
            id INTEGER PRIMARY KEY AUTOINCREMENT, pubsub INTEGER NOT NULL, content TEXT NOT NULL,
            UNIQUE (content, pubsub));
        CREATE TABLE messages (
            id INTEGER PRIMARY KEY,
            key INTEGER NOT NULL,
            pubsub INTEGER NOT NULL,
            topic INTEGER NOT NULL,
            time INTEGER NOT NULL,
            hash BLOB NOT NULL,
            has_timestamp INTEGER NOT NULL,
            version INTEGER NOT NULL,
            ephemeral INTEGER NOT NULL,
            payload BLOB NOT NULL,
            meta BLOB,
            proof BLOB);
        CREATE INDEX messages_by_time ON messages (pubsub, time, key);
        CREATE INDEX messages_by_topic ON messages (topic, time, key);
        CREATE TABLE hashes (key INTEGER NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (key, id)) WITHOUT ROWID;
        CREATE TABLE hash_slices (slice INTEGER PRIMARY KEY, indexed_to INTEGER NOT NULL);
        """,
        // Counting ten million rows takes a second; the number is kept instead.
        """
        CREATE TABLE totals (messages INTEGER NOT NULL);
        INSERT INTO totals SELECT count(*) FROM messages;
        """,
    ];

    /// <summary>Opens the connection that writes, making or migrating the tables.</summary>
    /// <exception cref="ArchiveException">A newer version wrote the file, or something else did; it was not changed.</exception>
    public static SqliteSession OpenWriter(SqliteArchiveOptions options)
    {
        var session = SqliteSession.Open(options.Path, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE, options.BusyTimeout);
        try
        {
            CheckOwner(session, options.Path);
            session.UseLog(options.SurvivesPowerCut, cacheKibibytes: 64 * 1024);
            if (session.QueryNumber("PRAGMA user_version") < Version)
                Migrate(session, options.Path);
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
    public static SqliteSession OpenReader(SqliteArchiveOptions options)
    {
        // Not SQLITE_OPEN_READONLY: the last connection to close would then leave the log behind.
        var session = SqliteSession.Open(options.Path, raw.SQLITE_OPEN_READWRITE, options.BusyTimeout);
        session.Execute($"PRAGMA query_only=1; PRAGMA cache_size=-{16 * 1024}; PRAGMA temp_store=MEMORY");
        return session;
    }

    static void CheckOwner(SqliteSession session, string path)
    {
        var version = session.QueryNumber("PRAGMA user_version");
        var isEmpty = session.QueryNumber("SELECT count(*) FROM sqlite_master") == 0;
        if (!isEmpty && session.QueryNumber("PRAGMA application_id") != ApplicationId)
            throw new ArchiveException(ArchiveFailure.Damaged, $"The file '{path}' is a database, but no archive of messages. Nothing was written.");
        if (version > Version)
        {
            throw new ArchiveException(
                ArchiveFailure.Newer,
                $"The archive '{path}' has schema version {version}, this program knows {Version}: run the newer program. Nothing was written.");
        }
    }

    static void Migrate(SqliteSession session, string path)
    {
        session.Execute("BEGIN IMMEDIATE");
        CheckOwner(session, path);
        for (var version = session.QueryNumber("PRAGMA user_version"); version < Version; version++)
            session.Execute(Steps[version]);
        session.Execute($"PRAGMA application_id={ApplicationId}; PRAGMA user_version={Version}; COMMIT");
    }
}
