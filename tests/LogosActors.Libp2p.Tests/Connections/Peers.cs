using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Tests.Connections;

/// <summary>Two nodes, and connections between them.</summary>
internal sealed class Peers : IDisposable
{
    readonly TimeProvider _time;

    public Peers(ConnectionOptions? dialer = null, ConnectionOptions? listener = null, TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        Dialer = new ConnectionUpgrader(DialerKey, dialer ?? new ConnectionOptions(), _time);
        Listener = new ConnectionUpgrader(ListenerKey, listener ?? dialer ?? new ConnectionOptions(), _time);
    }

    public PrivateKey DialerKey { get; } = PrivateKey.Generate(KeyType.Ed25519);

    public PrivateKey ListenerKey { get; } = PrivateKey.Generate(KeyType.Ed25519);

    public ConnectionUpgrader Dialer { get; }

    public ConnectionUpgrader Listener { get; }

    public PeerId ListenerId => PeerId.FromPublicKey(ListenerKey.PublicKey);

    public Task<(MuxedConnection Dialer, MuxedConnection Listener)> ConnectAsync(int maxPiece = int.MaxValue) =>
        ConnectAsync(MemoryConnection.Pair(maxPiece));

    public Task<(MuxedConnection Dialer, MuxedConnection Listener)> ConnectAsync((MemoryConnection Dialer, MemoryConnection Listener) pair) =>
        ConnectAsync(pair.Dialer, pair.Listener);

    public async Task<(MuxedConnection Dialer, MuxedConnection Listener)> ConnectAsync(ITransportConnection dialer, ITransportConnection listener)
    {
        var accepting = Listener.UpgradeAsync(listener, isDialer: false, expected: null);
        var dialed = await Dialer.UpgradeAsync(dialer, isDialer: true, ListenerId);
        return (dialed, await accepting);
    }

    public void Dispose()
    {
        Dialer.Dispose();
        Listener.Dispose();
        DialerKey.Dispose();
        ListenerKey.Dispose();
    }
}

internal static class StreamReading
{
    public static async Task<byte[]> ReadToEndAsync(this LibP2pStream stream)
    {
        using var all = new MemoryStream();
        var buffer = new byte[10_000];
        for (int count; (count = await stream.ReadAsync(buffer)) > 0;)
            all.Write(buffer.AsSpan(0, count));
        return all.ToArray();
    }

    public static async Task<byte[]> ReadAsync(this LibP2pStream stream, int length)
    {
        var bytes = new byte[length];
        for (var read = 0; read < length;)
        {
            var count = await stream.ReadAsync(bytes.AsMemory(read));
            Assert.NotEqual(0, count);
            read += count;
        }
        return bytes;
    }
}
