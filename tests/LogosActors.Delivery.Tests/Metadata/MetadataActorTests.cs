using System.Collections.Concurrent;
using Akka.Actor;
using Akka.TestKit;
using LogosActors.Delivery.Metadata;
using LogosActors.Delivery.Tests.Hosting;
using LogosActors.Libp2p;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Requests;

namespace LogosActors.Delivery.Tests.Metadata;

public sealed class MetadataActorTests
{
    [Fact]
    public async Task Peers_of_one_network_learn_each_others_shards()
    {
        await using var here = await Node.StartAsync(1, [2, 5]);
        await using var there = await Node.StartAsync(1, [0]);
        await here.Host.ConnectAsync(there.Host);

        await TestHost.Until(() => here.Learned.ContainsKey(there.Host.Id) && there.Learned.ContainsKey(here.Host.Id));

        Assert.Equal((1U, 0), (here.Learned[there.Host.Id].Cluster, Assert.Single(here.Learned[there.Host.Id].Shards)));
        Assert.Equal(new ushort[] { 2, 5 }, there.Learned[here.Host.Id].Shards);
    }

    [Theory]
    [InlineData(2U)]
    [InlineData(null)]
    public async Task A_peer_of_another_network_is_disconnected_and_not_told_of(uint? cluster)
    {
        await using var here = await Node.StartAsync(1, [0]);
        await using var there = await Node.StartAsync(cluster, [0]);
        var gone = new ConcurrentQueue<HostEvent>();
        here.Host.Host.Subscribe(gone.Enqueue);
        there.Host.Host.Subscribe(gone.Enqueue);

        // Not more than dialed: it may have ended before both sides are seen connected.
        Assert.True((await here.Host.Host.DialAsync(there.Host.Host.ListenAddresses[0])).IsConnected);

        await TestHost.Until(() => gone.Count(occurred => occurred is PeerDisconnected) == 2);
        Assert.Empty(here.Host.Host.ConnectedPeers);
        Assert.Empty(there.Host.Host.ConnectedPeers);
        Assert.Empty(here.Learned);
        Assert.Empty(there.Learned);
    }

    [Fact]
    public async Task A_network_that_is_not_said_is_network_zero()
    {
        await using var here = await Node.StartAsync(0, [0]);
        await using var there = await Node.StartAsync(null, []);
        await here.Host.ConnectAsync(there.Host);

        await TestHost.Until(() => here.Learned.ContainsKey(there.Host.Id));

        Assert.Empty(here.Learned[there.Host.Id].Shards);
    }

    [Fact]
    public async Task A_peer_of_another_network_that_only_asks_gets_its_answer_and_is_disconnected()
    {
        await using var here = await Node.StartAsync(1, [3]);
        await using var there = await TestHost.StartAsync();
        await there.ConnectAsync(here.Host);
        using var client = there.Host.CreateClient(MetadataProtocol.Protocol);

        // The connection may end before the answer is read: either says that the question has come.
        var answer = await client.RequestAsync(here.Host.Id, new NodeMetadata(7, []));

        Assert.True(answer.IsAnswered ? answer.Response.Cluster == 1 : answer.Failure is not ConnectionFailure.TimedOut, answer.Reason);
        await TestHost.Until(() => there.Host.ConnectedPeers.Count == 0);
    }

    [Fact]
    public async Task A_peer_that_does_not_speak_the_protocol_stays()
    {
        await using var here = await Node.StartAsync(1, [0]);
        await using var mute = await TestHost.StartAsync();
        await using var there = await Node.StartAsync(1, [4]);
        await here.Host.ConnectAsync(mute);
        await TestHost.Until(() => here.Host.Host.IdentityOf(mute.Id) is not null);
        await here.Host.ConnectAsync(there.Host);
        await TestHost.Until(() => here.Learned.ContainsKey(there.Host.Id));

        Assert.Contains(mute.Id, here.Host.Host.ConnectedPeers);
        Assert.Single(here.Learned);
    }

