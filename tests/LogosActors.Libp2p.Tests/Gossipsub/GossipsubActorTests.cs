using LogosActors.Actors;
using LogosActors.Actors.TestKit;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Identity;
using Xunit.Abstractions;

namespace LogosActors.Libp2p.Tests.Gossipsub;

public sealed class EmbeddedGossipsubActorTests(ITestOutputHelper output) : GossipsubActorTests(
    output, logs => new EmbeddedTestHost(new ActorSystemOptions { LoggerFactory = logs, Time = new VirtualTime() }));

public sealed class DeterministicGossipsubActorTests(ITestOutputHelper output) : GossipsubActorTests(
    output, logs => new DeterministicTestHost(Random.Shared.Next(), options => options with { LoggerFactory = logs }));

/// <summary>What the actor adds to the router: links, subscribers, validators in their time, restarts.</summary>
public abstract class GossipsubActorTests(ITestOutputHelper output, Func<LogCapture, ITestHost> host) : XunitTestKit(output, host)
{
    const string Topic = "t";

    static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    static readonly byte[] Utf8 = "t"u8.ToArray();

    static readonly PeerId Alice = NumberedPeer.Id(1), Bob = NumberedPeer.Id(2), Carol = NumberedPeer.Id(3);

    [Fact]
    public async Task What_one_node_publishes_reaches_every_subscriber_of_another()
    {
        var (alice, bob) = (Spawn(), Spawn());
        var (first, second) = (CreateTestProbe(), CreateTestProbe());
        await Subscribe(alice, CreateTestProbe());
        await Subscribe(bob, first);
        await Subscribe(bob, second);
        MemoryLink.Join(alice, Alice, bob, Bob);
        await AwaitMesh(alice, Bob);

        Assert.Equal(PublishOutcome.Sent, await Publish(alice, [1, 2, 3]));

        foreach (var subscriber in new[] { first, second })
        {
            var delivered = await subscriber.ExpectMsg<Gossip.Delivered>();
            Assert.Equal(Topic, delivered.Topic);
            Assert.Equal([1, 2, 3], delivered.Data.ToArray());
            Assert.Equal(Alice, delivered.From);
        }
    }

    [Fact]
    public async Task Publishing_says_why_a_message_goes_nowhere()
    {
        var node = Spawn();

        Assert.Equal(PublishOutcome.NoPeers, await Publish(node, [1]));
        Assert.Equal(PublishOutcome.Duplicate, await Publish(node, [1]));
        Assert.Equal(PublishOutcome.TooLarge, await Publish(node, new byte[200_000]));
        var again = await AwaitAsync(node.Ask<Gossip.PublishedTagged>(new Gossip.PublishTagged(Topic, new byte[] { 1 }, "tag"), Beat * 10));
        Assert.Equal(("tag", PublishOutcome.NoPeers), (again.Tag, again.Outcome));
    }

    [Fact]
    public async Task A_topic_is_left_when_its_last_subscriber_stops()
    {
        var node = Spawn();
        var (first, second) = (CreateTestProbe(), CreateTestProbe());
        await Subscribe(node, first);
        await Subscribe(node, second);
        var link = Connect(node, Alice);

        System.Stop(first);
        await AdvanceAsync(Beat);
        Assert.DoesNotContain($"unsubscribe {Topic}", link.Heard!);
        System.Stop(second);

        await AwaitHeard(link, $"unsubscribe {Topic}");
    }

    [Fact]
    public async Task A_message_waits_for_its_validator_and_no_other_message_waits_for_it()
    {
        var (node, subscriber, link) = await NodeWithPeer();
        var decision = new TaskCompletionSource<ValidationResult>();
        await Validate(node, (message, _) => message.Data.Span[0] == 1 ? new(decision.Task) : new(ValidationResult.Accept));

        link.Say(rpc => rpc.Message(Message([1])));
        link.Say(rpc => rpc.Message(Message([2])));
        Assert.Equal([2], (await subscriber.ExpectMsg<Gossip.Delivered>()).Data.ToArray());
        await subscriber.ExpectNoMsg();
        decision.SetResult(ValidationResult.Accept);

        Assert.Equal([1], (await subscriber.ExpectMsg<Gossip.Delivered>()).Data.ToArray());
    }

