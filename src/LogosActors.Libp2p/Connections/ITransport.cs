using LogosActors.Libp2p.Addresses;

namespace LogosActors.Libp2p.Connections;

/// <summary>A way to reach peers, and to be reached: TCP, WebSocket, a simulated network. For any number of threads.</summary>
internal interface ITransport
{
    /// <summary>Whether an address is one that this transport dials and listens at.</summary>
    bool Handles(Multiaddr address);

    /// <summary>Connects to a listener.</summary>
    /// <exception cref="ConnectionException">Nobody listens there, or it cannot be reached.</exception>
    Task<ITransportConnection> DialAsync(Multiaddr address, CancellationToken cancellation);

    /// <summary>Listens at an address.</summary>
    /// <exception cref="ConnectionException">The address is taken or not this machine's.</exception>
    ValueTask<ITransportListener> ListenAsync(Multiaddr address);
}

/// <summary>Accepts connections at one address.</summary>
internal interface ITransportListener : IAsyncDisposable
{
    /// <summary>Where it listens; a port that was left open is known by now.</summary>
    Multiaddr Address { get; }

    /// <summary>Takes the next connection.</summary>
    /// <exception cref="ConnectionException">The listener was disposed, or the machine has no room for another connection.</exception>
    Task<ITransportConnection> AcceptAsync(CancellationToken cancellation);
}
