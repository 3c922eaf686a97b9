using System.Net;
using LogosActors.Libp2p.Addresses;

namespace LogosActors.Libp2p.Connections.Tcp;

/// <summary>Plain TCP: <c>/ip4/…/tcp/…</c>, <c>/ip6/…/tcp/…</c>, with or without a peer id behind.</summary>
internal sealed class TcpTransport : ITransport
{
    /// <inheritdoc/>
    public bool Handles(Multiaddr address) => TryEndPoint(address, out _);

    /// <inheritdoc/>
    public async Task<ITransportConnection> DialAsync(Multiaddr address, CancellationToken cancellation) =>
        TryEndPoint(address, out var endPoint)
            ? await TcpConnection.DialAsync(endPoint, cancellation)
            : throw new ConnectionException(ConnectionFailure.NoAddress, $"{address} is not an address of TCP.");

    /// <inheritdoc/>
    public ValueTask<ITransportListener> ListenAsync(Multiaddr address) =>
        TryEndPoint(address, out var endPoint)
            ? new ValueTask<ITransportListener>(new Listener(new TcpConnectionListener(endPoint)))
            : throw new ConnectionException(ConnectionFailure.NoAddress, $"{address} is not an address of TCP to listen at.");

    static bool TryEndPoint(Multiaddr address, out IPEndPoint endPoint)
    {
        endPoint = null!;
        var parts = 0;
        foreach (var part in address)
        {
            switch (part.Protocol)
            {
                case MultiaddrProtocol.Ip6Zone or MultiaddrProtocol.Ip4 or MultiaddrProtocol.Ip6 when parts == 0:
                    parts = part.Protocol is MultiaddrProtocol.Ip6Zone ? 0 : 1;
                    break;
                case MultiaddrProtocol.Tcp when parts == 1:
                    parts = 2;
                    break;
                case MultiaddrProtocol.P2p when parts == 2:
                    parts = 3;
                    break;
                default:
                    return false;
            }
        }
        if (parts < 2 || !IPAddress.TryParse(address.Host, out var ip))
            return false;
        endPoint = new IPEndPoint(ip, address.Port!.Value);
        return true;
    }

    sealed class Listener(TcpConnectionListener listener) : ITransportListener
    {
        public Multiaddr Address { get; } = Multiaddr.FromEndPoint(listener.EndPoint);

        public async Task<ITransportConnection> AcceptAsync(CancellationToken cancellation) => await listener.AcceptAsync(cancellation);

        public ValueTask DisposeAsync()
        {
            listener.Dispose();
            return default;
        }
    }
}
