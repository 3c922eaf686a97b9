using System.Diagnostics;
using LogosActors.Actors.Persistence.Journals;
using Microsoft.Data.Sqlite;

namespace LogosActors.LoadTests.Persistence;

/// <summary>The ceiling of a SQLite journal: prepared inserts of the same rows into a table with the same key, a thousand per
/// transaction, on one thread, with the same durability.</summary>
internal sealed class RawInserts : IDisposable
{
    const int PerTransaction = 1_000;

    readonly SqliteConnection _connection;
    long _sequenceNr;

    public RawInserts(string path)
    {
        SqliteNative.EnsureLoaded();
        _connection = new SqliteConnection($"Data Source={path};Pooling=False");
        _connection.Open();
        using var schema = _connection.CreateCommand();
        schema.CommandText =
            """
            PRAGMA journal_mode=WAL;
            PRAGMA synchronous=FULL;
            CREATE TABLE journal (
                ordering INTEGER PRIMARY KEY AUTOINCREMENT, created BIGINT, deleted BIT, persistence_id VARCHAR(255),
                sequence_number BIGINT, message BLOB, manifest VARCHAR(500), identifier INTEGER, writer_uuid VARCHAR(128));
            CREATE UNIQUE INDEX journal_uq ON journal (persistence_id, sequence_number);
            """;
        schema.ExecuteNonQuery();
    }

    public Task<TimeSpan> InsertAsync(int events)
    {
        var started = Stopwatch.GetTimestamp();
        for (var done = 0; done < events; done += PerTransaction)
            InsertTransaction(Math.Min(PerTransaction, events - done));
        return Task.FromResult(Stopwatch.GetElapsedTime(started));
    }

    public void Dispose() => _connection.Dispose();

    void InsertTransaction(int events)
    {
        using var transaction = _connection.BeginTransaction();
        using var insert = _connection.CreateCommand();
        insert.Transaction = transaction;
        insert.CommandText =
            "INSERT INTO journal (created, deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid) "
            + "VALUES (1, 0, $id, $number, $message, 'loadtests.stored.v1', 2, '00000000000000000000000000000000')";
        var id = insert.Parameters.Add("$id", SqliteType.Text);
        var number = insert.Parameters.Add("$number", SqliteType.Integer);
        insert.Parameters.Add("$message", SqliteType.Blob).Value = Stored.Sample.Bytes.ToArray();
        insert.Prepare();
        for (var i = 0; i < events; i++)
        {
            (id.Value, number.Value) = ($"writer-{_sequenceNr % 1_000}", _sequenceNr++ / 1_000);
            insert.ExecuteNonQuery();
        }

        transaction.Commit();
    }
}
