using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Actors.Persistence;
using LogosActors.Actors.Serialization;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Hosting;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Peers;
using LogosActors.Libp2p.Peers.Stored;
using LogosActors.Libp2p.Tests.Hosting;
using LogosActors.TestKit;
using LogosActors.Tests;

namespace LogosActors.Libp2p.Tests.Peers;

/// <summary>Peers that are remembered across restarts, of actors and of the node.</summary>
public sealed class PeerJournalTests
{
    static readonly PersistencePlugins Simulated = new("akka.persistence.journal.simulated", "akka.persistence.snapshot-store.simulated");

    static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task Peers_are_remembered_across_a_restart_of_the_node()
    {
        using var folder = new TemporaryFolder();
        using var file = SqliteJournalFile.Open(Path.Combine(folder.Path, "journal.db"));
        var plugins = PersistencePlugins.Named("test");
        var journal = JournalConfiguration.Sqlite(plugins, Path.Combine(folder.Path, "journal.db")).ToString();
        using var key = PrivateKey.Generate(KeyType.Ed25519);
        await using var there = await TestHost.StartAsync();
        var options = new Libp2pHostOptions { PeerJournal = plugins };
        KnownPeer known;
        await using (var system = TestSystem.Create(configuration: journal))
        {
            await using var host = await Libp2pHost.CreateAsync(key, options, system);
            Assert.True((await host.DialAsync(there.Address)).IsConnected);
            host.SetScore(there.Id, 2);
            await TestHost.Until(() => host.IdentityOf(there.Id) is not null && host.Find(there.Id)?.Score == 2);
            await host.DisconnectAsync(there.Id);
            known = host.Find(there.Id)!;
        }
        await using (var system = TestSystem.Create(configuration: journal))
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
    public async Task A_host_whose_journal_is_not_configured_says_so_and_goes_on_without()
    {
        await using var host = await TestHost.StartAsync(new Libp2pHostOptions { PeerJournal = PersistencePlugins.Named("nowhere") });
        await using var there = await TestHost.StartAsync();
        await there.ConnectAsync(host);
    }

    [Fact]
    public void Where_a_peer_is_is_stored_soon_after_it_is_known_and_further_changes_together()
    {
        using var simulation = new Simulation();
        using var host = new JournalledHost(simulation);
        var (first, second) = (TestHostKeys.Stranger, TestHostKeys.Stranger);
        host.Score(first, 1);
        simulation.RunFor(TimeSpan.FromSeconds(1));
        Assert.Empty(host.Stored());

        host.Learn(first);
        host.Learn(second);
        simulation.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(new[] { first, second }.Order(), host.Stored().Order());

        host.Score(TestHostKeys.Stranger, 1);
        simulation.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(2, host.Stored().Count());
        simulation.RunFor(TimeSpan.FromSeconds(5));
        Assert.Equal(3, host.Stored().Count());
    }

    [Fact]
    public void A_journal_that_fails_comes_back_by_itself_and_has_what_was_learned_meanwhile()
    {
        using var simulation = new Simulation();
        using var host = new JournalledHost(simulation);
        var (before, meanwhile, after) = (TestHostKeys.Stranger, TestHostKeys.Stranger, TestHostKeys.Stranger);
        host.Learn(before);
        simulation.RunFor(Long);

        simulation.Storage.IsDown = true;
        host.Learn(meanwhile);
        simulation.RunFor(Long);
        Assert.Same(PeerJournal.NotStored.Instance, simulation.Ask<object>(host.Actor, Host.Flush.Instance));
        simulation.Storage.IsDown = false;
        simulation.RunFor(Long);
        host.Learn(after);
        simulation.RunFor(Long);

        Assert.Equal(new[] { before, meanwhile, after }.Order(), host.Stored().Order());
        Assert.Same(PeerJournal.Stored.Instance, simulation.Ask<object>(host.Actor, Host.Flush.Instance));
    }

    [Fact]
    public void A_host_whose_journal_is_away_at_the_start_starts_and_remembers_what_was_stored_when_it_is_back()
    {
        using var simulation = new Simulation();
        var stored = TestHostKeys.Stranger;
        using var key = PrivateKey.Generate(KeyType.Ed25519);
        using (var host = new JournalledHost(simulation, key))
        {
            host.Learn(stored);
            simulation.RunFor(Long);
        }
        simulation.Storage.IsDown = true;
        using var next = new JournalledHost(simulation, key);

        simulation.Ask<Host.Started>(next.Actor, Host.WaitForStart.Instance);
        Assert.Empty(next.Known);
        simulation.Storage.IsDown = false;
        simulation.RunFor(Long);

        Assert.Equal([stored], next.Known);
    }

    [Fact]
    public void Whatever_crashes_and_however_the_journal_fails_no_peer_is_lost() => Simulation.Explore(40, simulation =>
    {
        using var host = new JournalledHost(simulation);
        var journal = host.Actor.Path / "peers";
        PeerId[] peers = [.. Enumerable.Range(0, 30).Select(_ => TestHostKeys.Stranger)];
        simulation.Storage.Faults = new StorageFaults { WriteFailure = 0.2, WriteFailureAfterCommit = 0.2, RecoveryFailure = 0.2, MaxLatency = TimeSpan.FromSeconds(1) };
        foreach (var peer in peers)
        {
            host.Learn(peer);
            if (simulation.Random.Next(4) == 0)
                simulation.Crash(host.Actor);
            if (simulation.Random.Next(4) == 0)
                simulation.System.ActorSelection(journal).Tell(new PipeFailure(new InvalidOperationException("on purpose")));
            simulation.RunFor(TimeSpan.FromSeconds(simulation.Random.Next(10)));
        }
        simulation.Storage.Faults = StorageFaults.None;
        simulation.RunFor(Long);

        Assert.Equal(peers.Order(), host.Known.Order());
        Assert.Equal(peers.Order(), host.Stored().Order());
    });

    [Fact]
    public void The_history_is_kept_short_by_snapshots()
    {
        using var simulation = new Simulation();
        using var host = new JournalledHost(simulation);
        // What is remembered of one peer changes again and again.
        var peer = TestHostKeys.Stranger;
        for (var i = 1; i <= 5 * PeerJournalActor.SnapshotInterval; i++)
        {
            host.Actor.Tell(new Host.SetScore(peer, i), ActorRefs.NoSender);
            simulation.Ask<PeerJournal.Stored>(host.Actor, Host.Flush.Instance);
        }
        simulation.RunUntilIdle();

        Assert.InRange(simulation.Storage.EventCount, 0, PeerJournalActor.SnapshotInterval);
        Assert.Equal(1, simulation.Storage.SnapshotCount);
    }

    [Fact]
    public void What_is_stored_has_these_manifests_and_these_bytes()
    {
        using var simulation = new Simulation();
        ProtobufSerializer.Install(simulation.System, StoredPeers.Types);
        // Extensions that bring configuration, as this one does, have Akka make its serializers again.
        Akka.Persistence.Persistence.Instance.Apply(simulation.System);
        var peer = new StoredPeer
        {
            PeerId = Google.Protobuf.ByteString.CopyFrom(1, 2),
            Addresses = { Google.Protobuf.ByteString.CopyFrom(3) },
            Protocols = { "/a" },
            AgentVersion = "b",
            LastSeen = 300,
            Score = -1,
            SignedRecord = Google.Protobuf.ByteString.CopyFrom(4),
            RecordSequence = 5,
        };
        const string Peer = "0A0201021201031A022F612201 6228AC023100 0000000000F0BF3A01044005";
        Check(new PeersChanged { Remembered = { peer }, Forgotten = { Google.Protobuf.ByteString.CopyFrom(9) } }, "logos.peers.changed.v1", $"0A1F{Peer}120109");
        Check(new PeersSnapshot { Peers = { peer } }, "logos.peers.snapshot.v1", $"0A1F{Peer}");
        Assert.Equal(2, StoredPeers.Types.Types.Count);

        void Check(object message, string manifest, string bytes)
        {
            var serializer = Assert.IsType<ProtobufSerializer>(simulation.System.Serialization.FindSerializerFor(message));
            Assert.Equal((7110, manifest), (serializer.Identifier, serializer.Manifest(message)));
            Assert.Equal(bytes.Replace(" ", "", StringComparison.Ordinal), Convert.ToHexString(serializer.ToBinary(message)));
            Assert.Equal(message, serializer.FromBinary(serializer.ToBinary(message), manifest));
        }
    }

    /// <summary>A host that listens nowhere, in a simulation.</summary>
    sealed class JournalledHost : IDisposable
    {
        readonly Simulation _simulation;
        readonly PrivateKey _key;
        readonly HostEnvironment _environment;

        public JournalledHost(Simulation simulation, PrivateKey? key = null)
        {
            (_simulation, _key) = (simulation, key ?? PrivateKey.Generate(KeyType.Ed25519));
            ProtobufSerializer.Install(simulation.System, StoredPeers.Types);
            simulation.Storage.Serialize = true;
            _environment = new HostEnvironment(_key, new Libp2pHostOptions { PeerJournal = Simulated }, simulation.Time);
            Actor = simulation.System.ActorOf(HostActor.Props(_environment));
        }

        public IActorRef Actor { get; }

        public IEnumerable<PeerId> Known => _environment.State.Value.Known.Keys;

        public void Learn(PeerId peer) => Actor.Tell(new Host.AddAddresses(peer, [Multiaddr.Parse("/ip4/192.0.2.1/tcp/1")]), ActorRefs.NoSender);

        public void Score(PeerId peer, double score) => Actor.Tell(new Host.SetScore(peer, score), ActorRefs.NoSender);

        /// <summary>What a new incarnation of the journal's actor finds.</summary>
        public IEnumerable<PeerId> Stored()
        {
            var host = _simulation.CreateProbe();
            var journal = _simulation.System.ActorOf(PeerJournalActor.Props(Simulated, _environment.Self, host.Ref));
            var recovered = host.ExpectMessage<PeerJournal.Recovered>(TimeSpan.FromMinutes(1));
            _simulation.System.Stop(journal);
            return recovered.Peers.Select(peer => peer.Peer);
        }

        public void Dispose()
        {
            _simulation.System.Stop(Actor);
            _simulation.RunUntilIdle();
            _environment.Dispose();
        }
    }
}
