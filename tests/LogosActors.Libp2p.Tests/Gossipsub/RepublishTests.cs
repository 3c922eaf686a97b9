using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Libp2p.Tests.Gossipsub;

public sealed class RepublishTests
{
    const string Topic = "t";

    [Fact]
    public void A_message_that_found_no_peers_goes_out_to_those_that_have_come_when_it_is_published_again()
    {
        var network = new RouterNetwork(30);
        var (publisher, peer) = (network.Add(), network.Add());
        network.Subscribe(Topic, publisher, peer);
        Assert.Equal(PublishOutcome.NoPeers, Publish(network, publisher));
        network.Connect(publisher, peer);
        network.Run(0.5);

        Assert.Equal(PublishOutcome.Duplicate, network.Publish(publisher, Topic, [1]));
        Assert.Equal(PublishOutcome.Sent, Publish(network, publisher));
        network.Run(0.5); // before a heartbeat gossips

        Assert.Single(peer.Delivered);
    }

    [Fact]
    public void A_message_that_is_published_again_is_delivered_once()
    {
        var network = new RouterNetwork(31);
        var (publisher, peer) = (network.Add(), network.Add());
        network.Subscribe(Topic, publisher, peer);
        network.Connect(publisher, peer);
        network.Run(3);

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(PublishOutcome.Sent, Publish(network, publisher));
            network.Run(3);
        }

        Assert.Single(peer.Delivered);
        Assert.Equal(0, peer.DeliveredTwice);
    }

    [Fact]
    public void A_message_that_no_peer_has_room_for_is_not_said_to_be_sent()
    {
        var options = GossipsubPresets.Relay with { Limits = new GossipsubLimits { QueuedMessages = 2 } };
        var network = new RouterNetwork(32, options);
        var (publisher, peer) = (network.Add(), network.Add());
        network.Subscribe(Topic, publisher, peer);
        network.Connect(publisher, peer);
        network.Run(3);

        PublishOutcome[] outcomes = [.. Enumerable.Range(0, 3).Select(i => publisher.Router!.Publish(Topic, [(byte)i], network.Now))];

        Assert.Equal([PublishOutcome.Sent, PublishOutcome.Sent, PublishOutcome.Congested], outcomes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_peer_is_not_slow_because_a_publisher_is_faster(bool mayRepeat)
    {
        var options = GossipsubPresets.Relay with { Limits = new GossipsubLimits { QueuedMessages = 2 } };
        var network = new RouterNetwork(33, options);
        var (publisher, peer) = (network.Add(), network.Add());
        network.Subscribe(Topic, publisher, peer);
        network.Connect(publisher, peer);
        network.Run(3);

        for (var beat = 0; beat < 3; beat++)
        {
            for (var i = 0; i < 1000; i++)
                publisher.Router!.Publish(Topic, new MessageView { Data = new[] { (byte)beat, (byte)i, (byte)(i >> 8) } }, network.Now, mayRepeat);
            network.Run(1);
        }

        Assert.InRange(publisher.Router!.ScoreOf(peer.Id), 0, double.MaxValue);
    }

    static PublishOutcome Publish(RouterNetwork network, RouterNode node)
    {
        var outcome = PublishOutcome.Invalid;
        network.Act(node, router => outcome = router.Publish(Topic, new MessageView { Data = new byte[] { 1 } }, network.Now, mayRepeat: true));
        return outcome;
    }
}
