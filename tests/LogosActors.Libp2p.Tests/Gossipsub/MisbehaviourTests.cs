using System.Net;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Libp2p.Tests.Gossipsub;

public sealed class MisbehaviourTests
{
    const string Topic = "t";

    static readonly byte[] Utf8 = "t"u8.ToArray();

    [Fact]
    public void A_graft_within_the_back_off_is_pruned_and_penalised_twice_when_it_is_a_flood()
    {
        var (network, node, puppet) = NodeAndPuppet();
        network.Say(puppet, node, rpc => rpc.Graft(Topic));
        network.Run(1);
        network.Act(node, router => router.Unsubscribe(Topic, network.Now));
        network.Subscribe(Topic, node);
        network.Run(0.5);

        network.Say(puppet, node, rpc => rpc.Graft(Topic));
        network.Run(0.2);

        Assert.Equal(-10 * 2 * 2, node.Router!.ScoreOf(puppet.Id), 6);
        Assert.Contains($"prune {Topic} 60 s", puppet.Lines);
        Assert.Empty(node.Mesh(Topic));
    }

    [Fact]
    public void A_peer_that_is_started_again_and_again_is_told_of_the_back_off_each_time_and_keeps_its_score()
    {
        var (network, node, puppet) = NodeAndPuppet();
        network.Run(2);
        network.Act(node, router => router.Unsubscribe(Topic, network.Now));
        network.Subscribe(Topic, node);
        for (var start = 0; start < 20; start++)
        {
            network.Disconnect(puppet, node);
            puppet.Heard.Clear();
            Join(network, puppet, node);
            network.Say(puppet, node, rpc => rpc.Graft(Topic));
            network.Run(1);

            Assert.Contains($"prune {Topic} 60 s", puppet.Lines);
            Assert.Empty(node.Mesh(Topic));
            Assert.InRange(node.Router!.ScoreOf(puppet.Id), 0, double.MaxValue);
        }

        network.Say(puppet, node, rpc => rpc.Graft(Topic));
        network.Run(0.2);
        Assert.Equal(-10 * 2 * 2, node.Router!.ScoreOf(puppet.Id), 6);
    }

    [Fact]
    public void A_pruned_peer_is_not_grafted_before_its_back_off_and_the_slack_are_over()
    {
        var (network, node, puppet) = NodeAndPuppet();
        network.Run(2);
        Assert.Contains($"graft {Topic}", puppet.Lines);

        network.Say(puppet, node, rpc => rpc.Prune(Topic, TimeSpan.FromSeconds(20), []));
        network.Run(0.2);
        var pruned = network.Now;
        puppet.Heard.Clear();
        network.Run(30);

        var grafted = puppet.Heard.First(heard => heard.Line.StartsWith("graft", StringComparison.Ordinal)).At;
        Assert.InRange((grafted - pruned).TotalSeconds, 20.8, 22.5);
    }

    [Fact]
    public void A_back_off_outlives_the_connection()
    {
        var (network, node, puppet) = NodeAndPuppet();
        network.Run(2);
        network.Say(puppet, node, rpc => rpc.Prune(Topic, TimeSpan.FromSeconds(60), []));
        network.Run(0.2);

        network.Disconnect(puppet, node);
        Join(network, puppet, node);
        puppet.Heard.Clear();
        network.Run(10);

        Assert.DoesNotContain($"graft {Topic}", puppet.Lines);
    }

    [Fact]
    public void Ihaves_beyond_the_limits_are_not_answered()
    {
        var (network, node, puppet) = NodeAndPuppet();

        for (var i = 0; i < 30; i++)
            network.Say(puppet, node, rpc => rpc.IHave(Topic, RandomIds(i, 300)));
        network.Run(0.1);

        var asked = puppet.Lines.Where(line => line.StartsWith("iwant", StringComparison.Ordinal)).Sum(line => line.Split(' ').Length - 1);
        Assert.Equal(node.Router!.QueuedFor(puppet.Id), (0, 0));
        Assert.InRange(asked, 1, network.Options.Limits.IHaveMessages * 300);
    }

