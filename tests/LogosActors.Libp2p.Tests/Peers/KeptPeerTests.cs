using Akka.Actor;
using Akka.TestKit;
using LogosActors.Actors;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Dialing;
using LogosActors.Libp2p.Hosting;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Peers;
using LogosActors.Libp2p.Tests.Hosting;

namespace LogosActors.Libp2p.Tests.Peers;

public sealed class KeptPeerTests
{
    [Fact]
    public async Task A_peer_that_was_connected_once_is_dialed_by_its_id()
    {
        await using var here = await TestHost.StartAsync();
        await using var there = await TestHost.StartAsync();
        Assert.Equal(ConnectionFailure.NoAddress, (await here.Host.DialAsync(there.Id)).Failure);
        await there.ConnectAsync(here);
        await TestHost.Until(() => here.Host.IdentityOf(there.Id) is not null);
        await here.Host.DisconnectAsync(there.Id);
        Assert.True((await here.Host.DialAsync(there.Id)).IsConnected);
        Assert.NotNull(here.Host.Find(there.Id)!.LastSeen);
        Assert.Equal([there.Id], here.Host.KnownPeers.Select(peer => peer.Peer));
    }

    [Fact]
    public async Task A_kept_peer_is_dialed_again_when_its_connection_is_lost_and_not_after_its_release()
    {
        await using var here = await TestHost.StartAsync();
        await using var there = await TestHost.StartAsync();
        here.Host.Keep(there.Id, there.Address);
        await TestHost.Until(() => there.Host.ConnectedPeers.Contains(here.Id));
        await there.Host.DisconnectAsync(here.Id);
        await TestHost.Until(() => there.Events.OfType<PeerConnected>().Count() == 2 && here.Events.OfType<PeerConnected>().Count() == 2);
        here.Host.Release(there.Id);
        await here.Host.DisconnectAsync(there.Id);
        await TestHost.Until(() => there.Events.OfType<PeerDisconnected>().Count() == 2);
        Assert.Empty(here.Host.ConnectedPeers);
    }

    [Fact]
    public async Task A_kept_peer_that_is_away_is_tried_with_growing_waits_until_it_is_back()
    {
        await using var system = TestSystem.Create(configuration: "akka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\"");
        var time = (TestScheduler)system.System.Scheduler;
        var dials = 0;
        await using var here = await TestHost.StartAsync(
            new Libp2pHostOptions
            {
                Gate = new ConnectionGate
                {
                    AllowDial = (_, _) =>
                    {
                        Interlocked.Increment(ref dials);
                        return true;
                    },
                },
            },
            system);
        using var key = PrivateKey.Generate(KeyType.Ed25519);
        var there = await TestHost.StartAsync(key);
        var address = there.Address;
        await there.Host.DisposeAsync();
        here.Host.Keep(there.Id, address);
        for (var failures = 1; failures <= 6; failures++)
        {
            await AwaitDial(failures);
            // The next dial is not before half of its wait, and certainly at the end of it.
            time.Advance(DialBackoff.After(failures, 0) - TimeSpan.FromMilliseconds(1));
            await SettleAsync();
            Assert.Equal(failures, Volatile.Read(ref dials));
            time.Advance(DialBackoff.After(failures, 1) - DialBackoff.After(failures, 0) + TimeSpan.FromMilliseconds(1));
        }
        await AwaitDial(7);
        await using var back = await TestHost.StartAsync(key, new Libp2pHostOptions { ListenAddresses = [address] });
        time.Advance(DialBackoff.Max);
        await TestHost.Until(() => here.Host.ConnectedPeers.Contains(back.Id));

        // A dial of a port where nobody listens has ended, and the host has heard of it.
        async Task AwaitDial(int number)
        {
            await TestHost.Until(() => Volatile.Read(ref dials) == number);
            while (await IsDialingAsync())
                await Task.Delay(5);
            await SettleAsync();
        }

        async Task<bool> IsDialingAsync()
        {
            try
            {
                await system.System.ActorSelection("/user/host-*/$*").ResolveOne(TimeSpan.FromMilliseconds(50));
                return true;
            }
            catch (ActorNotFoundException)
            {
                return false;
            }
        }

        Task SettleAsync() => here.Host.Actor.Ask<PeerJournal.Stored>(Host.Flush.Instance);
    }

    [Fact]
    public async Task A_host_actor_that_crashes_tells_of_the_connections_and_comes_back_with_port_observers_and_kept_peers()
    {
        await using var system = TestSystem.Create();
        await using var host = await TestHost.StartAsync(system: system);
        await using var kept = await TestHost.StartAsync();
        var address = host.Address;
        host.Host.Keep(kept.Id, kept.Address);
        await TestHost.Until(() => kept.Host.ConnectedPeers.Contains(host.Id) && host.Events.OfType<PeerConnected>().Any());
        host.Host.Actor.Tell(new PipeFailure(new InvalidOperationException("on purpose")));
        await TestHost.Until(() => host.Events.OfType<PeerDisconnected>().Any() && host.Events.OfType<PeerConnected>().Count() == 2);
        await TestHost.Until(() => host.Host.ListenAddresses.Count == 1);
        Assert.Equal(address, host.Address);
        await using var other = await TestHost.StartAsync();
        await other.ConnectAsync(host);
        await other.Host.PingAsync(host.Id);
    }
}
