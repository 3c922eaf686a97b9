using Npgsql;

namespace LogosActors.Actors.Persistence.Journals;

/// <summary>A PostgreSQL database with the journal's tables: connections, schema, and errors in the journal's words.</summary>
sealed class PostgresDatabase : IAsyncDisposable
{
    // A plan that was made while the table was empty would scan it for ever after.
    const string Settings = "SET synchronous_commit = on; SET enable_seqscan = off";

    readonly NpgsqlDataSource _source;
    readonly SemaphoreSlim _readers;
    readonly int _maxReaders;
    readonly SemaphoreSlim _preparing = new(1);
    readonly string _name;
    volatile bool _prepared;

    public PostgresDatabase(PostgresJournalOptions options)
    {
        (_source, _name) = PostgresSource.Create(
            options.ConnectionString, options.MaxWriters + options.MaxReaders, options.CommandTimeout, maxPrepared: 20, Settings);
        _maxReaders = options.MaxReaders;
        _readers = new SemaphoreSlim(_maxReaders);
    }

    /// <summary>Creates the tables when needed.</summary>
    /// <exception cref="NewerJournalException">A newer version wrote them; nothing was changed.</exception>
    public async ValueTask PrepareAsync(CancellationToken cancellation)
    {
        if (_prepared)
            return;
        await _preparing.WaitAsync(cancellation);
        try
        {
            if (_prepared)
                return;
            await using var connection = await _source.OpenConnectionAsync(cancellation);
            await PostgresSchema.PrepareAsync(connection, _name, cancellation);
            _prepared = true;
        }
        catch (Exception e) when (IsFailure(e))
        {
            throw Explain(e);
        }
        finally
        {
            _preparing.Release();
        }
    }

    /// <summary>Opens a connection that the caller keeps.</summary>
    public ValueTask<NpgsqlConnection> OpenWriterAsync() => _source.OpenConnectionAsync();

    /// <summary>Runs one short piece of work on a connection of the pool.</summary>
    public async ValueTask<T> RunAsync<T>(Func<NpgsqlConnection, ValueTask<T>> work, CancellationToken cancellation)
    {
        await PrepareAsync(cancellation);
        await _readers.WaitAsync(cancellation);
        try
        {
            await using var connection = await _source.OpenConnectionAsync(cancellation);
            return await work(connection);
        }
        catch (Exception e) when (IsFailure(e))
        {
            throw Explain(e);
        }
        finally
        {
            _readers.Release();
        }
    }

    /// <summary>Whether an exception says that the database did not do what was asked.</summary>
    public static bool IsFailure(Exception e)
        => e is NpgsqlException or IOException or TimeoutException or System.Net.Sockets.SocketException;

    public NewerJournalException Newer(long version) => PostgresSchema.Newer(version, _name);

    public JournalException Explain(Exception cause) => cause switch
    {
        NewerJournalException newer => new NewerJournalException(newer.Message),
        JournalException explained => new JournalException(explained.Message, explained.InnerException),
        _ => new JournalException($"{Describe(cause)} Nothing was lost that had been acknowledged.", cause),
    };

    string Describe(Exception cause) => cause switch
    {
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } => $"The disk under the journal ({_name}) is full.",
        PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction }
            => $"The journal ({_name}) is read-only: is the server a standby?",
        PostgresException { SqlState: PostgresErrorCodes.TooManyConnections } => $"The journal ({_name}) takes no more connections.",
        PostgresException { SqlState: PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted } damaged
            => $"The journal ({_name}) is damaged: {damaged.MessageText}.",
        PostgresException answered => $"The journal ({_name}) refused: {answered.MessageText} ({answered.SqlState}).",
        _ => $"The journal ({_name}) cannot be reached: {cause.Message}.",
    };

    public async ValueTask DisposeAsync()
    {
        for (var i = 0; i < _maxReaders; i++)
            await _readers.WaitAsync();
        await _source.DisposeAsync();
        _readers.Dispose();
        _preparing.Dispose();
    }
}