    [Fact]
    public void Announcing_messages_that_never_come_costs_score_until_gossip_is_ignored()
    {
        var (network, node, puppet) = NodeAndPuppet();

        for (var i = 0; i < 20; i++)
        {
            network.Say(puppet, node, rpc => rpc.IHave(Topic, RandomIds(i, 10)));
            network.Run(1);
        }
        Assert.True(node.Router!.ScoreOf(puppet.Id) < network.Options.Score.GossipThreshold);
        puppet.Heard.Clear();
        network.Say(puppet, node, rpc => rpc.IHave(Topic, RandomIds(99, 10)));
        network.Run(1);

        Assert.DoesNotContain(puppet.Lines, line => line.StartsWith("iwant", StringComparison.Ordinal));
        Assert.DoesNotContain(puppet.Id, node.Mesh(Topic));
    }

    [Fact]
    public void A_promise_is_kept_when_anyone_sends_the_message()
    {
        var (network, node, puppet) = NodeAndPuppet();
        var other = Join(network, network.AddPuppet(), node);
        var message = Message([1, 2, 3]);

        network.Say(puppet, node, rpc => rpc.IHave(Topic, new[] { message.Id }));
        network.Run(0.2);
        network.Say(other, node, rpc => rpc.Message(message));
        network.Run(10);

        Assert.Contains($"iwant {message.Id}", puppet.Lines);
        Assert.True(node.Router!.ScoreOf(puppet.Id) >= 0);
    }

    [Fact]
    public void A_message_is_sent_on_iwant_as_often_as_the_limit_allows()
    {
        var (network, node, puppet) = NodeAndPuppet();
        network.Say(puppet, node, rpc => rpc.Prune(Topic, TimeSpan.FromSeconds(60), []));
        network.Run(0.1);
        network.Publish(node, Topic, [7]);
        network.Run(0.1);
        var sent = puppet.MessagesHeard;

        for (var i = 0; i < 10; i++)
            network.Say(puppet, node, rpc => rpc.IWant(MessageId.OfData([7])));
        network.Run(0.2);

        Assert.Equal(network.Options.GossipRetransmission, puppet.MessagesHeard - sent);
    }

    [Fact]
    public void Who_sends_invalid_messages_is_graylisted_and_disconnected()
    {
        var (network, node, puppet) = NodeAndPuppet();
        node.Validator = message => message.Data.Span[0] == 0xbd ? ValidationResult.Reject : ValidationResult.Accept;

        for (byte i = 0; i < 12; i++)
            network.Say(puppet, node, rpc => rpc.Message(Message([0xbd, i])));
        network.Run(2);

        Assert.Equal((puppet.Id, DisconnectReason.Graylisted), Assert.Single(node.Disconnected));
        Assert.Empty(node.Delivered);
        Assert.Empty(node.Mesh(Topic));

        // The score is remembered: coming back does not help.
        Join(network, puppet, node);
        network.Say(puppet, node, rpc => rpc.Message(Message([1])));
        network.Run(2);
        Assert.Empty(node.Delivered);
        Assert.Equal(2, node.Disconnected.Count);
    }

    [Fact]
    public void Too_many_peers_at_one_address_are_held_against_all_of_them()
    {
        var network = new RouterNetwork(11);
        var node = network.Add();
        network.Subscribe(Topic, node);
        var sybils = Enumerable.Range(0, 8).Select(_ => Join(network, network.AddPuppet(IPAddress.Parse("192.0.2.1")), node)).ToList();
        var honest = Join(network, network.AddPuppet(), node);
        network.Run(3);

        Assert.All(sybils, sybil => Assert.Equal(-50 * 3 * 3, node.Router!.ScoreOf(sybil.Id), 1));
        Assert.Equal([honest.Id], node.Mesh(Topic));

        foreach (var sybil in sybils.Take(3))
            network.Disconnect(sybil, node);
        network.Run(601);
        Assert.True(node.Router!.ScoreOf(sybils[7].Id) >= 0);
    }

