using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace LogosActors.Libp2p.Dialing.Dns;

/// <summary>Asks DNS servers for TXT records: over UDP, and over TCP where an answer is truncated or UDP brings none. For any number of threads.</summary>
/// <remarks>
/// Each question has a socket, a port, an id and a mix of letter cases of its own, and only an answer from the server that was asked
/// and with all of these counts. Bounds: <see cref="MaxServers"/> servers, two questions over UDP and one over TCP to each, an answer of
/// 64 KiB over TCP.
/// </remarks>
/// <param name="servers">Who is asked, one after the other until one knows.</param>
/// <param name="timeout">How long each attempt waits.</param>
/// <param name="time">The clock of the attempts.</param>
internal sealed class DnsResolver(IReadOnlyList<IPEndPoint> servers, TimeSpan timeout, TimeProvider time)
{
    /// <summary>The most servers that are asked.</summary>
    /// <value>3 (resolv.conf(5), MAXNS).</value>
    public const int MaxServers = 3;

    const int UdpAttempts = 2;

    // What fits into a UDP answer without EDNS (RFC 1035 §4.2.1); a server that sends more is read as well.
    const int UdpSize = 4096;

    // Wrong answers that are passed over while the right one may still come.
    const int MaxStray = 64;

    enum Outcome
    {
        None,
        Answered,
        Truncated,
    }

    /// <summary>The TXT records of a name.</summary>
    /// <returns>None when there are none, the name is no name, or no server answers.</returns>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public async Task<IReadOnlyList<string>> TextsAsync(string name, CancellationToken cancellation)
    {
        foreach (var server in servers.Take(MaxServers))
        {
            var outcome = Outcome.None;
            IReadOnlyList<string> texts = [];
            for (var attempt = 0; attempt < UdpAttempts && outcome is Outcome.None; attempt++)
                (outcome, texts) = await AskAsync(server, name, isTcp: false, cancellation);
            if (outcome is not Outcome.Answered)
                (outcome, texts) = await AskAsync(server, name, isTcp: true, cancellation);
            if (outcome is Outcome.Answered)
                return texts;
        }
        return [];
    }

    async Task<(Outcome Outcome, IReadOnlyList<string> Texts)> AskAsync(IPEndPoint server, string name, bool isTcp, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        // Who is not on the way cannot answer over TCP, and some servers change the case of names.
        var cases = isTcp ? UInt128.Zero : RandomNumber();
        if (!DnsTxt.TryWriteQuestion(name, (ushort)RandomNumberGenerator.GetInt32(1 << 16), cases, out var question))
            return (Outcome.Answered, []);
        try
        {
            var answer = isTcp ? await AskTcpAsync(server, question, either.Token) : await AskUdpAsync(server, question, either.Token);
            return answer switch
            {
                { IsTruncated: true } => (Outcome.Truncated, []),
                { Code: 0 or 3 } => (Outcome.Answered, answer.Texts),
                _ => (Outcome.None, []),
            };
        }
        catch (Exception e) when (e is SocketException or IOException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return (Outcome.None, []);
        }
    }

    static async Task<DnsTxtAnswer?> AskUdpAsync(IPEndPoint server, byte[] question, CancellationToken cancellation)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        // What comes from elsewhere is not received.
        await socket.ConnectAsync(server, cancellation);
        await socket.SendAsync(question, cancellation);
        var buffer = new byte[UdpSize];
        for (var stray = 0; stray < MaxStray; stray++)
        {
            var length = await socket.ReceiveAsync(buffer, cancellation);
            if (DnsTxt.TryReadAnswer(buffer.AsSpan(0, length), question, out var answer, out _))
                return answer;
        }
        return null;
    }

    static async Task<DnsTxtAnswer?> AskTcpAsync(IPEndPoint server, byte[] question, CancellationToken cancellation)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server, cancellation);
        await using var stream = new NetworkStream(socket);
        var prefix = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(prefix, (ushort)question.Length);
        await stream.WriteAsync((byte[])[.. prefix, .. question], cancellation);
        await stream.ReadExactlyAsync(prefix, cancellation);
        var message = new byte[BinaryPrimitives.ReadUInt16BigEndian(prefix)];
        await stream.ReadExactlyAsync(message, cancellation);
        // Over TCP there is no more than the whole.
        return DnsTxt.TryReadAnswer(message, question, out var answer, out _) ? answer with { IsTruncated = false } : null;
    }

    static UInt128 RandomNumber()
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        return BinaryPrimitives.ReadUInt128LittleEndian(bytes);
    }
}
