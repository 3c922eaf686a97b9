using Akka.Actor;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Tests.Hosting;

namespace LogosActors.Libp2p.Tests.Gossipsub;

/// <summary>Gossipsub between hosts over loopback TCP.</summary>
public sealed class GossipsubHostTests
{
    const string Topic = GossipNode.Topic;

    static readonly GossipsubOptions Signed = new() { HeartbeatInterval = TimeSpan.FromMilliseconds(100) };
    static readonly GossipsubOptions Relay = GossipsubPresets.Relay with { HeartbeatInterval = TimeSpan.FromMilliseconds(100) };

    public static TheoryData<bool> SigningOrNot => [true, false];

    [Theory]
    [MemberData(nameof(SigningOrNot))]
    public async Task Messages_flow_both_ways_between_hosts_that_are_connected_through_a_third(bool areSigned)
    {
        await using var left = await GossipNode.StartAsync(areSigned ? Signed : Relay);
        await using var middle = await GossipNode.StartAsync(areSigned ? Signed : Relay);
        await using var right = await GossipNode.StartAsync(areSigned ? Signed : Relay);
        await left.Host.ConnectAsync(middle.Host);
        await right.Host.ConnectAsync(middle.Host);
        await middle.HasMeshAsync(2);
        await left.HasMeshAsync(1);
        await right.HasMeshAsync(1);

        Assert.Equal(PublishOutcome.Sent, await left.PublishAsync("from the left"));
        Assert.Equal(PublishOutcome.Sent, await right.PublishAsync("from the right"));

        Assert.Equal("from the left", await right.NextAsync());
        Assert.Equal("from the right", await left.NextAsync());
        Assert.Equal(["from the left", "from the right"], new[] { await middle.NextAsync(), await middle.NextAsync() }.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(SigningOrNot))]
    public async Task Who_has_signed_a_message_is_told_with_it_whoever_has_sent_it_on(bool areSigned)
    {
        await using var author = await GossipNode.StartAsync(areSigned ? Signed : Relay);
        await using var middle = await GossipNode.StartAsync(areSigned ? Signed : Relay);
        await using var reader = await GossipNode.StartAsync(areSigned ? Signed : Relay);
        var validated = new System.Collections.Concurrent.ConcurrentQueue<PubsubMessage>();
        reader.Gossipsub.SetValidator(Topic, (message, _) =>
        {
            validated.Enqueue(message);
            return new(ValidationResult.Accept);
        });
        await author.Host.ConnectAsync(middle.Host);
        await reader.Host.ConnectAsync(middle.Host);
        await middle.HasMeshAsync(2);
        await author.HasMeshAsync(1);

        await author.PublishAsync("hello");

        var message = await reader.NextMessageAsync();
        Assert.Equal(middle.Host.Id, message.ReceivedFrom);
        Assert.Equal(areSigned ? author.Host.Id : null, message.Author);
        Assert.Equal(message.Author, Assert.Single(validated).Author);
    }

    [Fact]
    public async Task A_late_joiner_receives_what_is_published_from_then_on()
    {
        await using var first = await GossipNode.StartAsync(Relay);
        await using var second = await GossipNode.StartAsync(Relay);
        await first.Host.ConnectAsync(second.Host);
        await first.HasMeshAsync(1);
        await first.PublishAsync("before");
        Assert.Equal("before", await second.NextAsync());

        // It is connected before it speaks gossipsub: the others learn of that by identify.
        await using var late = await TestHost.StartAsync();
        await late.ConnectAsync(second.Host);
        var joined = await GossipNode.JoinAsync(late, Relay);
        await joined.HasMeshAsync(1);
        await second.HasMeshAsync(2);
        await first.PublishAsync("after");

        // What was published just before is offered to it, too.
        var heard = await joined.NextAsync();
        Assert.Equal("after", heard == "before" ? await joined.NextAsync() : heard);
    }

    [Fact]
    public async Task A_peer_that_was_lost_is_forgotten_and_heard_again_when_it_is_back()
    {
        await using var here = await GossipNode.StartAsync(Relay);
        await using var there = await GossipNode.StartAsync(Relay);
        await here.Host.ConnectAsync(there.Host);
        await here.HasMeshAsync(1);

        await here.Host.Host.DisconnectAsync(there.Host.Id);
        await here.HasPeersAsync(0);
        await there.HasPeersAsync(0);
        Assert.Equal(PublishOutcome.NoPeers, await here.PublishAsync("to nobody"));

        await there.Host.ConnectAsync(here.Host);
        await here.HasSubscribersAsync(1);
        await there.HasSubscribersAsync(1);
        await there.PublishAsync("back");
        Assert.Equal("back", await here.NextAsync());
    }

    [Fact]
    public async Task Hosts_that_dial_each_other_at_once_hear_each_other()
    {
        await using var here = await GossipNode.StartAsync(Relay);
        await using var there = await GossipNode.StartAsync(Relay);
        await Task.WhenAll(here.Host.Host.DialAsync(there.Host.Address), there.Host.Host.DialAsync(here.Host.Address));
        await here.HasMeshAsync(1);
        await there.HasMeshAsync(1);

        await here.PublishAsync("there");
        await there.PublishAsync("here");

        Assert.Equal("here", await here.NextAsync());
        Assert.Equal("there", await there.NextAsync());
    }

    [Fact]
    public async Task A_message_that_the_validator_rejects_is_not_delivered()
    {
        await using var here = await GossipNode.StartAsync(Relay);
        await using var there = await GossipNode.StartAsync(Relay);
        there.Gossipsub.SetValidator(Topic, (message, _) =>
        {
            Assert.Equal(here.Host.Id, message.ReceivedFrom);
            return new(message.Data.Length > 3 ? ValidationResult.Reject : ValidationResult.Accept);
        });
        await here.Host.ConnectAsync(there.Host);
        await here.HasMeshAsync(1);

        await here.PublishAsync("too long");
        await here.PublishAsync("ok");

        Assert.Equal("ok", await there.NextAsync());
    }

