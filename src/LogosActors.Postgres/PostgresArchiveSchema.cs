using LogosActors.Delivery.Archive;
using Npgsql;

namespace LogosActors.Postgres;

/// <summary>The tables of a PostgreSQL archive, and how they came to be what they are.</summary>
/// <remarks>
/// The numbers of topics are the first eight bytes of SHA-256 of their names, so that nobody asks for them; the names are
/// compared as well. Names are bytes, because a content topic may hold a zero, which <c>text</c> may not. A key is the first
/// eight bytes of a hash: indices that hold it instead are written a third faster.
/// </remarks>
static class PostgresArchiveSchema
{
    /// <summary>The newest schema that this code knows, kept in the table <c>logos_schema</c>.</summary>
    public static int Version => Steps.Length;

    /// <summary>What leads from each version to the next; the first makes the tables. Steps are never changed, only added.</summary>
    public static readonly string[] Steps =
    [
        """
        CREATE TABLE archive_pubsub_topics (id bigint NOT NULL PRIMARY KEY, name bytea NOT NULL);
        CREATE TABLE archive_messages (
            time bigint NOT NULL,
            hash bytea NOT NULL,
            key bigint NOT NULL,
            pubsub bigint NOT NULL,
            topic bigint NOT NULL,
            content bytea NOT NULL,
            has_timestamp boolean NOT NULL,
            version bigint NOT NULL,
            ephemeral boolean NOT NULL,
            payload bytea NOT NULL,
            meta bytea NOT NULL,
            proof bytea NOT NULL,
            PRIMARY KEY (pubsub, time, hash)) PARTITION BY RANGE (time);
        CREATE INDEX archive_messages_by_topic ON archive_messages (topic, time, key);
        CREATE INDEX archive_messages_by_key ON archive_messages (key);
        CREATE TABLE archive_messages_default PARTITION OF archive_messages DEFAULT;
        """,
        // Counting ten million rows takes a second. Each append adds a line, for a number that all wrote would make them wait.
        """
        CREATE TABLE archive_counts (partition oid NOT NULL, messages bigint NOT NULL);
        INSERT INTO archive_counts SELECT tableoid, count(*) FROM archive_messages GROUP BY tableoid;
        """,
    ];

    // "logos" in ASCII, the same in every process: two that make tables at once would collide.
    const long CreationLock = 0x6C_6F_67_6F_73;

    /// <summary>The advisory lock under which messages of unknown time are looked for: "archive" in ASCII.</summary>
    public const long UntimedLock = 0x61_72_63_68_69_76_65;

    /// <summary>Makes or migrates the tables.</summary>
    /// <exception cref="ArchiveException">The tables are of a newer version; nothing was changed.</exception>
    public static async Task PrepareAsync(PostgresArchiveDatabase database, NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (await ReadVersionAsync(database, connection, cancellation).ConfigureAwait(false) == Version)
            return;
        await using var transaction = await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
        await ExecuteAsync(connection, $"SELECT pg_advisory_xact_lock({CreationLock})", cancellation).ConfigureAwait(false);
        for (var version = await ReadVersionAsync(database, connection, cancellation).ConfigureAwait(false); version < Version; version++)
            await ExecuteAsync(connection, Steps[version], cancellation).ConfigureAwait(false);
        await ExecuteAsync(
            connection,
            $"""
            CREATE TABLE IF NOT EXISTS logos_schema (component varchar(64) NOT NULL PRIMARY KEY, version int NOT NULL);
            INSERT INTO logos_schema (component, version) VALUES ('archive', {Version})
                ON CONFLICT (component) DO UPDATE SET version = excluded.version;
            """,
            cancellation).ConfigureAwait(false);
        await transaction.CommitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Runs the archive's own SQL, which takes no parameters.</summary>
    public static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
#pragma warning disable CA2100 // Nothing of it comes from outside.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }

    static async Task<int> ReadVersionAsync(PostgresArchiveDatabase database, NpgsqlConnection connection, CancellationToken cancellation)
    {
        // Not to_regclass: within a transaction it goes on saying that a table is missing which somebody made meanwhile.
        await using var exists = new NpgsqlCommand(
            "SELECT EXISTS (SELECT FROM pg_class WHERE relname = 'logos_schema' AND pg_table_is_visible(oid))", connection);
        if (await exists.ExecuteScalarAsync(cancellation).ConfigureAwait(false) is not true)
            return 0;
        await using var query = new NpgsqlCommand("SELECT version FROM logos_schema WHERE component = 'archive'", connection);
        var version = await query.ExecuteScalarAsync(cancellation).ConfigureAwait(false) as int? ?? 0;
        return version > Version ? throw database.Newer(version, Version) : version;
    }
}
