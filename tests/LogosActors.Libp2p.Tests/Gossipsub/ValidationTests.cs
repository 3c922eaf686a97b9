using LogosActors.Configuration;
using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Libp2p.Tests.Gossipsub;

/// <summary>What the verdict about a message means for it and for those who sent it.</summary>
public sealed class ValidationTests
{
    const string Topic = "t";

    static readonly byte[] Utf8 = "t"u8.ToArray();

    [Fact]
    public void Ignored_messages_are_neither_delivered_nor_forwarded_and_cost_nothing()
    {
        var (network, node, puppet) = NodeAndPuppet();
        var other = Join(network, network.AddPuppet(), node);
        network.Run(2);
        node.Validator = _ => ValidationResult.Ignore;
        var before = node.Router!.ScoreOf(puppet.Id);

        for (byte i = 0; i < 20; i++)
            network.Say(puppet, node, rpc => rpc.Message(Message([i])));
        network.Run(0.2);

        Assert.Empty(node.Delivered);
        Assert.Equal(0, other.MessagesHeard);
        Assert.True(node.Router.ScoreOf(puppet.Id) >= before);
    }

    [Fact]
    public void All_who_sent_a_message_while_it_was_validated_share_its_verdict()
    {
        var (network, node, puppet) = NodeAndPuppet();
        var other = Join(network, network.AddPuppet(), node);
        (node.ValidationTime, node.Validator) = (TimeSpan.FromSeconds(0.5), _ => ValidationResult.Reject);

        network.Say(puppet, node, rpc => rpc.Message(Message([1])));
        network.Say(other, node, rpc => rpc.Message(Message([1])));
        network.Run(0.7);

        Assert.True(node.Router!.ScoreOf(puppet.Id) <= -99);
        Assert.True(node.Router.ScoreOf(other.Id) <= -99);
    }

    [Theory]
    [InlineData(64, 1000)]
    [InlineData(1000, 64)]
    public void Messages_that_wait_for_validation_are_bounded_in_bytes_too_in_all_and_for_each_peer(int kibibytes, int kibibytesOfPeer)
    {
        var limits = new GossipsubLimits
        {
            MessageSize = DataSize.FromKibibytes(10),
            PendingValidationSize = DataSize.FromKibibytes(kibibytes),
            PendingValidationSizePerPeer = DataSize.FromKibibytes(kibibytesOfPeer),
        };
        var (network, node, puppet) = NodeAndPuppet(GossipsubPresets.Relay with { Limits = limits });
        node.ValidationTime = TimeSpan.FromSeconds(1);

        for (byte i = 0; i < 20; i++)
            network.Say(puppet, node, rpc => rpc.Message(Message([i, .. new byte[10_000]])));
        network.Run(0.1);
        Assert.Equal(6, node.Router!.PendingValidations);
        network.Run(2);
        network.Say(puppet, node, rpc => rpc.Message(Message([19, .. new byte[10_000]])));
        network.Run(2);

        Assert.Equal(7, node.Delivered.Count);
        Assert.True(node.Router.ScoreOf(puppet.Id) >= 0);
    }

    [Fact]
    public void A_full_validation_pipeline_drops_without_blame_and_takes_the_next_copy()
    {
        var options = GossipsubPresets.Relay with { Limits = new GossipsubLimits { PendingValidations = 4, PendingValidationsPerPeer = 2 } };
        var (network, node, puppet) = NodeAndPuppet(options);
        node.ValidationTime = TimeSpan.FromSeconds(1);

        for (byte i = 0; i < 10; i++)
            network.Say(puppet, node, rpc => rpc.Message(Message([i])));
        network.Run(0.1);
        Assert.Equal(2, node.Router!.PendingValidations);
        network.Run(2);
        network.Say(puppet, node, rpc => rpc.Message(Message([9])));
        network.Run(2);

        Assert.Equal(3, node.Delivered.Count);
        Assert.True(node.Router.ScoreOf(puppet.Id) >= 0);
    }

    [Fact]
    public void Peers_together_cannot_overfill_the_validation_pipeline()
    {
        var options = GossipsubPresets.Relay with { Limits = new GossipsubLimits { PendingValidations = 4, PendingValidationsPerPeer = 3 } };
        var (network, node, puppet) = NodeAndPuppet(options);
        node.ValidationTime = TimeSpan.FromSeconds(1);
        var other = Join(network, network.AddPuppet(), node);

        for (byte i = 0; i < 3; i++)
        {
            network.Say(puppet, node, rpc => rpc.Message(Message([1, i])));
            network.Say(other, node, rpc => rpc.Message(Message([2, i])));
        }
        network.Run(0.1);

        Assert.Equal(4, node.Router!.PendingValidations);
    }

    [Fact]
    public void Who_sends_a_rejected_message_again_is_penalised_too()
    {
        var (network, node, puppet) = NodeAndPuppet();
        var other = Join(network, network.AddPuppet(), node);
        node.Validator = _ => ValidationResult.Reject;

        network.Say(puppet, node, rpc => rpc.Message(Message([1])));
        network.Run(0.1);
        network.Say(other, node, rpc => rpc.Message(Message([1])));
        network.Run(0.1);

        Assert.Equal(-100, node.Router!.ScoreOf(other.Id), 0);
    }

    [Fact]
    public void A_delivery_within_the_window_after_another_peers_counts_once_and_a_later_one_does_not()
    {
        var options = GossipsubPresets.Relay with
        {
            Score = GossipsubPresets.Relay.Score with
            {
                DefaultTopic = new TopicScoreParameters
                {
                    MeshMessageDeliveriesWeight = -1,
                    MeshMessageDeliveriesThreshold = 10,
                    MeshMessageDeliveriesCap = 20,
                    MeshMessageDeliveriesWindow = TimeSpan.FromMilliseconds(200),
                    MeshMessageDeliveriesActivation = TimeSpan.FromSeconds(5),
                    MeshFailurePenaltyWeight = -1,
                },
            },
        };
        var (network, node, first) = NodeAndPuppet(options);
        var second = Join(network, network.AddPuppet(), node);
        network.Say(first, node, rpc => rpc.Graft(Topic));
        network.Say(second, node, rpc => rpc.Graft(Topic));
        network.Run(0.1);

        for (byte i = 0; i < 6; i++)
        {
            network.Say(first, node, rpc => rpc.Message(Message([i])));
            network.Run(i == 5 ? 0.5 : 0.1); // the last one is late
            for (var copy = 0; copy < 3; copy++)
                network.Say(second, node, rpc => rpc.Message(Message([i])));
            network.Run(0.1);
        }
        network.Run(6);

        // Both fell short of ten, were pruned when that began to count, and keep the square of their deficit.
        Assert.Equal(-4 * 4, node.Router!.ScoreOf(first.Id));
        Assert.Equal(-5 * 5, node.Router.ScoreOf(second.Id));
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
}
