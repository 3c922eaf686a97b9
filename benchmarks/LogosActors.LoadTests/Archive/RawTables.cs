using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;
using Microsoft.Data.Sqlite;
using Npgsql;
using NpgsqlTypes;

namespace LogosActors.LoadTests.Archive;

/// <summary>The ceiling of a SQLite archive: prepared inserts of the same bytes into one table that has no index, batch by batch
/// as large as the archive's, with the same durability.</summary>
internal sealed class RawSqlite : IDisposable
{
    readonly SqliteConnection _connection;

    public RawSqlite(string path)
    {
        SQLitePCL.Batteries_V2.Init();
        _connection = new SqliteConnection($"Data Source={path};Pooling=False");
        _connection.Open();
        using var schema = _connection.CreateCommand();
        schema.CommandText =
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE messages (time INTEGER, hash BLOB, content TEXT, payload BLOB)";
        schema.ExecuteNonQuery();
    }

    public void Insert(IReadOnlyList<ArchivedMessage> batch)
    {
        using var transaction = _connection.BeginTransaction();
        using var insert = _connection.CreateCommand();
        insert.Transaction = transaction;
        insert.CommandText = "INSERT INTO messages (time, hash, content, payload) VALUES ($time, $hash, $content, $payload)";
        var time = insert.Parameters.Add("$time", SqliteType.Integer);
        var hash = insert.Parameters.Add("$hash", SqliteType.Blob);
        var content = insert.Parameters.Add("$content", SqliteType.Text);
        var payload = insert.Parameters.Add("$payload", SqliteType.Blob);
        foreach (var archived in batch)
        {
            (time.Value, hash.Value) = (archived.Time, archived.Hash.ToArray());
            (content.Value, payload.Value) = (archived.Message!.ContentTopic, archived.Message.Payload.ToArray());
            insert.ExecuteNonQuery();
        }
        transaction.Commit();
    }

    public void Dispose() => _connection.Dispose();
}

/// <summary>The ceiling of a PostgreSQL archive: <c>COPY</c> of the same bytes into one table that has no index.</summary>
internal sealed class RawPostgres : IAsyncDisposable
{
    readonly NpgsqlConnection _connection;

    RawPostgres(NpgsqlConnection connection) => _connection = connection;

    public static async Task<RawPostgres> OpenAsync(string connectionString)
    {
        var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var schema = new NpgsqlCommand(
            "CREATE TABLE raw_messages (time bigint, hash bytea, content text, payload bytea)", connection);
        await schema.ExecuteNonQueryAsync();
        return new(connection);
    }

    public async Task InsertAsync(IReadOnlyList<ArchivedMessage> batch)
    {
        await using var copy = await _connection.BeginBinaryImportAsync(
            "COPY raw_messages (time, hash, content, payload) FROM STDIN (FORMAT BINARY)");
        foreach (var archived in batch)
        {
            await copy.StartRowAsync();
            await copy.WriteAsync(archived.Time, NpgsqlDbType.Bigint);
            await copy.WriteAsync(archived.Hash.ToArray(), NpgsqlDbType.Bytea);
            await copy.WriteAsync(archived.Message!.ContentTopic, NpgsqlDbType.Text);
            await copy.WriteAsync(archived.Message.Payload, NpgsqlDbType.Bytea);
        }
        await copy.CompleteAsync();
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
