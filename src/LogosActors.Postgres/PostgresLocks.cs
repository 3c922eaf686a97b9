using System.Buffers.Binary;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using LogosActors.Actors;
using Npgsql;

namespace LogosActors.Postgres;

/// <summary>Advisory locks of PostgreSQL, all on one connection, with which they end.</summary>
internal sealed class PostgresLocks(NpgsqlConnection connection) : IJournalLocks
{
    /// <inheritdoc/>
    public async Task<bool> TryAcquireAsync(string name, CancellationToken cancellation) =>
        await AskAsync("SELECT pg_try_advisory_lock($1)", name, cancellation) is true;

    /// <inheritdoc/>
    public Task ReleaseAsync(string name, CancellationToken cancellation) => AskAsync("SELECT pg_advisory_unlock($1)", name, cancellation);

    /// <inheritdoc/>
    public Task CheckAsync(CancellationToken cancellation) => AskAsync("SELECT 1", name: null, cancellation);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => connection.DisposeAsync();

    /// <summary>Whether the database is away, or the connection has ended.</summary>
    public static bool IsOutage(Exception e, CancellationToken cancellation) =>
        e is NpgsqlException or TimeoutException or InvalidOperationException or SocketException
        || (e is OperationCanceledException && !cancellation.IsCancellationRequested);

    async Task<object?> AskAsync(string statement, string? name, CancellationToken cancellation)
    {
        try
        {
#pragma warning disable CA2100 // constants of this file
            await using var ask = new NpgsqlCommand(statement, connection);
#pragma warning restore CA2100
            if (name is not null)
                ask.Parameters.Add(new() { Value = KeyOf(name) });
            return await ask.ExecuteScalarAsync(cancellation);
        }
        catch (Exception e) when (IsOutage(e, cancellation))
        {
            throw new JournalDatabaseException(e.Message, e);
        }
    }

    static long KeyOf(string name) => BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
}