    [Fact]
    public async Task A_restart_asks_those_who_are_connected_again()
    {
        var isBroken = true;
        await using var there = await Node.StartAsync(1, [4]);
        await using var here = await Node.StartAsync(1, [0], _ =>
        {
            if (Interlocked.Exchange(ref isBroken, false))
                throw new InvalidOperationException("on purpose");
        });
        await here.Host.ConnectAsync(there.Host);

        await TestHost.Until(() => here.Learned.ContainsKey(there.Host.Id));
    }

    [Fact]
    public async Task A_peer_is_asked_again_when_it_has_not_answered_and_when_its_answer_is_old()
    {
        var asked = 0;
        await using var there = await TestHost.StartAsync();
        there.Host.Serve(MetadataProtocol.Protocol, (_, _, _) => Interlocked.Increment(ref asked) == 1
            ? throw new InvalidOperationException("on purpose")
            : Task.FromResult(new NodeMetadata(1, [(ushort)asked])));
        await using var here = await Node.StartAsync(1, [0], isTimeVirtual: true);
        await here.Host.ConnectAsync(there);
        await TestHost.Until(() => Volatile.Read(ref asked) == 1);

        // The timer may start after the first step.
        await TestHost.Until(() =>
        {
            here.Scheduler.Advance(MetadataActor.RetryDelay);
            return here.Learned.ContainsKey(there.Id);
        });
        var first = here.Learned[there.Id].Shards[0];
        await TestHost.Until(() =>
        {
            here.Scheduler.Advance(MetadataActor.RefreshDelay);
            return here.Learned[there.Id].Shards[0] > first;
        });
    }

    [Fact]
    public async Task Connected_peers_learn_of_a_shard_that_is_joined_later()
    {
        var told = new ConcurrentQueue<NodeMetadata>();
        await using var there = await TestHost.StartAsync();
        there.Host.Serve(MetadataProtocol.Protocol, (_, metadata, _) =>
        {
            told.Enqueue(metadata);
            return Task.FromResult(new NodeMetadata(1, []));
        });
        ushort[] shards = [0];
        await using var here = await Node.StartAsync(1, () => shards);
        await here.Host.ConnectAsync(there);
        await TestHost.Until(() => told.Count == 1);

        shards = [0, 3];
        here.Actor.Tell(MetadataActor.ShardsChanged.Instance);
        here.Actor.Tell(MetadataActor.ShardsChanged.Instance);

        await TestHost.Until(() => told.Count == 2);
        Assert.Equal(new ushort[] { 0, 3 }, told.Last().Shards);
        // A light client has no shards, and stays.
        Assert.Contains(there.Id, here.Host.Host.ConnectedPeers);
    }

    sealed class Node(TestHost host, ActorSystem system) : IAsyncDisposable
    {
        public IActorRef Actor { get; private set; } = ActorRefs.Nobody;

        public TestHost Host => host;

        public TestScheduler Scheduler => (TestScheduler)system.Scheduler;

        public ConcurrentDictionary<PeerId, PeerShards> Learned { get; } = new();

        public static Task<Node> StartAsync(uint? cluster, ushort[] shards, Action<PeerShards>? before = null, bool isTimeVirtual = false) =>
            StartAsync(cluster, () => shards, before, isTimeVirtual);

        public static async Task<Node> StartAsync(uint? cluster, Func<ushort[]> shards, Action<PeerShards>? before = null, bool isTimeVirtual = false)
        {
            var scheduler = isTimeVirtual ? "akka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\"" : "";
            var system = ActorSystem.Create("metadata", scheduler);
            var node = new Node(await TestHost.StartAsync(), system);
            void Publish(PeerShards learned)
            {
                before?.Invoke(learned);
                node.Learned[learned.Peer] = learned;
            }
            node.Actor = system.ActorOf(MetadataActor.Props(node.Host.Host, () => new NodeMetadata(cluster, shards()), Publish));
            // Served once it has started; else the peer could find that it does not speak the protocol.
            await TestHost.Until(() => node.Host.Host.Protocols.Contains(MetadataProtocol.Id, StringComparer.Ordinal));
            return node;
        }

        public async ValueTask DisposeAsync()
        {
            await host.DisposeAsync();
            await system.Terminate();
        }
    }
}
