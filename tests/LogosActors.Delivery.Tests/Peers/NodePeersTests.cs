using Akka.Actor;
using Akka.Persistence;
using LogosActors.Actors;
using LogosActors.Delivery.Tests.Hosting;
using LogosActors.Libp2p.Addresses;
using Microsoft.Extensions.Logging.Abstractions;
using static LogosActors.Delivery.Tests.Node;

namespace LogosActors.Delivery.Tests.Peers;

public sealed class NodePeersTests : IDisposable
{
    // Loopback addresses and a port that the system gives to nobody: the node that comes back must find its place free.
    static readonly Multiaddr Place = Multiaddr.Parse("/ip4/127.0.5.77/tcp/20577");

    readonly string _path = Directory.CreateTempSubdirectory("logos-").FullName;

    public void Dispose() => Directory.Delete(_path, recursive: true);

    [Fact]
    public async Task An_entry_node_without_a_peer_id_is_dialed_until_somebody_answers_and_again_when_it_is_somebody_else()
    {
        await using var node = await MessagingNode.CreateAsync(Options with { EntryNodes = [Place] });
        await node.StartAsync();
        await using (await StartAsync(Options with { ListenAddresses = [Place] }))
            await node.HasRelayPeersAsync(1);
        await node.HasRelayPeersAsync(0);

        await using var other = await StartAsync(Options with { ListenAddresses = [Place] });

        await node.HasRelayPeersAsync(1);
        Assert.Contains(node.PeerId, other.ConnectedPeers);
    }

    [Fact]
    public async Task A_node_finds_its_peers_again_after_a_restart_without_entry_nodes()
    {
        await using var alice = await StartAsync();
        await using (var bob = await StartAsync(Options with { DataDirectory = _path }, alice))
        {
            await bob.HasRelayPeersAsync(1);
            // She says where she can be found beside that, sooner or later.
            await TestHost.Until(() => bob.Host!.KnownPeers.Any(known => known.Peer == alice.PeerId && known is { Addresses: not [], Protocols: not [] }));
        }

        await using var again = await StartAsync(Options with { DataDirectory = _path });

        await TestHost.Until(() => again.ConnectedPeers.Contains(alice.PeerId));
    }

    /// <summary>A journal reads only the types that its system knew when it started: those of peers, too, although the host comes later.</summary>
    [Fact]
    public async Task A_node_whose_journal_has_started_long_before_it_remembers_its_peers()
    {
        await using var alice = await StartAsync();
        await using (var bob = await StartAsync(Options with { DataDirectory = _path }, alice))
            await TestHost.Until(() => bob.Host!.KnownPeers.Any(known => known.Peer == alice.PeerId));
        using var system = LogosSystem.Create("app", NullLoggerFactory.Instance);
        await using (var again = await MessagingNode.CreateAsync(Options with { DataDirectory = _path, TargetRelayPeers = 0 }, system: system))
        {
            var journal = Persistence.Instance.Apply(system).JournalFor(PersistencePlugins.Named($"node-{again.PeerId}").Journal);
            await journal.Ask<RecoverySuccess>(asker => new ReplayMessages(1, 1, 1, "somebody", asker), TimeSpan.FromSeconds(60), CancellationToken.None);

            await again.StartAsync();

            await TestHost.Until(() => again.Host!.KnownPeers.Any(known => known.Peer == alice.PeerId));
        }
        await system.Terminate();
    }

    [Fact]
    public async Task A_node_that_wants_no_relay_peers_dials_no_known_peer()
    {
        await using var alice = await StartAsync();
        await using (var bob = await StartAsync(Options with { DataDirectory = _path }, alice))
            await bob.HasRelayPeersAsync(1);
        await alice.HasRelayPeersAsync(0);
        await using var carol = await StartAsync();

        await using var again = await StartAsync(Options with { DataDirectory = _path, TargetRelayPeers = 0 }, carol);

        await again.HasRelayPeersAsync(1);
        Assert.Equal([again.PeerId], carol.ConnectedPeers);
        Assert.Empty(alice.ConnectedPeers);
    }
}
