using LogosActors.Actors;
using LogosActors.Actors.Persistence;
using LogosActors.Actors.Persistence.Journals;
using LogosActors.Actors.TestKit;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Dialing;
using LogosActors.Libp2p.Hosting;
using LogosActors.Libp2p.Identity;
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
        await TestHost.Until(() => there.Events.OfType<PeerConnected>().Count() == 2);
        here.Host.Release(there.Id);
        await here.Host.DisconnectAsync(there.Id);
        await TestHost.Until(() => there.Events.OfType<PeerDisconnected>().Count() == 2);
        Assert.Empty(here.Host.ConnectedPeers);
    }

    [Fact]
    public async Task A_kept_peer_that_is_away_is_tried_with_growing_waits_until_it_is_back()
    {
        var time = new VirtualTime();
        await using var system = ActorSystem.Create("test", new ActorSystemOptions { Time = time });
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
        // The start's own timer, by which the listen address would be told, is out of the way.
        await TestHost.Until(() => time.TimerCount == 1);
        time.Advance(TimeSpan.FromSeconds(1));
        here.Host.Keep(there.Id, address);
        for (var failures = 1; failures <= 6; failures++)
        {
            await TestHost.Until(() => Volatile.Read(ref dials) == failures);
            // The next dial is not before half of its wait, and certainly at the end of it.
            await TestHost.Until(() => time.UntilNextTimer >= DialBackoff.After(failures, 0) && !IsDialing(system));
            time.Advance(DialBackoff.After(failures, 0) - TimeSpan.FromTicks(1));
            Assert.Equal(failures, Volatile.Read(ref dials));
            time.Advance(DialBackoff.After(failures, 1) - DialBackoff.After(failures, 0) + TimeSpan.FromTicks(1));
        }
        await using var back = await TestHost.StartAsync(key, new Libp2pHostOptions { ListenAddresses = [address] });
        while (!here.Host.ConnectedPeers.Contains(back.Id))
        {
            time.Advance(DialBackoff.Max);
            await TestHost.Until(() => !IsDialing(system));
        }

        static bool IsDialing(ActorSystem system) => system.Tree().Any(actor => actor.ActorType == typeof(DialActor));
    }

    [Fact]
    public async Task Peers_are_remembered_across_a_restart_of_the_node()
    {
        await using var journal = new InMemoryJournal();
        await using var snapshots = new InMemorySnapshotStore();
        var persistence = new PersistenceOptions
        {
            Journal = journal,
            Snapshots = snapshots,
            Serialization = EventSerialization.CreateBuilder().AddLibp2pPeers().Build(),
        };
        using var key = PrivateKey.Generate(KeyType.Ed25519);
        await using var there = await TestHost.StartAsync();
        var options = new Libp2pHostOptions { PersistPeers = true };
        KnownPeer known;
        await using (var system = ActorSystem.Create("before", new ActorSystemOptions { Persistence = persistence }))
        {
            await using var host = await Libp2pHost.CreateAsync(key, options, system);
            Assert.True((await host.DialAsync(there.Address)).IsConnected);
            host.SetScore(there.Id, 2);
            await TestHost.Until(() => host.IdentityOf(there.Id) is not null && host.Find(there.Id)?.Score == 2);
            await host.DisconnectAsync(there.Id);
            known = host.Find(there.Id)!;
        }
        await using (var system = ActorSystem.Create("after", new ActorSystemOptions { Persistence = persistence }))
        {
            await using var host = await Libp2pHost.CreateAsync(key, options, system);
            var remembered = host.Find(there.Id)!;
            Assert.Equal(known.Addresses, remembered.Addresses);
            Assert.Equal(known.Protocols, remembered.Protocols);
            Assert.Equal((known.LastSeen, 2.0), (remembered.LastSeen, remembered.Score));
            Assert.Equal(known.SignedRecord.ToArray(), remembered.SignedRecord.ToArray());
            Assert.True((await host.DialAsync(there.Id)).IsConnected);
        }
    }

    [Fact]
    public async Task A_host_without_a_journal_that_is_to_persist_goes_on_without()
    {
        await using var host = await TestHost.StartAsync(new Libp2pHostOptions { PersistPeers = true });
        await using var there = await TestHost.StartAsync();
        await there.ConnectAsync(host);
    }

    [Fact]
    public async Task A_host_actor_that_crashes_tells_of_the_connections_and_comes_back_with_port_observers_and_kept_peers()
    {
        await using var system = ActorSystem.Create("test");
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
