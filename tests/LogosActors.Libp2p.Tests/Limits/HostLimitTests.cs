using System.Net;
using System.Net.Sockets;
using LogosActors.Configuration;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Limits;
using LogosActors.Libp2p.Multiplexing.Yamux;
using LogosActors.Libp2p.Tests.Hosting;
using LogosActors.TestKit;

namespace LogosActors.Libp2p.Tests.Limits;

public sealed class HostLimitTests
{
    [Fact]
    public async Task A_gate_refuses_addresses_and_peers_in_both_directions()
    {
        await using var there = await TestHost.StartAsync();
        await using var unwilling = await TestHost.StartAsync(new Libp2pHostOptions
        {
            Gate = new ConnectionGate { AllowDial = (_, _) => false, AllowPeer = peer => peer != there.Id },
        });
        Assert.Equal(ConnectionFailure.Refused, (await unwilling.Host.DialAsync(there.Address)).Failure);
        await there.Host.DialAsync(unwilling.Address);
        await TestHost.Until(() => there.Host.ConnectedPeers.Count == 0);
        Assert.Empty(unwilling.Host.ConnectedPeers);
        Assert.Empty(unwilling.Events);

        await using var closed = await TestHost.StartAsync(new Libp2pHostOptions { Gate = new ConnectionGate { AllowAccept = _ => false } });
        Assert.False((await there.Host.DialAsync(closed.Address)).IsConnected);
    }

    [Fact]
    public async Task Newcomers_get_in_while_silent_connections_of_many_addresses_take_all_places_and_are_renewed()
    {
        await using var host = await TestHost.StartAsync(new Libp2pHostOptions
        {
            UpgradeTimeout = TimeSpan.FromMinutes(1),
            Limits = new ResourceLimits { MaxPendingInbound = 24 },
        });
        using var ending = new CancellationTokenSource();
        // All of 127.0.0.0/8 is this machine's.
        var silent = Enumerable.Range(2, 5).SelectMany(i => Enumerable.Repeat(IPAddress.Parse($"127.0.0.{i}"), 6))
            .Select(from => StaySilentAsync(from, host.Address.Port!.Value, ending.Token)).ToArray();

        for (var i = 0; i < 50; i++)
        {
            await using var newcomer = await TestHost.StartAsync();
            var dialed = await newcomer.Host.DialAsync(host.Address);
            Assert.True(dialed.IsConnected, $"Newcomer {i}: {dialed.Reason}");
        }

        await ending.CancelAsync();
        await Task.WhenAll(silent);
    }

