using System.Net;
using System.Threading.Channels;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Connections.Tcp;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Negotiation;

namespace LogosActors.Interop.Tests.Peers;

/// <summary>Our side of a test: it dials, listens on 127.0.0.1, and answers the <see cref="ByteProtocols"/> on every connection.</summary>
internal sealed class OurNode : IAsyncDisposable
{
    static readonly SupportedProtocols Supported =
        new(ByteProtocols.Echo, ByteProtocols.Sink, ByteProtocols.Source, ByteProtocols.Hold);

    readonly PrivateKey _key;
    readonly ConnectionUpgrader _upgrader;
    readonly TcpConnectionListener _listener = new(new IPEndPoint(IPAddress.Loopback, 0));
    readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(120));
    readonly Channel<MuxedConnection> _accepted = Channel.CreateUnbounded<MuxedConnection>();
    readonly Channel<OurStream> _held = Channel.CreateUnbounded<OurStream>();
    readonly List<MuxedConnection> _connections = [];
    readonly Task _listening;

    public OurNode(KeyType key, ConnectionOptions options)
    {
        _key = PrivateKey.Generate(key);
        _upgrader = new ConnectionUpgrader(_key, options, TimeProvider.System);
        Id = PeerId.FromPublicKey(_key.PublicKey);
        Address = Multiaddr.FromEndPoint(_listener.EndPoint).Encapsulate(Id);
        _listening = ListenAsync();
    }

    public PeerId Id { get; }

    /// <summary>Where it listens, with its peer id at the end.</summary>
    public Multiaddr Address { get; }

    /// <summary>Ends every wait of a test that hangs.</summary>
    public CancellationToken Patience => _patience.Token;

    /// <summary>Dials the host and port of an address, and refuses anybody but the peer in it.</summary>
    public async Task<MuxedConnection> DialAsync(Multiaddr address)
    {
        var transport = await TcpConnection.DialAsync(new IPEndPoint(IPAddress.Parse(address.Host!), address.Port!.Value), Patience);
        return Serve(await _upgrader.UpgradeAsync(transport, isDialer: true, address.PeerId, Patience));
    }

    /// <summary>The next connection that was made to it.</summary>
    /// <exception cref="ChannelClosedException">The next one could not be made; the reason is the inner exception.</exception>
    public ValueTask<MuxedConnection> AcceptAsync() => _accepted.Reader.ReadAsync(Patience);

    public Task<OurStream> OpenAsync(MuxedConnection connection, string protocol) => OurStream.OpenAsync(connection, protocol, Patience);

    /// <summary>The next stream that was opened to it with <see cref="ByteProtocols.Hold"/>.</summary>
    public ValueTask<OurStream> HeldAsync() => _held.Reader.ReadAsync(Patience);

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _listening;
        foreach (var connection in _connections)
            await connection.DisposeAsync();
        _upgrader.Dispose();
        _key.Dispose();
        _patience.Dispose();
    }

    async Task ListenAsync()
    {
        try
        {
            while (true)
            {
                var transport = await _listener.AcceptAsync();
                await _accepted.Writer.WriteAsync(Serve(await _upgrader.UpgradeAsync(transport, isDialer: false, expected: null)));
            }
        }
        catch (ConnectionException failure)
        {
            _accepted.Writer.Complete(failure);
        }
    }

    MuxedConnection Serve(MuxedConnection connection)
    {
        lock (_connections)
            _connections.Add(connection);
        _ = ServeAsync(connection);
        return connection;
    }

    async Task ServeAsync(MuxedConnection connection)
    {
        try
        {
            while (true)
                _ = AnswerAsync(await connection.AcceptStreamAsync());
        }
        catch (ConnectionException)
        {
            // The test asks the connection why.
        }
    }

    async Task AnswerAsync(LibP2pStream opened)
    {
        try
        {
            if (await OurStream.AcceptAsync(opened, Supported, Patience) is not { } stream)
                return;
            await (stream.Protocol switch
            {
                ByteProtocols.Echo => ByteProtocols.EchoAsync(stream),
                ByteProtocols.Sink => ByteProtocols.SinkAsync(stream),
                ByteProtocols.Source => ByteProtocols.SourceAsync(stream),
                _ => _held.Writer.WriteAsync(stream).AsTask(),
            });
        }
        catch (IOException)
        {
            // The peer reset the stream, or is gone.
        }
    }
}
