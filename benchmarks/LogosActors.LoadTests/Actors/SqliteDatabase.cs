using System.Diagnostics;
using Akka.Configuration;
using LogosActors.Actors;
using LogosActors.Actors.Persistence;
using Microsoft.Data.Sqlite;

namespace LogosActors.LoadTests.Actors;

/// <summary>A file for the journal, and one for the raw inserts.</summary>
internal sealed class SqliteDatabase : JournalDatabase
{
    readonly TemporaryDirectory _files = new();
    readonly SqliteJournalFile _journal;
    readonly SqliteConnection _raw;
    long _inserted;

    public SqliteDatabase()
    {
        _journal = SqliteJournalFile.Open(_files.File("journal.db"));
        _raw = new SqliteConnection($"Data Source={_files.File("raw.db")};Pooling=False");
        _raw.Open();
        using var schema = _raw.CreateCommand();
        schema.CommandText = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; " + Schema("INTEGER PRIMARY KEY AUTOINCREMENT", "BIT", "BLOB");
        schema.ExecuteNonQuery();
    }

    public override Config Configuration => JournalConfiguration.Sqlite(Plugins, _files.File("journal.db"));

    public override Task<TimeSpan> InsertAsync(int events) => Task.Run(() =>
    {
        var started = Stopwatch.GetTimestamp();
        for (var done = 0; done < events; done += JournalKind.PerTransaction)
            InsertTransaction(Math.Min(JournalKind.PerTransaction, events - done));
        return Stopwatch.GetElapsedTime(started);
    });

    public override ValueTask DisposeAsync()
    {
        _raw.Dispose();
        _journal.Dispose();
        _files.Dispose();
        return ValueTask.CompletedTask;
    }

    void InsertTransaction(int events)
    {
        using var transaction = _raw.BeginTransaction();
        using var insert = _raw.CreateCommand();
        insert.Transaction = transaction;
        insert.CommandText = Insert("0");
        var id = insert.Parameters.Add("@id", SqliteType.Text);
        var number = insert.Parameters.Add("@number", SqliteType.Integer);
        insert.Parameters.Add("@message", SqliteType.Blob).Value = Stored.Bytes;
        insert.Prepare();
        for (var i = 0; i < events; i++, _inserted++)
        {
            (id.Value, number.Value) = (WriterOf(_inserted), _inserted / 100);
            insert.ExecuteNonQuery();
        }
        transaction.Commit();
    }
}