    [Fact]
    public async Task Half_open_WebSockets_crowd_out_no_newcomer()
    {
        await using var host = await TestHost.StartAsync(new Libp2pHostOptions { ListenAddresses = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0/ws")] });
        using var ending = new CancellationTokenSource();
        var silent = Enumerable.Range(2, 50).SelectMany(i => Enumerable.Repeat(IPAddress.Parse($"127.0.0.{i}"), 6))
            .Select(from => StaySilentAsync(from, host.Address.Port!.Value, ending.Token)).ToArray();

        for (var i = 0; i < 20; i++)
        {
            await using var newcomer = await TestHost.StartAsync();
            var dialed = await newcomer.Host.DialAsync(host.Address);
            Assert.True(dialed.IsConnected, $"Newcomer {i}: {dialed.Reason}");
        }

        await ending.CancelAsync();
        await Task.WhenAll(silent);
    }

    /// <summary>Connects from an address and says nothing; again whenever the host hangs up.</summary>
    static async Task StaySilentAsync(IPAddress from, int port, CancellationToken ending)
    {
        while (!ending.IsCancellationRequested)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(from, 0));
                await socket.ConnectAsync(IPAddress.Loopback, port, ending);
                while (await socket.ReceiveAsync(new byte[100], ending) > 0)
                    continue;
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // Reset by the host, or the end of the test.
            }
        }
    }

    [Fact]
    public async Task A_full_host_refuses_strangers_while_its_connections_are_new_and_prunes_an_idle_one_later()
    {
        var time = new VirtualTime();
        await using var system = TestSystem.Create(time);
        await using var host = await TestHost.StartAsync(
            new Libp2pHostOptions { Limits = new ResourceLimits { MaxConnections = 2 } }, system);
        host.Host.Handle("/hold/1", (_, cancellation) => Task.Delay(Timeout.Infinite, cancellation));
        await using var busy = await TestHost.StartAsync();
        await using var idle = await TestHost.StartAsync();
        await using var late = await TestHost.StartAsync();
        await busy.ConnectAsync(host);
        await idle.ConnectAsync(host);
        await using var held = await busy.Host.OpenStreamAsync(host.Id, "/hold/1");
        await TestHost.Until(() => host.Host.IdentityOf(idle.Id) is not null && idle.Host.IdentityOf(host.Id) is not null);

        await late.Host.DialAsync(host.Address);
        await TestHost.Until(() => late.Host.ConnectedPeers.Count == 0);
        Assert.DoesNotContain(late.Id, host.Host.ConnectedPeers);

        time.Advance(Pruning.GracePeriod);
        // The idle peer may still be told of a protocol: that is a use, for a moment.
        while (!host.Host.ConnectedPeers.Contains(late.Id))
        {
            await late.Host.DialAsync(host.Address);
            await TestHost.Until(() => late.Host.ConnectedPeers.Count == 0 || host.Host.ConnectedPeers.Contains(late.Id));
        }
        await TestHost.Until(() => idle.Host.ConnectedPeers.Count == 0);
        Assert.Equal(new[] { busy.Id, late.Id }.Order(), host.Host.ConnectedPeers.Order());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_sends_faster_than_the_host_reads_waits_and_loses_nothing(bool perPeer)
    {
        var rate = DataSize.FromKibibytes(64);
        var time = new VirtualTime();
        await using var system = TestSystem.Create(time);
        await using var host = await TestHost.StartAsync(
            Patient with { Limits = perPeer ? new ResourceLimits { MaxReadRatePerPeer = rate } : new ResourceLimits { MaxReadRate = rate } }, system);
        var received = Sink(host, "/sink");
        await using var peer = await TestHost.StartAsync();
        await peer.ConnectAsync(host);
        await using var stream = await peer.Host.OpenStreamAsync(host.Id, "/sink");
        var data = Pattern(1_000_000);

        var sending = stream.WriteAsync(data).AsTask();
        await AdvanceUntil(time, () => received.Length == data.Length);
        await sending;

        Assert.Equal(data, received.ToArray());
        // All but one second's worth and one read of the connection came at the rate.
        Assert.True(time.Elapsed > TimeSpan.FromSeconds((data.Length / (double)rate.Bytes) - 1 - 5), $"{time.Elapsed}");
    }

    [Fact]
    public async Task A_protocol_that_is_read_slowly_holds_up_no_other()
    {
        var rate = DataSize.FromKibibytes(64);
        var time = new VirtualTime();
        await using var system = TestSystem.Create(time);
        var rates = new Dictionary<string, DataSize>(StringComparer.Ordinal) { ["/slow"] = rate };
        await using var host = await TestHost.StartAsync(Patient with { Limits = new ResourceLimits { MaxReadRatePerProtocol = rates } }, system);
        var (slow, fast) = (Sink(host, "/slow"), Sink(host, "/fast"));
        await using var peer = await TestHost.StartAsync();
        await peer.ConnectAsync(host);
        await using var slowStream = await peer.Host.OpenStreamAsync(host.Id, "/slow");
        await using var fastStream = await peer.Host.OpenStreamAsync(host.Id, "/fast");
        var data = Pattern(500_000);

        var sending = slowStream.WriteAsync(data).AsTask();
        await TestHost.Until(() => slow.Length > 0);
        await fastStream.WriteAsync(data);
        await TestHost.Until(() => fast.Length == data.Length);
        Assert.InRange(slow.Length, 1, rate.Bytes + SinkBuffer);

        await AdvanceUntil(time, () => slow.Length == data.Length);
        await sending;
        Assert.Equal(data, slow.ToArray());
        Assert.True(time.Elapsed > TimeSpan.FromSeconds(((data.Length - SinkBuffer) / (double)rate.Bytes) - 1), $"{time.Elapsed}");
    }

    [Fact]
    public async Task When_memory_runs_short_the_peer_that_holds_most_of_it_is_disconnected()
    {
        await using var host = await TestHost.StartAsync(new Libp2pHostOptions { Limits = new ResourceLimits { MaxUnread = DataSize.FromMebibytes(1) } });
        var received = Sink(host, "/sink");
        host.Host.Handle("/hold", (_, cancellation) => Task.Delay(Timeout.Infinite, cancellation));
        await using var modest = await TestHost.StartAsync();
        await using var greedy = await TestHost.StartAsync();
        await modest.ConnectAsync(host);
        await greedy.ConnectAsync(host);
        await using var held = await modest.Host.OpenStreamAsync(host.Id, "/hold");
        await held.WriteAsync(new byte[100_000]);

        for (var i = 0; i < 4 && greedy.Host.ConnectedPeers.Count > 0; i++)
        {
            try
            {
                var stream = await greedy.Host.OpenStreamAsync(host.Id, "/hold");
                await stream.WriteAsync(new byte[250_000]);
            }
            catch (IOException)
            {
                // Closed already.
            }
        }

        await TestHost.Until(() => host.Events.Any(told => told is PeerDisconnected lost && lost.Peer == greedy.Id));
        await using var traffic = await modest.Host.OpenStreamAsync(host.Id, "/sink");
        await traffic.WriteAsync(Pattern(1_000_000));
        await TestHost.Until(() => received.Length == 1_000_000);
        Assert.Equal([modest.Id], host.Host.ConnectedPeers);
        Assert.DoesNotContain(host.Events, told => told is PeerDisconnected lost && lost.Peer == modest.Id);
    }

    [Fact]
    public async Task Peers_share_the_streams_that_there_are_in_all()
    {
        await using var host = await TestHost.StartAsync(new Libp2pHostOptions { Limits = new ResourceLimits { MaxInboundStreamsOfAll = 20, MaxConnections = 10 } });
        host.Host.Handle("/hold", (_, cancellation) => Task.Delay(Timeout.Infinite, cancellation), new StreamHandlerOptions { MaxInboundStreams = 100 });
        await using var greedy = await TestHost.StartAsync();
        await using var modest = await TestHost.StartAsync();
        await greedy.ConnectAsync(host);
        await modest.ConnectAsync(host);

        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            for (var i = 0; i <= 20; i++)
                await greedy.Host.OpenStreamAsync(host.Id, "/hold");
        });
        await using var stream = await modest.Host.OpenStreamAsync(host.Id, "/hold");
        await greedy.Host.DisconnectAsync(host.Id);

        await greedy.ConnectAsync(host);
        await using var again = await greedy.Host.OpenStreamAsync(host.Id, "/hold");
    }

    [Fact]
    public async Task The_buffers_of_a_connection_count_as_the_hosts_memory_until_it_ends()
    {
        await using var host = await TestHost.StartAsync();
        await using var peer = await TestHost.StartAsync();
        peer.Host.Handle("/hold", (_, cancellation) => Task.Delay(Timeout.Infinite, cancellation));
        await host.ConnectAsync(peer);
        await using var stream = await host.Host.OpenStreamAsync(peer.Id, "/hold");
        var connection = host.Host.Environment.Connected[peer.Id].Connection;
        var before = connection.Memory.Held;

        connection.Hold(1000);
        Assert.Equal(before + 1000, connection.Memory.Held);
        connection.Hold(-1000);

        Assert.InRange(before, 16 * 1024, 256 * 1024);
        await connection.DisposeAsync();
        Assert.Equal(0, connection.Memory.Held);
    }

    const int SinkBuffer = 16 * 1024;

    /// <summary>Virtual time may run far ahead of what a slow machine does: no keep-alive is to notice.</summary>
    static Libp2pHostOptions Patient => new()
    {
        Connections = new ConnectionOptions { Yamux = new YamuxOptions { KeepAliveInterval = TimeSpan.FromHours(1) } },
    };

    static byte[] Pattern(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i ^ (i >> 8) ^ (i >> 16)))];

    /// <summary>Keeps what the streams of a protocol bring.</summary>
    static Received Sink(TestHost host, string protocol)
    {
        var received = new Received();
        host.Host.Handle(protocol, async (stream, cancellation) =>
        {
            var buffer = new byte[SinkBuffer];
            for (int read; (read = await stream.ReadAsync(buffer, cancellation)) > 0;)
                received.Add(buffer.AsSpan(0, read));
        });
        return received;
    }

    static Task AdvanceUntil(VirtualTime time, Func<bool> condition) => TestHost.Until(() =>
    {
        if (condition())
            return true;
        time.Advance(TimeSpan.FromMilliseconds(50));
        return false;
    });

    sealed class Received
    {
        readonly MemoryStream _bytes = new();

        public long Length
        {
            get
            {
                lock (_bytes)
                    return _bytes.Length;
            }
        }

        public void Add(ReadOnlySpan<byte> bytes)
        {
            lock (_bytes)
                _bytes.Write(bytes);
        }

        public byte[] ToArray()
        {
            lock (_bytes)
                return _bytes.ToArray();
        }
    }
}
