using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Connections.Tcp;
using LogosActors.Libp2p.Hosting;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Tests.Connections;

namespace LogosActors.Libp2p.Tests.Hosting;

public sealed class Libp2pHostTests
{
    const string Echo = "/echo/1.0.0";

    static async Task EchoAsync(LibP2pStream stream, CancellationToken cancellation)
    {
        var buffer = new byte[1000];
        for (int read; (read = await stream.ReadAsync(buffer, cancellation)) > 0;)
            await stream.WriteAsync(buffer.AsMemory(0, read), cancellation);
    }

    static async Task<byte[]> AskAsync(Libp2pHost host, PeerId peer, params byte[] sent)
    {
        await using var stream = await host.OpenStreamAsync(peer, Echo);
        await stream.WriteAsync(sent);
        await stream.CloseWriteAsync();
        return await stream.ReadToEndAsync();
    }

    [Fact]
    public async Task Two_hosts_connect_once_and_exchange_streams_both_ways()
    {
        await using var here = await TestHost.StartAsync();
        await using var there = await TestHost.StartAsync();
        here.Host.Handle(Echo, EchoAsync);
        there.Host.Handle(Echo, EchoAsync);
        await here.ConnectAsync(there);
        Assert.True((await there.Host.DialAsync(here.Address)).IsConnected);

        Assert.Equal([1, 2, 3], await AskAsync(here.Host, there.Id, 1, 2, 3));
        Assert.Equal([4], await AskAsync(there.Host, here.Id, 4));
        await TestHost.Until(() => !here.Events.IsEmpty && !there.Events.IsEmpty);
        Assert.Equal([new PeerConnected(there.Id, there.Address, IsDialer: true)], here.Events.OfType<PeerConnected>());
        Assert.False(Assert.Single(there.Events.OfType<PeerConnected>()).IsDialer);
    }

    [Fact]
    public async Task A_disconnect_is_told_at_both_sides_and_the_peers_can_connect_again()
    {
        await using var here = await TestHost.StartAsync();
        await using var there = await TestHost.StartAsync();
        await here.ConnectAsync(there);
        await here.Host.DisconnectAsync(there.Id);
        Assert.Empty(here.Host.ConnectedPeers);
        await TestHost.Until(() => there.Events.Contains(new PeerDisconnected(here.Id, ConnectionFailure.Lost)));
        Assert.Contains(new PeerDisconnected(there.Id, ConnectionFailure.Closed), here.Events);
        Assert.Equal(
            ConnectionFailure.NotConnected,
            (await Assert.ThrowsAsync<ConnectionException>(() => here.Host.OpenStreamAsync(there.Id, Echo))).Failure);
        await here.Host.DisconnectAsync(there.Id);
        await there.ConnectAsync(here);
    }

    [Fact]
    public async Task Peers_that_dial_each_other_at_once_keep_the_same_one_connection_and_nobody_hears_of_a_disconnect()
    {
        for (var round = 0; round < 5; round++)
        {
            await using var here = await TestHost.StartAsync();
            await using var there = await TestHost.StartAsync();
            here.Host.Handle(Echo, EchoAsync);
            there.Host.Handle(Echo, EchoAsync);
            var dials = await Task.WhenAll(here.Host.DialAsync(there.Address), there.Host.DialAsync(here.Address));
            Assert.All(dials, dial => Assert.True(dial.IsConnected, dial.Reason));
            await TestHost.Until(() => !here.Host.ConnectedPeers.Count.Equals(0) && !there.Host.ConnectedPeers.Count.Equals(0));
            Assert.Equal([1], await AskAsync(here.Host, there.Id, 1));
            Assert.Equal([2], await AskAsync(there.Host, here.Id, 2));
            await TestHost.Until(() =>
                here.Host.Environment.Connected[there.Id].IsDialer != there.Host.Environment.Connected[here.Id].IsDialer);
            Assert.Equal([there.Id], here.Host.ConnectedPeers);
            Assert.DoesNotContain(here.Events, told => told is PeerDisconnected);
            Assert.DoesNotContain(there.Events, told => told is PeerDisconnected);
        }
    }

