using System.Net;
using LogosActors.Libp2p.Limits;
using Microsoft.AspNetCore.Connections;

namespace LogosActors.Libp2p.Connections.WebSocket;

/// <summary>Bounds how many connections are between their first byte and their upgrade.</summary>
/// <param name="door">Who is let in, and who makes room.</param>
internal sealed class HalfOpenLimit(InboundDoor door)
{
    /// <summary>Connection middleware: takes a place for the connection until <see cref="Place.Leave"/> or its end, or aborts it.</summary>
    public ConnectionDelegate Guard(ConnectionDelegate next) => async connection =>
    {
        if (door.TryBegin((connection.RemoteEndPoint as IPEndPoint)?.Address) is not { } handshake)
        {
            connection.Abort();
            return;
        }
        var place = new Place(door, handshake);
        using var displaced = handshake.Closing.UnsafeRegister(static connection => ((ConnectionContext)connection!).Abort(), connection);
        try
        {
            connection.Features.Set(place);
            await next(connection);
        }
        finally
        {
            place.Leave();
        }
    };

    internal sealed class Place(InboundDoor door, InboundHandshake handshake)
    {
        bool _hasLeft;

        public void Leave()
        {
            if (!Interlocked.Exchange(ref _hasLeft, true))
                door.End(handshake);
        }
    }
}
