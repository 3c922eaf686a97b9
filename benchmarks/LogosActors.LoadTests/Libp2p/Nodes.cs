using System.Net;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Connections.Tcp;
using LogosActors.Libp2p.Identity;

namespace LogosActors.LoadTests.Libp2p;

/// <summary>Two nodes in this process, and TCP connections between them over loopback.</summary>
internal sealed class Nodes : IDisposable
{
    readonly PrivateKey _dialerKey = PrivateKey.Generate(KeyType.Ed25519);
    readonly PrivateKey _listenerKey = PrivateKey.Generate(KeyType.Ed25519);
    readonly ConnectionUpgrader _dialer;
    readonly ConnectionUpgrader _listener;
    readonly TcpConnectionListener _tcp = new(new IPEndPoint(IPAddress.Loopback, 0));
    readonly PeerId _listenerId;

    public Nodes()
    {
        _dialer = new ConnectionUpgrader(_dialerKey, new ConnectionOptions(), TimeProvider.System);
        _listener = new ConnectionUpgrader(_listenerKey, new ConnectionOptions(), TimeProvider.System);
        _listenerId = PeerId.FromPublicKey(_listenerKey.PublicKey);
    }

    /// <summary>One connection; while others are made at the same time its ends may belong to different ones.</summary>
    public async Task<(MuxedConnection Dialed, MuxedConnection Accepted)> ConnectAsync()
    {
        var accepting = AcceptAsync();
        var dialed = await _dialer.UpgradeAsync(await TcpConnection.DialAsync(_tcp.EndPoint), isDialer: true, _listenerId);
        return (dialed, await accepting);
    }

    public void Dispose()
    {
        _tcp.Dispose();
        _dialer.Dispose();
        _listener.Dispose();
        _dialerKey.Dispose();
        _listenerKey.Dispose();
    }

    async Task<MuxedConnection> AcceptAsync() => await _listener.UpgradeAsync(await _tcp.AcceptAsync(), isDialer: false, expected: null);
}
