using Microsoft.AspNetCore.Connections;

namespace LogosActors.Libp2p.Connections.WebSocket;

/// <summary>Bounds how many connections are between their first byte and their upgrade.</summary>
internal sealed class HalfOpenLimit(int limit)
{
    int _count;

    /// <summary>Connection middleware: takes a place for the connection until <see cref="Place.Leave"/> or its end, or aborts it.</summary>
    public ConnectionDelegate Guard(ConnectionDelegate next) => async connection =>
    {
        var place = new Place(this);
        if (!place.IsTaken)
        {
            connection.Abort();
            return;
        }
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

    internal sealed class Place
    {
        readonly HalfOpenLimit _limit;
        bool _isFree;

        public Place(HalfOpenLimit limit)
        {
            _limit = limit;
            IsTaken = Interlocked.Increment(ref limit._count) <= limit.Limit;
            if (!IsTaken)
                Leave();
        }

        public bool IsTaken { get; }

        public void Leave()
        {
            if (!Interlocked.Exchange(ref _isFree, true))
                Interlocked.Decrement(ref _limit._count);
        }
    }

    int Limit => limit;
}
