using System.Globalization;
using Akka.Configuration;
using LogosActors.Actors;

namespace LogosActors.LoadTests.Actors;

/// <summary>A database that journals are kept in.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Ceiling">What its raw inserts are.</param>
/// <param name="StartAsync">Makes an empty one.</param>
internal sealed record JournalKind(string Name, string Ceiling, Func<Task<JournalDatabase>> StartAsync)
{
    /// <summary>As many events as the journal writes in one transaction (Akka.Persistence.Sql's <c>batch-size</c>).</summary>
    public const int PerTransaction = 100;

    /// <summary>As many transactions at the same time as the journal has.</summary>
    public const int PostgresConnections = 3;

    public static JournalKind Sqlite { get; } = new("SQLite", $"raw inserts, {PerTransaction} per transaction", () => Task.FromResult<JournalDatabase>(new SqliteDatabase()));

    public static JournalKind Postgres { get; } = new("PostgreSQL", $"the same over {PostgresConnections} connections", PostgresDatabase.StartAsync);
}

/// <summary>A journal of ours, and a table with the same rows and keys beside it.</summary>
internal abstract class JournalDatabase : IAsyncDisposable
{
    public static PersistencePlugins Plugins { get; } = PersistencePlugins.Named("load");

    public abstract Config Configuration { get; }

    /// <summary>The ceiling: prepared inserts, on as many connections as the journal uses, with the same durability.</summary>
    public abstract Task<TimeSpan> InsertAsync(int events);

    public abstract ValueTask DisposeAsync();

    protected static string Insert(string isDeleted) =>
        "INSERT INTO raw (created, deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid) "
        + $"VALUES (1, {isDeleted}, @id, @number, @message, 'logos.load.stored.v1', 7199, '00000000000000000000000000000000')";

    protected static string Schema(string key, string boolean, string bytes) =>
        $"""
        CREATE TABLE raw (
            ordering {key}, created BIGINT, deleted {boolean}, persistence_id VARCHAR(255), sequence_number BIGINT, message {bytes},
            manifest VARCHAR(500), identifier INTEGER, writer_uuid VARCHAR(128));
        CREATE UNIQUE INDEX raw_uq ON raw (persistence_id, sequence_number);
        """;

    protected static string WriterOf(long number) => string.Create(CultureInfo.InvariantCulture, $"writer-{number % 100}");
}
