using System.Net;
using System.Net.Sockets;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Multiplexing.Yamux;
using LogosActors.Libp2p.Tests.Hosting;

namespace LogosActors.Soak.Tests.Attacks;

/// <summary>Attacks on connections, below any protocol.</summary>
internal static class ConnectionAttacks
{
    const int Parallel = 4;

    /// <summary>26 addresses hold six connections each that never speak, and renew them.</summary>
    public static async Task StaySilentAsync(Multiaddr node, CancellationToken ending)
    {
        using var pace = new Pace();
        await Task.WhenAll(
            from i in Enumerable.Range(0, Pace.Addresses)
            from _ in Enumerable.Range(0, 6)
            select AgainAsync(pace, () => StaySilentAsync(IPAddress.Parse($"127.0.0.{i + 2}"), node.Port!.Value, ending), ending));
    }

    /// <summary>Bytes without sense: in place of a handshake, and in place of frames behind one.</summary>
    public static async Task SendNonsenseAsync(Multiaddr node, CancellationToken ending)
    {
        using var pace = new Pace();
        await Task.WhenAll(Enumerable.Range(0, Parallel).Select(i => AgainAsync(pace, async () =>
        {
            var nonsense = new byte[64 * 1024];
            Random.Shared.NextBytes(nonsense);
            if (i % 2 == 0)
            {
                using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, node.Port!.Value, ending);
                await socket.SendAsync(nonsense, ending);
                return;
            }
            await using var dialer = await HostileDialer.ConnectAsync(node);
            await dialer.SendEncryptedAsync(nonsense);
        }, ending)));
    }

    /// <summary>Streams are opened and reset as fast as the connection takes them.</summary>
    public static Task ChurnStreamsAsync(Multiaddr node, CancellationToken ending) => OverConnectionsAsync(node, async dialer =>
    {
        for (var first = 0u; !ending.IsCancellationRequested; first += 500)
        {
            var frames = new List<YamuxHeader>();
            for (var i = first; i < first + 500; i++)
            {
                frames.Add(new YamuxHeader(YamuxType.WindowUpdate, YamuxFlags.Syn, (2 * i) + 1, 0));
                frames.Add(new YamuxHeader(YamuxType.WindowUpdate, YamuxFlags.Rst, (2 * i) + 1, 0));
            }
            await dialer.SendAsync([.. frames]);
            await Task.Delay(10, ending);
            if (first >= 10_000)
                return;
        }
    }, ending);

    /// <summary>Every connection holds as many streams as it may, and says nothing on them.</summary>
    public static Task HoldStreamsAsync(Multiaddr node, CancellationToken ending) => OverConnectionsAsync(node, async dialer =>
    {
        await dialer.SendAsync([.. Enumerable.Range(0, 900).Select(i => new YamuxHeader(YamuxType.WindowUpdate, YamuxFlags.Syn, (2 * (uint)i) + 1, 0))]);
        await Task.Delay(TimeSpan.FromSeconds(5), ending);
    }, ending);

    static async Task OverConnectionsAsync(Multiaddr node, Func<HostileDialer, Task> attack, CancellationToken ending)
    {
        using var pace = new Pace();
        await Task.WhenAll(Enumerable.Range(0, 10 * Parallel).Select(_ => AgainAsync(pace, async () =>
        {
            await using var dialer = await HostileDialer.ConnectAsync(node);
            await attack(dialer);
        }, ending)));
    }

    static async Task AgainAsync(Pace pace, Func<Task> connect, CancellationToken ending)
    {
        while (!ending.IsCancellationRequested)
        {
            await pace.WaitAsync(ending);
            try
            {
                await connect();
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                // The node has hung up: again.
            }
        }
    }

    static async Task StaySilentAsync(IPAddress from, int port, CancellationToken ending)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(from, 0));
        await socket.ConnectAsync(IPAddress.Loopback, port, ending);
        while (await socket.ReceiveAsync(new byte[100], ending) > 0)
            continue;
    }
}
