using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Libp2p.Tests.Gossipsub;

public sealed class MeshTests
{
    const string Topic = "/waku/2/rs/1/0";

    [Fact]
    public void A_message_reaches_every_node_of_fifty_exactly_once()
    {
        var network = FiftyNodes(seed: 1, GossipsubPresets.Relay with { FloodPublish = false });

        for (var i = 0; i < 50; i++)
            Assert.Equal(PublishOutcome.Sent, network.Publish(network.Nodes[i], Topic, [(byte)i]));
        network.Run(2);

        Assert.All(network.Nodes, node => Assert.Equal(49, node.Delivered.Count));
        Assert.All(network.Nodes, node => Assert.Equal(0, node.DeliveredTwice));
    }

    [Fact]
    public void Meshes_settle_between_d_low_and_d_high_and_are_mutual()
    {
        var network = FiftyNodes(seed: 2);
        network.Run(60);

        Assert.All(network.Nodes, node => Assert.InRange(node.Mesh(Topic).Count(), network.Options.DLow, network.Options.DHigh));
        Assert.All(network.Nodes, node => Assert.All(node.Mesh(Topic), peer => Assert.Contains(node.Id, network[peer].Mesh(Topic))));
    }

    [Fact]
    public void Gossip_brings_what_the_mesh_has_lost()
    {
        const int Messages = 40;
        var options = GossipsubPresets.Relay with { FloodPublish = false, HistoryLength = 10, HistoryGossip = 6 };
        static int Missing(RouterNetwork network) => network.Nodes.Sum(node => Messages - node.Delivered.Count);

        var network = FiftyNodes(seed: 3, options);
        network.Loss = 0.7;
        for (byte i = 0; i < Messages; i++)
            network.Publish(network.Nodes[0], Topic, [i]);
        network.Run(0.4); // before a heartbeat can have asked for anything
        var lost = Missing(network) - Messages;
        network.Run(15);
        var left = Missing(network) - Messages; // the publisher is not told of its own

        Assert.True(lost > 100, $"The mesh alone lost only {lost}: nothing to heal.");
        Assert.True(left < lost / 20, $"The mesh lost {lost}, gossip left {left}.");
    }

    [Fact]
    public void A_message_that_was_published_before_its_first_peer_came_is_offered_to_it()
    {
        var network = new RouterNetwork(6);
        var (publisher, peer) = (network.Add(), network.Add());
        network.Subscribe("t", publisher, peer);
        Assert.Equal(PublishOutcome.NoPeers, network.Publish(publisher, "t", [1]));

        network.Connect(publisher, peer);
        network.Run(3);

        Assert.Single(peer.Delivered);
    }

    [Fact]
    public void Who_joins_a_mesh_again_and_again_is_offered_messages_once_a_heartbeat()
    {
        var network = new RouterNetwork(7);
        var (publisher, puppet) = (network.Add(), network.AddPuppet());
        network.Subscribe("t", publisher);
        network.Connect(puppet, publisher);
        for (var i = 0; i < 50; i++)
        {
            network.Publish(publisher, "t", [(byte)i]);
            network.Say(puppet, publisher, rpc =>
            {
                rpc.Subscription("t", subscribe: true);
                rpc.Graft("t");
            });
            network.Run(0.1);
            network.Say(puppet, publisher, rpc => rpc.Subscription("t", subscribe: false));
            network.Run(0.1);
        }

        Assert.InRange(puppet.Lines.Count(line => line.StartsWith("ihave", StringComparison.Ordinal)), 0, 11);
    }

    [Fact]
    public void A_node_that_unsubscribes_leaves_every_mesh_and_hears_no_more()
    {
        var network = FiftyNodes(seed: 4);
        var leaver = network.Nodes[7];

        network.Act(leaver, router => router.Unsubscribe(Topic, network.Now));
        network.Run(1);
        var heard = leaver.MessagesHeard;
        network.Publish(network.Nodes[0], Topic, [1]);
        network.Run(5);

        Assert.All(network.Nodes, node => Assert.DoesNotContain(leaver.Id, node.Mesh(Topic)));
        Assert.Equal(heard, leaver.MessagesHeard);
        Assert.Equal(48, network.Nodes.Sum(node => node.Delivered.Count));
    }