    [Fact]
    public async Task A_message_whose_validator_takes_too_long_is_ignored()
    {
        var (node, subscriber, link) = await NodeWithPeer();
        var cancelled = false;
        await Validate(node, (_, cancellation) =>
        {
            cancellation.Register(() => cancelled = true);
            return new(new TaskCompletionSource<ValidationResult>().Task);
        });

        link.Say(rpc => rpc.Message(Message([1])));
        await AwaitStatus(node, status => status.PendingValidations == 1);
        await AdvanceAsync(TimeSpan.FromSeconds(6));

        await AwaitStatus(node, status => status.PendingValidations == 0);
        Assert.True(cancelled);
        await subscriber.ExpectNoMsg();
        Assert.Null(link.Closed);
    }

    [Fact]
    public async Task A_validator_that_fails_costs_its_message_only()
    {
        var (node, subscriber, link) = await NodeWithPeer();
        await Validate(node, (message, _) => message.Data.Span[0] == 1 ? throw new FormatException("broken validator") : new(ValidationResult.Accept));

        link.Say(rpc => rpc.Message(Message([1])));
        link.Say(rpc => rpc.Message(Message([2])));

        Assert.Equal([2], (await subscriber.ExpectMsg<Gossip.Delivered>()).Data.ToArray());
        await AwaitStatus(node, status => status.PendingValidations == 0);
        await subscriber.ExpectNoMsg();
    }

    [Fact]
    public async Task No_more_validators_are_at_work_than_the_settings_say()
    {
        var (node, subscriber, link) = await NodeWithPeer(Settings() with { ConcurrentValidations = 2 });
        var decisions = new global::System.Collections.Concurrent.ConcurrentQueue<TaskCompletionSource<ValidationResult>>();
        await Validate(node, (_, _) =>
        {
            var decision = new TaskCompletionSource<ValidationResult>();
            decisions.Enqueue(decision);
            return new(decision.Task);
        });

        for (byte i = 1; i <= 5; i++)
            link.Say(rpc => rpc.Message(Message([i])));
        await AwaitStatus(node, status => status.PendingValidations == 5);
        Assert.Equal(2, decisions.Count);

        for (var decided = 0; decided < 5; decided++)
        {
            await AwaitCondition(() => !decisions.IsEmpty);
            Assert.True(decisions.TryDequeue(out var decision) && decisions.Count <= 1);
            decision!.SetResult(ValidationResult.Accept);
            await subscriber.ExpectMsg<Gossip.Delivered>();
        }
    }

    [Fact]
    public async Task Signed_messages_are_delivered_and_forged_ones_count_against_their_sender()
    {
        using var key = PrivateKey.Generate(KeyType.Ed25519);
        var settings = new GossipsubSettings { Options = new GossipsubOptions(), Key = key };
        var (node, subscriber, link) = await NodeWithPeer(settings);

        link.Say(rpc => rpc.Message(Signed(key, [1], forge: true)));
        link.Say(rpc => rpc.Message(Signed(key, [2], forge: false)));

        Assert.Equal([2], (await subscriber.ExpectMsg<Gossip.Delivered>()).Data.ToArray());
        await subscriber.ExpectNoMsg();
        Assert.Equal(PublishOutcome.Sent, await Publish(node, [3]));
        await AwaitCondition(() => link.Heard!.Any(line => line.Contains($"message {Topic} 03 from", StringComparison.Ordinal)));
    }

    [Fact]
    public void Strict_signing_without_a_key_is_refused_when_the_actor_is_made() =>
        Assert.Throws<ArgumentException>(() => GossipsubActor.Create(new GossipsubSettings { Options = new GossipsubOptions() }));