    [Fact]
    public async Task Dials_of_one_peer_at_the_same_time_are_one_connection()
    {
        await using var here = await TestHost.StartAsync();
        await using var there = await TestHost.StartAsync();
        var dials = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => here.Host.DialAsync(there.Address)));
        Assert.All(dials, dial => Assert.Equal(there.Id, dial.Peer));
        await TestHost.Until(() => !there.Events.IsEmpty);
        Assert.Single(there.Events.OfType<PeerConnected>());
        Assert.Single(here.Events.OfType<PeerConnected>());
    }

    [Fact]
    public async Task A_peer_is_reached_at_the_one_address_of_several_that_answers()
    {
        await using var here = await TestHost.StartAsync();
        await using var there = await TestHost.StartAsync();
        await using var other = await TestHost.StartAsync();
        var dead = Multiaddr.Parse("/ip4/127.0.0.1/tcp/1");
        var result = await here.Host.DialAsync(
            there.Id, [dead, other.Address.Decapsulate(MultiaddrProtocol.P2p)!, there.Address, Multiaddr.Parse("/ip4/127.0.0.1/udp/1/quic-v1")]);
        Assert.True(result.IsConnected, result.Reason);
        Assert.Equal([there.Id], here.Host.ConnectedPeers);
    }

    [Fact]
    public async Task A_name_is_resolved_before_it_is_dialed()
    {
        await using var here = await TestHost.StartAsync();
        await using var there = await TestHost.StartAsync();
        Assert.True((await here.Host.DialAsync(Multiaddr.Parse($"/dns4/localhost/tcp/{there.Address.Port}"))).IsConnected);
        Assert.Equal([there.Id], here.Host.ConnectedPeers);
    }

    [Fact]
    public async Task A_dial_that_fails_says_why()
    {
        await using var here = await TestHost.StartAsync();
        await using var there = await TestHost.StartAsync();
        var stranger = TestHostKeys.Stranger;
        async Task<ConnectionFailure?> FailureOf(PeerId peer, params Multiaddr[] addresses) =>
            (await here.Host.DialAsync(peer, addresses)).Failure;

        Assert.Equal(ConnectionFailure.SecurityFailed, await FailureOf(stranger, there.Address.Decapsulate(MultiaddrProtocol.P2p)!));
        Assert.Equal(ConnectionFailure.Unreachable, await FailureOf(stranger, Multiaddr.Parse("/ip4/127.0.0.1/tcp/1")));
        Assert.Equal(ConnectionFailure.NoAddress, await FailureOf(stranger));
        Assert.Equal(ConnectionFailure.NoAddress, await FailureOf(stranger, Multiaddr.Parse("/ip4/127.0.0.1/udp/1/quic-v1")));
        Assert.Equal(ConnectionFailure.Refused, await FailureOf(here.Id, here.Address));
        Assert.Equal(ConnectionFailure.Refused, (await here.Host.DialAsync(here.Address.Decapsulate(MultiaddrProtocol.P2p)!)).Failure);
        Assert.Empty(here.Host.ConnectedPeers);
    }

    [Fact]
    public async Task A_dial_that_nobody_answers_times_out_and_one_that_is_cancelled_is_given_up()
    {
        using var mute = new TcpConnectionListener(new IPEndPoint(IPAddress.Loopback, 0));
        await using var here = await TestHost.StartAsync(new Libp2pHostOptions { DialTimeout = TimeSpan.FromMilliseconds(200) });
        Assert.Equal(ConnectionFailure.TimedOut, (await here.Host.DialAsync(Multiaddr.FromEndPoint(mute.EndPoint))).Failure);

        await using var patient = await TestHost.StartAsync();
        using var cancel = new CancellationTokenSource();
        var dialing = patient.Host.DialAsync(Multiaddr.FromEndPoint(mute.EndPoint), cancel.Token);
        await using (await mute.AcceptAsync())
        {
            await using var connection = await mute.AcceptAsync();
            await connection.ReceiveAsync(new byte[1], default);
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dialing);
            while (await connection.ReceiveAsync(new byte[1000], default) > 0)
                continue;
        }
    }

    [Fact]
    public async Task An_address_that_is_taken_is_said_at_the_start()
    {
        await using var here = await TestHost.StartAsync();
        var failure = await Assert.ThrowsAsync<ConnectionException>(() => TestHost.StartAsync(
            new Libp2pHostOptions { ListenAddresses = [here.Address] }));
        Assert.Equal(ConnectionFailure.Unreachable, failure.Failure);
    }

    [Fact]
    public async Task A_handler_that_throws_resets_its_stream_and_nothing_else()
    {
        await using var here = await TestHost.StartAsync();
        await using var there = await TestHost.StartAsync();
        there.Host.Handle(Echo, EchoAsync);
        there.Host.Handle("/throws/1", async (stream, cancellation) =>
        {
            await stream.ReadAsync(new byte[1], cancellation);
            throw new InvalidOperationException("on purpose");
        });
        await here.ConnectAsync(there);
        await using var other = await here.Host.OpenStreamAsync(there.Id, Echo);
        await using var stream = await here.Host.OpenStreamAsync(there.Id, "/throws/1");
        await stream.WriteAsync(new byte[1]);
        await Assert.ThrowsAsync<StreamResetException>(async () => await stream.ReadAsync(new byte[1]));
        await other.WriteAsync(new byte[] { 9 });
        Assert.Equal([9], await other.ReadAsync(1));
    }

    [Fact]
    public async Task A_protocol_is_chosen_among_several_and_one_that_nobody_speaks_is_a_failure_of_that_stream_alone()
    {
        await using var here = await TestHost.StartAsync();
        await using var there = await TestHost.StartAsync();
        there.Host.Handle(Echo, EchoAsync);
        await here.ConnectAsync(there);
        await using var stream = await here.Host.OpenStreamAsync(there.Id, ["/echo/2.0.0", Echo]);
        Assert.Equal(Echo, stream.Protocol);
        Assert.Equal(there.Id, stream.RemotePeer);
        Assert.Equal(
            ConnectionFailure.NegotiationFailed,
            (await Assert.ThrowsAsync<ConnectionException>(() => here.Host.OpenStreamAsync(there.Id, "/none/1"))).Failure);
        Assert.True(there.Host.RemoveHandler(Echo));
        await Assert.ThrowsAsync<ConnectionException>(() => here.Host.OpenStreamAsync(there.Id, Echo));
        await stream.WriteAsync(new byte[] { 1 });
        Assert.Equal([1], await stream.ReadAsync(1));
    }

    [Fact]
    public async Task A_peer_that_floods_a_host_with_streams_gets_no_more_than_its_share_and_others_are_served()
    {
        await using var host = await TestHost.StartAsync(new Libp2pHostOptions { Limits = new ResourceLimits { MaxInboundStreams = 20 } });
        host.Host.Handle(Echo, EchoAsync, new StreamHandlerOptions { MaxInboundStreams = 5 });
        await using var flooder = await TestHost.StartAsync();
        await using var honest = await TestHost.StartAsync();
        await flooder.ConnectAsync(host);
        await honest.ConnectAsync(host);

        var open = new List<LibP2pStream>();
        var refused = 0;
        for (var i = 0; i < 100; i++)
        {
            try
            {
                var stream = await flooder.Host.OpenStreamAsync(host.Id, Echo);
                await stream.WriteAsync(new byte[] { 1 });
                await stream.ReadAsync(1);
                open.Add(stream);
            }
            catch (StreamResetException)
            {
                refused++;
            }
        }
        Assert.Equal((5, 95), (open.Count, refused));

        // Streams that never agree on a protocol are bounded too, and are given up in time.
        var raw = flooder.Host.Environment.Connected[host.Id].Connection;
        var silent = new List<LibP2pStream>();
        for (var i = 0; i < 100; i++)
        {
            silent.Add(await raw.OpenStreamAsync());
            // One that is over the limit may have been reset before this.
            await Record.ExceptionAsync(async () => await silent[^1].WriteAsync(new byte[] { 19 }));
        }
        foreach (var stream in silent.Skip(15))
            await Assert.ThrowsAsync<StreamResetException>(async () => await stream.ReadAsync(new byte[1]));
        Assert.Equal([7], await AskAsync(honest.Host, host.Id, 7));
        await open[0].WriteAsync(new byte[] { 8 });
        Assert.Equal([8], await open[0].ReadAsync(1));
    }

    [Fact]
    public async Task A_stranger_who_says_nothing_is_given_up_and_others_connect_meanwhile()
    {
        await using var host = await TestHost.StartAsync(new Libp2pHostOptions { UpgradeTimeout = TimeSpan.FromMilliseconds(500) });
        using var loris = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await loris.ConnectAsync(IPAddress.Loopback, host.Address.Port!.Value);
        await loris.SendAsync(new byte[] { 19 });
        await using var honest = await TestHost.StartAsync();
        await honest.ConnectAsync(host);
        try
        {
            while (await loris.ReceiveAsync(new byte[100]) > 0)
                continue;
        }
        catch (SocketException)
        {
            // Reset rather than finished.
        }
        Assert.Equal([honest.Id], host.Host.ConnectedPeers);
    }

    [Fact]
    public async Task A_connection_actor_that_crashes_costs_its_connection_and_no_other()
    {
        await using var system = TestSystem.Create();
        await using var host = await TestHost.StartAsync(system: system);
        host.Host.Handle(Echo, EchoAsync);
        await using var unlucky = await TestHost.StartAsync();
        await using var other = await TestHost.StartAsync();
        await unlucky.ConnectAsync(host);
        await other.ConnectAsync(host);
        host.Host.Environment.Connected[unlucky.Id].Actor.Tell(new PipeFailure(new InvalidOperationException("on purpose")));
        await TestHost.Until(() => unlucky.Events.Any(told => told is PeerDisconnected) && host.Host.ConnectedPeers.Count == 1);
        Assert.Equal([5], await AskAsync(other.Host, host.Id, 5));
        await unlucky.ConnectAsync(host);
        Assert.Equal([6], await AskAsync(unlucky.Host, host.Id, 6));
    }

    [Fact]
    public async Task A_dial_actor_that_crashes_costs_its_dial_and_who_waits_is_told()
    {
        await using var system = TestSystem.Create();
        await using var host = await TestHost.StartAsync(system: system);
        host.Host.Handle(Echo, EchoAsync);
        await using var other = await TestHost.StartAsync();
        await other.ConnectAsync(host);
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var dialing = host.Host.DialAsync(Multiaddr.FromEndPoint((IPEndPoint)silent.LocalEndpoint));
        using var accepted = await silent.AcceptSocketAsync();
        (await system.FindAsync("/user/host-*/$*")).Tell(new PipeFailure(new InvalidOperationException("on purpose")));
        Assert.Equal([5], await AskAsync(other.Host, host.Id, 5));
        Assert.Equal(ConnectionFailure.Lost, (await dialing).Failure);
        await using var next = await TestHost.StartAsync();
        await host.ConnectAsync(next);
    }

    [Fact]
    public async Task Several_hosts_live_in_one_system_also_of_one_identity_one_after_the_other()
    {
        await using var system = TestSystem.Create();
        using var key = PrivateKey.Generate(KeyType.Ed25519);
        await using var other = await TestHost.StartAsync(system: system);
        for (var i = 0; i < 3; i++)
        {
            await using var host = await Libp2pHost.CreateAsync(key, system: system);
            host.UseGossipsub();
            Assert.True((await host.DialAsync(other.Address)).IsConnected);
        }
    }

    [Fact]
    public async Task A_listener_that_crashes_listens_again_at_the_same_port_and_connections_live_on()
    {
        await using var system = TestSystem.Create();
        await using var host = await TestHost.StartAsync(system: system);
        host.Host.Handle(Echo, EchoAsync);
        await using var before = await TestHost.StartAsync();
        await before.ConnectAsync(host);
        var address = host.Address;
        (await system.FindAsync("/user/host-*/listen-0")).Tell(new PipeFailure(new InvalidOperationException("on purpose")));
        await using var after = await TestHost.StartAsync();
        // The socket is closed when the actor is restarted, and only a new one accepts further connections.
        for (var connected = 0; connected < 2;)
        {
            var dialed = await after.Host.DialAsync(address);
            Assert.True(dialed is { IsConnected: true } or { Failure: ConnectionFailure.Unreachable or ConnectionFailure.Lost }, dialed.Reason);
            connected += dialed.IsConnected ? 1 : 0;
            await after.Host.DisconnectAsync(host.Id);
            await Task.Delay(100);
        }
        Assert.Equal([5], await AskAsync(before.Host, host.Id, 5));
    }

    [Fact]
    public async Task A_host_that_is_disposed_leaves_neither_connections_nor_actors_behind()
    {
        await using var system = TestSystem.Create();
        var host = await TestHost.StartAsync(system: system);
        await using var peer = await TestHost.StartAsync();
        await peer.ConnectAsync(host);
        var address = host.Address;
        await host.DisposeAsync();
        await Assert.ThrowsAsync<ActorNotFoundException>(() => system.System.ActorSelection("/user/*").ResolveOne(TimeSpan.FromSeconds(1)));
        await TestHost.Until(() => peer.Host.ConnectedPeers.Count == 0);
        Assert.Equal(ConnectionFailure.Unreachable, (await peer.Host.DialAsync(address)).Failure);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => host.Host.DialAsync(address));
    }
}

internal static class TestHostKeys
{
    /// <summary>The id of somebody who is nowhere.</summary>
    public static PeerId Stranger
    {
        get
        {
            using var key = PrivateKey.Generate(KeyType.Ed25519);
            return PeerId.FromPublicKey(key.PublicKey);
        }
    }
}
