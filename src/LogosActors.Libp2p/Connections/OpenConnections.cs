using System.Collections.Concurrent;

namespace LogosActors.Libp2p.Connections;

/// <summary>Every connection that lives, so that none outlives its host, wherever it is on its way between two actors.</summary>
internal sealed class OpenConnections
{
    readonly ConcurrentDictionary<MuxedConnection, byte> _connections = new();
    volatile bool _isClosing;

    /// <summary>Keeps a connection until it has ended; ends it at once when the host is closing.</summary>
    public async Task<MuxedConnection> AddAsync(MuxedConnection connection)
    {
        _connections.TryAdd(connection, 0);
        _ = RemoveAsync(connection);
        if (!_isClosing)
            return connection;
        await connection.DisposeAsync();
        throw new ConnectionException(ConnectionFailure.Closed, "The host is closing.");
    }

    /// <summary>Ends all connections, now and from now on.</summary>
    public async Task CloseAsync()
    {
        _isClosing = true;
        await Task.WhenAll(_connections.Keys.Select(connection => connection.DisposeAsync().AsTask()));
    }

    async Task RemoveAsync(MuxedConnection connection)
    {
        await connection.Ended;
        _connections.TryRemove(connection, out _);
    }
}
