using System.Diagnostics;
using Akka.Configuration;
using LogosActors.Actors;
using LogosActors.Tests;
using Npgsql;

namespace LogosActors.LoadTests.Actors;

/// <summary>A server of its own with a database for the journal and the raw inserts.</summary>
internal sealed class PostgresDatabase : JournalDatabase
{
    readonly PostgresCluster _cluster;
    readonly string _connection;
    readonly NpgsqlDataSource _raw;
    long _inserted;

    PostgresDatabase(PostgresCluster cluster, string connection) => (_cluster, _connection, _raw) = (cluster, connection, NpgsqlDataSource.Create(connection));

    public override Config Configuration => new LogosActors.Postgres.PostgresDatabase(_connection).Configure(Plugins);

    public static async Task<JournalDatabase> StartAsync()
    {
        var cluster = await PostgresCluster.StartAsync();
        var database = new PostgresDatabase(cluster, await cluster.CreateDatabaseAsync());
        await using var schema = database._raw.CreateCommand(Schema("BIGSERIAL PRIMARY KEY", "BOOLEAN", "BYTEA"));
        await schema.ExecuteNonQueryAsync();
        return database;
    }

    public override async Task<TimeSpan> InsertAsync(int events)
    {
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, JournalKind.PostgresConnections).Select(_ => Task.Run(() => InsertShareAsync(events / JournalKind.PostgresConnections))));
        return Stopwatch.GetElapsedTime(started);
    }

    public override async ValueTask DisposeAsync()
    {
        await _raw.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    async Task InsertShareAsync(int events)
    {
        await using var connection = await _raw.OpenConnectionAsync();
        for (var done = 0; done < events; done += JournalKind.PerTransaction)
        {
            // One round trip, and one transaction.
            await using var batch = new NpgsqlBatch(connection);
            for (var i = 0; i < Math.Min(JournalKind.PerTransaction, events - done); i++)
            {
                var number = Interlocked.Increment(ref _inserted);
                batch.BatchCommands.Add(new NpgsqlBatchCommand(Insert("false"))
                {
                    Parameters = { new("id", WriterOf(number)), new("number", number / 100), new("message", Stored.Bytes) },
                });
            }
            await batch.PrepareAsync();
            await batch.ExecuteNonQueryAsync();
        }
    }
}
