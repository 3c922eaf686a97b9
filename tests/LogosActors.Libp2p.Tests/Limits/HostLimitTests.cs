using System.Net;
using System.Net.Sockets;
using LogosActors.Actors;
using LogosActors.Actors.TestKit;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Limits;
using LogosActors.Libp2p.Tests.Hosting;

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
    public async Task Handshakes_under_way_are_bounded_and_room_is_given_back()
    {
        await using var host = await TestHost.StartAsync(new Libp2pHostOptions
        {
            UpgradeTimeout = TimeSpan.FromMinutes(1),
            Limits = new ResourceLimits { MaxPendingInbound = 3 },
        });
        var silent = new List<Socket>();
        for (var i = 0; i < 3; i++)
        {
            silent.Add(new Socket(SocketType.Stream, ProtocolType.Tcp));
            await silent[i].ConnectAsync(IPAddress.Loopback, host.Address.Port!.Value);
        }
        await using var late = await TestHost.StartAsync();
        Assert.Equal(ConnectionFailure.Lost, (await late.Host.DialAsync(host.Address)).Failure);
        foreach (var socket in silent)
            socket.Dispose();
        DialResult dialed;
        do
            dialed = await late.Host.DialAsync(host.Address);
        while (dialed.Failure is ConnectionFailure.Lost);
        Assert.True(dialed.IsConnected, dialed.Reason);
    }

    [Fact]
    public async Task A_full_host_refuses_strangers_while_its_connections_are_new_and_prunes_an_idle_one_later()
    {
        var time = new VirtualTime();
        await using var system = ActorSystem.Create("test", new ActorSystemOptions { Time = time });
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
}