    [Fact]
    public void One_who_is_not_subscribed_publishes_through_its_fanout_and_forgets_it_after_its_time()
    {
        var options = GossipsubPresets.Relay with { FloodPublish = false };
        var network = FiftyNodes(seed: 5, options);
        var outsider = network.Add();
        for (var i = 0; i < 10; i++)
            network.Connect(outsider, network.Nodes[i]);
        network.Run(1);

        Assert.Equal(PublishOutcome.Sent, network.Publish(outsider, Topic, [1]));
        network.Run(2);

        Assert.Equal(options.D, outsider.Router!.FanoutOf(Topic).Count());
        Assert.Equal(50, network.Nodes.Sum(node => node.Delivered.Count));
        network.Run(options.FanoutTtl + TimeSpan.FromSeconds(2));
        Assert.Empty(outsider.Router.FanoutOf(Topic));
    }

    [Fact]
    public void Flood_publishing_reaches_every_connected_subscriber_at_once()
    {
        var network = new RouterNetwork(6);
        var publisher = network.Add();
        var others = Enumerable.Range(0, 20).Select(_ => network.Add()).ToList();
        foreach (var other in others)
            network.Connect(other, publisher);
        network.Subscribe(Topic, network.Nodes);
        network.Run(3);

        network.Publish(publisher, Topic, [1]);
        network.Run(network.MostLatency);

        Assert.All(others, node => Assert.Single(node.Delivered));
    }

    [Fact]
    public void At_least_d_out_peers_of_a_mesh_were_dialled_by_us()
    {
        var network = new RouterNetwork(7);
        var victim = network.Add();
        network.Subscribe(Topic, victim);
        for (var i = 0; i < 30; i++)
            network.Connect(network.Add(), victim);
        network.Subscribe(Topic, network.Nodes.Skip(1));
        network.Run(5);
        var dialled = Enumerable.Range(0, 5).Select(_ => network.Add()).ToList();
        foreach (var node in dialled)
            network.Connect(victim, node);
        network.Subscribe(Topic, dialled);
        network.Run(5);

        Assert.True(victim.Mesh(Topic).Count(peer => dialled.Exists(node => node.Id.Equals(peer))) >= network.Options.DOut);
    }

    [Fact]
    public void A_mesh_that_is_too_large_keeps_its_best_peers_but_enough_that_we_dialled()
    {
        var options = GossipsubPresets.Relay with { Score = GossipsubPresets.Relay.Score with { ApplicationWeight = 1 } };
        var network = new RouterNetwork(8, options);
        var node = network.Add();
        network.Subscribe(Topic, node);
        var inbound = Enumerable.Range(0, 8).Select(_ => network.AddPuppet()).ToList();
        var outbound = Enumerable.Range(0, 4).Select(_ => network.AddPuppet()).ToList();
        network.At(network.Now, () =>
        {
            foreach (var puppet in inbound)
                network.Connect(puppet, node);
            foreach (var puppet in outbound)
                network.Connect(node, puppet);
            foreach (var (i, puppet) in inbound.Concat(outbound).Index())
            {
                network.Act(node, router => router.SetApplicationScore(puppet.Id, i < 8 ? 8 - i : 0));
                network.Act(node, router => router.Receive(puppet.Id, SubscribeAndGraft(), network.Now));
            }
        });
        network.Run(TimeSpan.FromMilliseconds(1));
        Assert.Equal(12, node.Mesh(Topic).Count());

        network.Run(1.5);

        Assert.Equal(inbound.Take(3).Select(puppet => puppet.Id).ToHashSet(), node.Mesh(Topic).Intersect(inbound.Select(puppet => puppet.Id)).ToHashSet());
        Assert.Equal(3, node.Mesh(Topic).Intersect(outbound.Select(puppet => puppet.Id)).Count());
    }

    [Fact]
    public void Subscriptions_that_the_filter_does_not_accept_are_not_noted()
    {
        var router = new GossipsubRouter(GossipsubPresets.Relay, new Random(1), accepts: topic => !string.Equals(topic, Topic, StringComparison.Ordinal));
        router.PeerConnected(NumberedPeer.Id(1), GossipsubVersion.V11, PeerDirection.Inbound, null);

        router.Receive(NumberedPeer.Id(1), SubscribeAndGraft(), TimeSpan.Zero);

        Assert.Empty(router.PeersOf(Topic));
        Assert.Equal(0, router.KnownTopics);
    }

    static byte[] SubscribeAndGraft()
    {
        var rpc = new GossipsubRpc();
        rpc.Subscription(Topic, subscribe: true);
        rpc.Graft(Topic);
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        rpc.WriteTo(output);
        return output.WrittenSpan.ToArray();
    }

    static RouterNetwork FiftyNodes(int seed, GossipsubOptions? options = null)
    {
        var network = new RouterNetwork(seed, options);
        for (var i = 0; i < 50; i++)
            network.Add();
        network.ConnectRandomly(network.Nodes, dials: 8);
        network.Subscribe(Topic, network.Nodes);
        network.Run(10);
        return network;
    }
}