    [Fact]
    public async Task A_topic_is_left_when_its_subscription_is_disposed()
    {
        await using var here = await GossipNode.StartAsync(Relay);
        await using var there = await GossipNode.StartAsync(Relay);
        await here.Host.ConnectAsync(there.Host);
        await here.HasMeshAsync(1);

        await there.Subscription.DisposeAsync();

        await here.HasMeshAsync(0);
        Assert.Equal(PublishOutcome.NoPeers, await here.PublishAsync("to nobody"));
        await foreach (var message in there.Subscription.ReadAllAsync())
            Assert.Fail($"{message} was not sent.");
    }

    [Fact]
    public async Task A_subscription_that_is_not_read_loses_messages_and_counts_them()
    {
        await using var here = await GossipNode.StartAsync(Relay);
        await using var there = await GossipNode.StartAsync(Relay);
        await using var unread = await there.Gossipsub.SubscribeAsync(Topic, capacity: 2);
        await here.Host.ConnectAsync(there.Host);
        await here.HasMeshAsync(1);

        for (var i = 0; i < 5; i++)
            await here.PublishAsync($"{i}");

        await TestHost.Until(() => unread.Missed == 3);
        Assert.Equal("0", await there.NextAsync());
    }

    [Fact]
    public async Task A_peer_whose_frames_are_malformed_is_disconnected()
    {
        await using var here = await GossipNode.StartAsync(Relay);
        await using var stranger = await TestHost.StartAsync();
        await stranger.ConnectAsync(here.Host);
        await using var stream = await stranger.Host.OpenStreamAsync(here.Host.Id, Relay.Protocols[0].Id);
        stranger.Host.Handle(Relay.Protocols[0].Id, (_, cancellation) => Task.Delay(Timeout.InfiniteTimeSpan, cancellation));

        await stream.WriteAsync(Enumerable.Repeat((byte)0xff, 20).ToArray());

        await TestHost.Until(() => stranger.Host.ConnectedPeers.Count == 0);
    }

    [Fact]
    public async Task A_direct_peer_is_dialled_at_the_addresses_that_are_known_of_it()
    {
        await using var there = await GossipNode.StartAsync(Relay);
        await using var host = await TestHost.StartAsync();
        host.Host.AddAddresses(there.Host.Id, [there.Host.Address]);

        var here = await GossipNode.JoinAsync(host, Relay, there.Host);

        await here.HasSubscribersAsync(1);
        await here.PublishAsync("hello");
        Assert.Equal("hello", await there.NextAsync());
    }

    [Fact]
    public async Task Peers_that_a_host_with_a_full_mesh_offers_are_dialled()
    {
        var options = Relay with { Score = Relay.Score with { AcceptPxThreshold = 0 } };
        await using var full = await GossipNode.StartAsync(options with { D = 1, DLow = 1, DHigh = 1, DScore = 1, DOut = 0 });
        await using var first = await GossipNode.StartAsync(options);
        await using var second = await GossipNode.StartAsync(options);
        await first.Host.ConnectAsync(full.Host);
        await full.HasMeshAsync(1);
        await first.HasMeshAsync(1);

        await second.Host.ConnectAsync(full.Host);

        await TestHost.Until(() => second.Host.Host.ConnectedPeers.Contains(first.Host.Id));
        await second.HasMeshAsync(1);
        await first.HasMeshAsync(2);
        await full.PublishAsync("all");
        Assert.Equal("all", await second.NextAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task After_a_failure_while_messages_flow_hosts_hear_each_other_again_and_validate(bool routerFails)
    {
        await using var here = await GossipNode.StartAsync(Relay);
        await using var there = await GossipNode.StartAsync(Relay);
        here.Gossipsub.SetValidator(Topic, (message, _) => new(message.Data.Length > 6 ? ValidationResult.Reject : ValidationResult.Accept));
        await here.Host.ConnectAsync(there.Host);
        await here.HasMeshAsync(1);
        await there.HasMeshAsync(1);

        for (var i = 0; i < 10; i++)
            await there.PublishAsync($"b{i}");
        // Nobody says such things; they stand for a defect.
        here.Gossipsub.Actor.Tell(routerFails ? new Gossip.GetStatus(null!) : new PeerIdentified(there.Host.Id, null!), ActorRefs.NoSender);

        // What is published meanwhile waits. How soon the peer is known again depends on the machine.
        Assert.Equal(PublishOutcome.NoPeers, await here.Gossipsub.PublishAsync("another topic", new byte[] { 1 }));
        await here.HasMeshAsync(1);
        await there.HasMeshAsync(1);
        await here.PublishAsync("there");
        await there.PublishAsync("too long");
        await there.PublishAsync("here");
        string next;
        while ((next = await here.NextAsync())[0] == 'b')
            continue;
        Assert.Equal("here", next);
        Assert.Equal("there", await there.NextAsync());
        Assert.Contains(there.Host.Id, here.Host.Host.ConnectedPeers);
    }

    [Fact]
    public async Task A_host_speaks_gossipsub_once()
    {
        await using var node = await GossipNode.StartAsync(Relay);

        Assert.Throws<InvalidOperationException>(() => node.Host.Host.UseGossipsub(Relay));
        await Assert.ThrowsAsync<ArgumentException>(() => node.Gossipsub.SubscribeAsync(new string('t', 10_000)));
    }
}