/// <summary>The tables of Akka.Persistence.Sql 1.5's default mapping, as its PostgreSQL provider creates them.</summary>
/// <remarks>Two indexes of the journal are left out, for the reason given at <see cref="SqliteSchema"/>.</remarks>
static class PostgresSchema
{
    /// <summary>The newest schema that this code knows, kept in the table <c>logos_schema</c>.</summary>
    public const int Version = 1;

    /// <summary>Selects the version of the tables where it is newer than this code.</summary>
    public const string NewerVersionSql = "SELECT version FROM logos_schema WHERE component = 'journal' AND version > 1";

    const string Tables = """
        CREATE TABLE IF NOT EXISTS journal (
            ordering bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
            created bigint NOT NULL,
            deleted boolean NOT NULL,
            persistence_id varchar(255) NOT NULL,
            sequence_number bigint NOT NULL,
            message bytea NOT NULL,
            manifest varchar(500) NULL,
            identifier int NULL,
            writer_uuid varchar(128) NULL,
            CONSTRAINT "PK_journal" PRIMARY KEY (ordering),
            CONSTRAINT journal_uq UNIQUE (persistence_id, sequence_number));
        CREATE TABLE IF NOT EXISTS tags (
            ordering_id bigint NOT NULL,
            tag varchar(64) NOT NULL,
            sequence_nr bigint NOT NULL,
            persistence_id varchar(255) NOT NULL,
            CONSTRAINT "PK_tags" PRIMARY KEY (ordering_id, tag));
        CREATE INDEX IF NOT EXISTS tags_persistence_id_sequence_nr_idx ON tags (persistence_id, sequence_nr);
        CREATE INDEX IF NOT EXISTS tags_tag_idx ON tags (tag);
        CREATE TABLE IF NOT EXISTS snapshot (
            persistence_id varchar(255) NOT NULL,
            sequence_number bigint NOT NULL,
            created bigint NOT NULL,
            snapshot bytea NULL,
            manifest varchar(500) NULL,
            serializer_id int NULL,
            CONSTRAINT "PK_snapshot" PRIMARY KEY (persistence_id, sequence_number));
        CREATE INDEX IF NOT EXISTS snapshot_sequence_number_idx ON snapshot (sequence_number);
        CREATE INDEX IF NOT EXISTS snapshot_created_idx ON snapshot (created);
        CREATE TABLE IF NOT EXISTS logos_schema (
            component varchar(64) NOT NULL PRIMARY KEY,
            version int NOT NULL);
        INSERT INTO logos_schema (component, version) VALUES ('journal', 1)
            ON CONFLICT (component) DO UPDATE SET version = excluded.version;
        """;

    // Any number, the same in every process: "logos" in ASCII. Two CREATE TABLE IF NOT EXISTS at once would collide. The archive
    // keeps its version in the same table.
    public const long CreationLock = 0x6C_6F_67_6F_73;

    /// <exception cref="NewerJournalException">The version is newer than this code.</exception>
    public static async Task PrepareAsync(NpgsqlConnection connection, string name, CancellationToken cancellation)
    {
        if (await ReadVersionAsync(connection, name, cancellation) == Version)
            return;
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using (var acquire = new NpgsqlCommand($"SELECT pg_advisory_xact_lock({CreationLock})", connection, transaction))
            await acquire.ExecuteNonQueryAsync(cancellation);
        if (await ReadVersionAsync(connection, name, cancellation) < Version)
        {
            await using var create = new NpgsqlCommand(Tables, connection, transaction);
            await create.ExecuteNonQueryAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
    }

    static async Task<int> ReadVersionAsync(NpgsqlConnection connection, string name, CancellationToken cancellation)
    {
        await using var exists = new NpgsqlCommand("SELECT to_regclass('logos_schema') IS NOT NULL", connection);
        if (await exists.ExecuteScalarAsync(cancellation) is not true)
            return 0;
        await using var query = new NpgsqlCommand("SELECT version FROM logos_schema WHERE component = 'journal'", connection);
        var version = await query.ExecuteScalarAsync(cancellation) as int? ?? 0;
        return version > Version ? throw Newer(version, name) : version;
    }

    public static NewerJournalException Newer(long version, string name) =>
        new($"The journal ({name}) has schema version {version}, this program knows {Version}: "
            + "run the newer program. Nothing was written.");
}