    [Fact]
    public async Task A_link_that_is_full_gets_what_has_waited_when_there_is_room()
    {
        var (node, _, link) = await NodeWithPeer();
        link.IsFull = true;
        for (byte i = 1; i <= 3; i++)
            await Publish(node, [i]);
        Assert.DoesNotContain(link.Heard!, line => line.StartsWith("message", StringComparison.Ordinal));

        link.Drain();

        await AwaitHeard(link, $"message {Topic} 03");
        Assert.Equal(["01", "02", "03"], link.Heard!.Where(line => line.StartsWith("message", StringComparison.Ordinal)).Select(line => line[^2..]));
    }

    [Fact]
    public async Task A_drain_is_answered_when_nothing_waits_for_any_peer()
    {
        var (node, _, link) = await NodeWithPeer();
        var waiter = CreateTestProbe();
        link.IsFull = true;
        await Publish(node, [1]);

        node.Tell(Gossip.Drain.Instance, waiter);
        await AdvanceAsync(Beat);
        await waiter.ExpectNoMsg();
        link.Drain();
        await AdvanceAsync(Beat);

        await waiter.ExpectMsg<Gossip.Drained>();
    }

    [Fact]
    public async Task A_malformed_RPC_costs_its_sender_the_link_and_nobody_else()
    {
        var (node, subscriber, link) = await NodeWithPeer();
        var other = Connect(node, Bob);

        other.Say([0x12, 0xff]);
        other.Say(rpc => rpc.Message(Message([1])));
        await AwaitCondition(() => other.Closed is DisconnectReason.MalformedRpc);
        link.Say(rpc => rpc.Message(Message([2])));

        Assert.Equal([2], (await subscriber.ExpectMsg<Gossip.Delivered>()).Data.ToArray());
        await AwaitStatus(node, status => status.Peers == 1);
    }

    [Fact]
    public async Task A_flood_from_one_peer_does_not_hold_up_another()
    {
        var (node, subscriber, link) = await NodeWithPeer();
        var flooder = Connect(node, Bob);
        var order = new List<int>();
        await Validate(node, (message, _) =>
        {
            order.Add(message.Data.Length);
            return new(ValidationResult.Accept);
        });
        await AwaitStatus(node, status => status.Peers == 2);

        for (var i = 0; i < 1000; i++)
            flooder.Say(rpc => rpc.Message(Message([1, (byte)i, (byte)(i >> 8)])), tell: i == 999);
        link.Say(rpc => rpc.Message(Message([2])));

        await subscriber.ReceiveN(1001);
        Assert.True(order.IndexOf(1) < 100, $"The other peer's message came as number {order.IndexOf(1)}.");
    }

    [Fact]
    public async Task After_a_failure_subscriptions_survive_and_links_are_to_be_opened_again()
    {
        var (node, subscriber, link) = await NodeWithPeer();
        var reopened = MemoryLink.ToTest(node, Alice);
        link.OnClose = _ => reopened.Connect(PeerDirection.Inbound);

        link.Fail();
        await AwaitCondition(() => link.Closed is DisconnectReason.RouterRestarted);

        await AwaitHeard(reopened, $"subscribe {Topic}");
        reopened.Say(rpc => rpc.Message(Message([1])));
        Assert.Equal([1], (await subscriber.ExpectMsg<Gossip.Delivered>()).Data.ToArray());
    }

    [Fact]
    public async Task A_newer_link_replaces_the_old_one_whose_end_then_means_nothing()
    {
        var (node, subscriber, old) = await NodeWithPeer();
        var link = Connect(node, Alice);
        await AwaitHeard(link, $"subscribe {Topic}");
        Assert.Equal(DisconnectReason.Replaced, old.Closed);

        node.Tell(new Gossip.PeerDisconnected(Alice, old));
        link.Say(rpc => rpc.Message(Message([1])));

        await subscriber.ExpectMsg<Gossip.Delivered>();
        await AwaitStatus(node, status => status.Peers == 1);
    }