    [Fact]
    public void Peers_of_a_whitelisted_network_may_share_an_address()
    {
        var options = GossipsubPresets.Relay with { Score = GossipsubPresets.Relay.Score with { IpColocationWhitelist = [IPNetwork.Parse("192.0.2.0/24")] } };
        var network = new RouterNetwork(12, options);
        var node = network.Add();
        var peers = Enumerable.Range(0, 8).Select(_ => Join(network, network.AddPuppet(IPAddress.Parse("192.0.2.1")), node)).ToList();

        Assert.All(peers, peer => Assert.Equal(0, node.Router!.ScoreOf(peer.Id)));
    }

    [Fact]
    public void A_malformed_rpc_ends_the_connection_and_has_no_effect()
    {
        var (network, node, puppet) = NodeAndPuppet();
        var rpc = new GossipsubRpc();
        rpc.Subscription("other", subscribe: true);
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        rpc.WriteTo(output);

        network.Act(node, router => Assert.Equal(DecodeError.Truncated, router.Receive(puppet.Id, [.. output.WrittenSpan, 0x12, 5, 1], network.Now)));

        Assert.Equal((puppet.Id, DisconnectReason.MalformedRpc), Assert.Single(node.Disconnected));
        Assert.Empty(node.Router!.PeersOf("other"));
    }

    [Fact]
    public void A_peer_that_does_not_read_loses_messages_and_score_but_never_more_than_its_queue_is_kept()
    {
        var options = GossipsubPresets.Relay with
        {
            Limits = new GossipsubLimits { QueuedMessages = 10 },
            Score = GossipsubPresets.Relay.Score with { SlowPeerThreshold = 5 },
        };
        var (network, node, puppet) = NodeAndPuppet(options);
        var reader = Join(network, network.AddPuppet(), node);
        network.Run(2);
        node.IsStalled = true;

        for (byte i = 0; i < 60; i++)
        {
            network.Publish(node, Topic, [i]);
            // The other one reads.
            network.Act(node, router =>
            {
                while (router.TryTakeOutbound(reader.Id, new System.Buffers.ArrayBufferWriter<byte>(), network.Now))
                {
                }
            });
        }

        Assert.Equal(10, node.Router!.QueuedFor(puppet.Id).Messages);
        network.Run(2);
        Assert.InRange(node.Router.ScoreOf(puppet.Id), -0.2 * 50, -0.2 * 40);
    }

    static (RouterNetwork Network, RouterNode Node, RouterNode Puppet) NodeAndPuppet(GossipsubOptions? options = null)
    {
        var network = new RouterNetwork(10, options);
        var node = network.Add();
        network.Subscribe(Topic, node);
        var puppet = Join(network, network.AddPuppet(), node);
        return (network, node, puppet);
    }

    static RouterNode Join(RouterNetwork network, RouterNode puppet, RouterNode node)
    {
        network.Connect(puppet, node);
        network.Say(puppet, node, rpc => rpc.Subscription(Topic, subscribe: true));
        network.Run(0.1);
        return puppet;
    }

    static GossipMessage Message(byte[] data) => GossipMessage.Create(new MessageView { Data = data, Topic = Utf8 }, Topic, MessageId.OfData(data));

    static MessageId[] RandomIds(int seed, int count)
    {
        var random = new Random(seed);
        var ids = new MessageId[count];
        Span<byte> bytes = stackalloc byte[32];
        for (var i = 0; i < count; i++)
        {
            random.NextBytes(bytes);
            MessageId.TryCreate(bytes, out ids[i]);
        }
        return ids;
    }
}
