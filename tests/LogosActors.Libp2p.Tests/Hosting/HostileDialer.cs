using System.Net;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Connections.Tcp;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Multiplexing.Yamux;
using LogosActors.Libp2p.Negotiation;
using LogosActors.Libp2p.Security.Noise;

namespace LogosActors.Libp2p.Tests.Hosting;

/// <summary>A stranger on the loopback who keeps to the protocols as far as the test wants, and not a byte further.</summary>
internal sealed class HostileDialer : IAsyncDisposable
{
    readonly PrivateKey _key = PrivateKey.Generate(KeyType.Ed25519);
    readonly NegotiationBuffer _buffer = new();
    readonly ITransportConnection _transport;
    NoiseConnection? _channel;

    HostileDialer(ITransportConnection transport) => _transport = transport;

    public PeerId Id => PeerId.FromPublicKey(_key.PublicKey);

    /// <summary>What was sent of the handshake, message for message.</summary>
    public List<byte[]> Handshake { get; } = [];

    /// <summary>The ciphers, for frames of the test's own.</summary>
    public NoiseTransport? Ciphers { get; private set; }

    /// <summary>Connects, and agrees on Noise.</summary>
    public static async Task<HostileDialer> DialAsync(Multiaddr address)
    {
        var dialer = new HostileDialer(await TcpConnection.DialAsync(new IPEndPoint(IPAddress.Loopback, address.Port!.Value)));
        await dialer._buffer.RunAsync(dialer._transport, new MultistreamDialer(ConnectionOptions.NoiseProtocol), default);
        return dialer;
    }

    /// <summary>Connects, and goes as far as to streams.</summary>
    public static async Task<HostileDialer> ConnectAsync(Multiaddr address, string muxer = ConnectionOptions.YamuxProtocol)
    {
        var dialer = await DialAsync(address);
        using var identity = new NoiseIdentity(dialer._key);
        using var handshake = new SecureHandshake(isInitiator: true, identity);
        await dialer._buffer.RunAsync(dialer._transport, new Recorder(handshake, dialer.Handshake), default);
        dialer.Ciphers = handshake.Transport!;
        dialer._channel = new NoiseConnection(dialer._transport, dialer.Ciphers, dialer._buffer.Rest.Span);
        dialer._buffer.Clear();
        await dialer._buffer.RunAsync(dialer._channel, new MultistreamDialer(muxer), default);
        return dialer;
    }

    /// <summary>Sends bytes as they are; a connection that has been closed meanwhile takes them too.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await _transport.SendAsync(bytes, default);
        }
        catch (IOException)
        {
            // The host has had enough.
        }
    }

    /// <summary>Sends Yamux frames, encrypted as they should be.</summary>
    public Task SendAsync(params YamuxHeader[] frames)
    {
        var plaintext = new byte[frames.Length * YamuxHeader.Size];
        for (var i = 0; i < frames.Length; i++)
            frames[i].Write(plaintext.AsSpan(i * YamuxHeader.Size));
        return SendEncryptedAsync(plaintext);
    }

    /// <summary>Sends what should be frames of a multiplexer, encrypted as it should be.</summary>
    public async Task SendEncryptedAsync(ReadOnlyMemory<byte> plaintext)
    {
        try
        {
            await _channel!.SendAsync(plaintext, default);
        }
        catch (IOException)
        {
            // The host has had enough.
        }
    }

    /// <summary>Waits until the host closes the connection.</summary>
    public async Task WaitForEndAsync()
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            while (await _transport.ReceiveAsync(new byte[1000], late.Token) > 0)
                continue;
        }
        catch (IOException)
        {
            // Reset rather than finished.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _transport.DisposeAsync();
        _channel?.Wipe();
        _buffer.Dispose();
        _key.Dispose();
    }

    sealed class Recorder(INegotiation negotiation, List<byte[]> sent) : INegotiation
    {
        public ReadOnlyMemory<byte> Output => negotiation.Output;

        public void Sent()
        {
            sent.Add(negotiation.Output.ToArray());
            negotiation.Sent();
        }

        public bool Read(ref ReadOnlySpan<byte> source) => negotiation.Read(ref source);
    }
}