    [Fact]
    public async Task The_parent_is_asked_to_dial_explicit_peers()
    {
        var parent = CreateTestProbe();
        System.Spawn(Props.Create(() => new ParentActor(Settings() with { DirectPeers = [Carol] }, parent)));

        await AdvanceAsync(Beat * 2);

        Assert.Equal(Carol, (await parent.ExpectMsg<Gossip.ConnectWanted>()).Peer);
    }

    [Fact]
    public async Task Links_are_closed_when_the_actor_stops()
    {
        var (node, _, link) = await NodeWithPeer();

        System.Stop(node);

        await AwaitCondition(() => link.Closed is DisconnectReason.Stopped);
    }

    static GossipsubSettings Settings() => new() { Options = GossipsubPresets.Relay };

    static GossipMessage Message(byte[] data) => GossipMessage.Create(new MessageView { Data = data, Topic = Utf8 }, Topic, default);

    static GossipMessage Signed(PrivateKey key, byte[] data, bool forge)
    {
        var view = MessageSignature.Sign(key, Topic, data, data[0]);
        var shown = forge ? [(byte)(data[0] + 100)] : data;
        var message = new MessageView
        {
            From = view.From,
            Data = shown,
            Sequence = view.Sequence,
            Topic = view.Topic,
            Signature = view.Signature,
            Key = view.Key,
        };
        return GossipMessage.Create(message, Topic, default);
    }

    static MemoryLink Connect(ActorRef node, PeerId peer)
    {
        var link = MemoryLink.ToTest(node, peer);
        link.Connect(PeerDirection.Inbound);
        link.Say(rpc => rpc.Subscription(Topic, subscribe: true));
        return link;
    }

    ActorRef Spawn() => System.Spawn(GossipsubActor.Create(Settings()));

    async Task<(ActorRef Node, TestProbe Subscriber, MemoryLink Link)> NodeWithPeer(GossipsubSettings? settings = null)
    {
        var node = System.Spawn(GossipsubActor.Create(settings ?? Settings()));
        var subscriber = CreateTestProbe();
        await Subscribe(node, subscriber);
        var link = Connect(node, Alice);
        await AwaitHeard(link, $"subscribe {Topic}");
        return (node, subscriber, link);
    }

    async Task Subscribe(ActorRef node, TestProbe subscriber) =>
        Assert.True((await AwaitAsync(node.Ask<Gossip.Subscribed>(new Gossip.Subscribe(Topic, subscriber), Beat * 10))).IsAccepted);

    async Task<PublishOutcome> Publish(ActorRef node, byte[] data) =>
        (await AwaitAsync(node.Ask<Gossip.Published>(new Gossip.Publish(Topic, data), Beat * 10))).Outcome;

    async Task Validate(ActorRef node, MessageValidator validator)
    {
        node.Tell(new Gossip.SetValidator(Topic, validator));
        await AwaitStatus(node, _ => true);
    }

    Task AwaitHeard(MemoryLink link, string line) => AwaitCondition(() => link.Heard!.Contains(line));

    Task AwaitMesh(ActorRef node, PeerId peer) => AwaitStatus(node, status => status.Mesh.Contains(peer));

    async Task AwaitStatus(ActorRef node, Func<Gossip.GetStatus.Status, bool> holds)
    {
        for (var tries = 0; tries < 100; tries++)
        {
            if (holds(await AwaitAsync(node.Ask<Gossip.GetStatus.Status>(new Gossip.GetStatus(Topic), Beat * 10))))
                return;
            await AdvanceAsync(TimeSpan.FromMilliseconds(50));
        }
        Assert.Fail("The status has not come.");
    }

    sealed class ParentActor : Actor
    {
        readonly TestProbe _probe;

        public ParentActor(GossipsubSettings settings, TestProbe probe)
        {
            _probe = probe;
            Context.Spawn(GossipsubActor.Create(settings));
        }

        protected override void Receive(object message) => Forward(_probe, message);
    }
}
