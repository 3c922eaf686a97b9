using System.Security.Cryptography;
using LogosActors.Libp2p.Connections;

namespace LogosActors.Libp2p.Ping;

/// <summary>Echoes 32 bytes at a time, which shows that a peer lives and how far it is (libp2p specs, ping).</summary>
internal static class PingProtocol
{
    public const string Protocol = "/ipfs/ping/1.0.0";

    /// <summary>The bytes of a ping (ping §Protocol).</summary>
    public const int Length = 32;

    /// <summary>How many ping streams a peer may have open.</summary>
    /// <value>2 (js-libp2p <c>MAX_INBOUND_STREAMS</c>).</value>
    public const int MaxInboundStreams = 2;

    /// <summary>How long an answer may take.</summary>
    /// <value>10 s (js-libp2p <c>TIMEOUT</c>).</value>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>Echoes until the peer has finished.</summary>
    public static async Task ServeAsync(LibP2pStream stream, CancellationToken cancellation)
    {
        var ping = new byte[Length];
        while (await TryReadAsync(stream, ping, cancellation))
            await stream.WriteAsync(ping, cancellation);
    }

    /// <summary>Sends one ping and returns how long its echo took.</summary>
    /// <exception cref="ConnectionException">The echo is not what was sent.</exception>
    public static async Task<TimeSpan> PingAsync(LibP2pStream stream, TimeProvider time, CancellationToken cancellation)
    {
        var (ping, echo) = (RandomNumberGenerator.GetBytes(Length), new byte[Length]);
        var sent = time.GetTimestamp();
        await stream.WriteAsync(ping, cancellation);
        if (!await TryReadAsync(stream, echo, cancellation) || !echo.AsSpan().SequenceEqual(ping))
            throw new ConnectionException(ConnectionFailure.ProtocolViolated, $"{stream.RemotePeer} does not echo what it is sent.");
        var elapsed = time.GetElapsedTime(sent);
        await stream.CloseWriteAsync(cancellation);
        return elapsed;
    }

    static async Task<bool> TryReadAsync(LibP2pStream stream, Memory<byte> ping, CancellationToken cancellation)
    {
        for (var read = 0; read < ping.Length;)
        {
            var count = await stream.ReadAsync(ping[read..], cancellation);
            if (count == 0)
                return false;
            read += count;
        }
        return true;
    }
}
