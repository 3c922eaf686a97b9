using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Identity;
using LogosActors.TestKit;
using Xunit.Abstractions;

namespace LogosActors.Libp2p.Tests.Gossipsub;

/// <summary>What the actor adds to the router: links, subscribers, validators in their time, restarts.</summary>
public sealed class GossipsubActorTests : IDisposable
{
    const string Topic = "t";

    static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(100);

    static readonly byte[] Utf8 = "t"u8.ToArray();

    readonly Simulation _simulation = new();
    readonly ActorSystem _system;

    static readonly PeerId Alice = NumberedPeer.Id(1), Bob = NumberedPeer.Id(2), Carol = NumberedPeer.Id(3);

    public GossipsubActorTests(ITestOutputHelper output)
    {
        _system = _simulation.CreateSystem("node", setups: [new TimeProviderSetup(_simulation.Time), new RandomSetup(new Random(_simulation.Seed))]);
        output.WriteLine($"{Simulation.SeedVariable}={_simulation.Seed}");
    }

    public void Dispose() => _simulation.Dispose();

    [Fact]
    public void What_one_node_publishes_reaches_every_subscriber_of_another()
    {
        var (alice, bob) = (Spawn(), Spawn());
        var (first, second) = (_simulation.CreateProbe(system: _system), _simulation.CreateProbe(system: _system));
        Subscribe(alice, _simulation.CreateProbe(system: _system));
        Subscribe(bob, first);
        Subscribe(bob, second);
        MemoryLink.Join(alice, Alice, bob, Bob);
        AwaitMesh(alice, Bob);

        Assert.Equal(PublishOutcome.Sent, Publish(alice, [1, 2, 3]));

        foreach (var subscriber in new[] { first, second })
        {
            var delivered = subscriber.ExpectMessage<Gossip.Delivered>();
            Assert.Equal(Topic, delivered.Topic);
            Assert.Equal([1, 2, 3], delivered.Data.ToArray());
            Assert.Equal(Alice, delivered.From);
        }
    }

    [Fact]
    public void Publishing_says_why_a_message_goes_nowhere()
    {
        var node = Spawn();

        Assert.Equal(PublishOutcome.NoPeers, Publish(node, [1]));
        Assert.Equal(PublishOutcome.Duplicate, Publish(node, [1]));
        Assert.Equal(PublishOutcome.TooLarge, Publish(node, new byte[200_000]));
        var again = _simulation.Ask<Gossip.PublishedTagged>(node, new Gossip.PublishTagged(Topic, new byte[] { 1 }, "tag"));
        Assert.Equal(("tag", PublishOutcome.NoPeers), (again.Tag, again.Outcome));
    }

    [Fact]
    public void A_topic_is_left_when_its_last_subscriber_stops()
    {
        var node = Spawn();
        var (first, second) = (_simulation.CreateProbe(system: _system), _simulation.CreateProbe(system: _system));
        Subscribe(node, first);
        Subscribe(node, second);
        var link = Connect(node, Alice);

        _system.Stop(first.Ref);
        _simulation.RunFor(Beat);
        Assert.DoesNotContain($"unsubscribe {Topic}", link.Heard!);
        _system.Stop(second.Ref);

        AwaitHeard(link, $"unsubscribe {Topic}");
    }

    [Fact]
    public void A_message_waits_for_its_validator_and_no_other_message_waits_for_it()
    {
        var (node, subscriber, link) = NodeWithPeer();
        var decision = new TaskCompletionSource<ValidationResult>();
        Validate(node, (message, _) => message.Data.Span[0] == 1 ? new(decision.Task) : new(ValidationResult.Accept));

        link.Say(rpc => rpc.Message(Message([1])));
        link.Say(rpc => rpc.Message(Message([2])));
        Assert.Equal([2], (subscriber.ExpectMessage<Gossip.Delivered>()).Data.ToArray());
        subscriber.ExpectNoMessage(Quiet);
        decision.SetResult(ValidationResult.Accept);

        Assert.Equal([1], (subscriber.ExpectMessage<Gossip.Delivered>()).Data.ToArray());
    }

    [Fact]
    public void A_message_whose_validator_takes_too_long_is_ignored()
    {
        var (node, subscriber, link) = NodeWithPeer();
        var cancelled = false;
        Validate(node, (_, cancellation) =>
        {
            cancellation.Register(() => cancelled = true);
            return new(new TaskCompletionSource<ValidationResult>().Task);
        });

        link.Say(rpc => rpc.Message(Message([1])));
        AwaitStatus(node, status => status.PendingValidations == 1);
        _simulation.RunFor(TimeSpan.FromSeconds(6));

        AwaitStatus(node, status => status.PendingValidations == 0);
        Assert.True(cancelled);
        subscriber.ExpectNoMessage(Quiet);
        Assert.Null(link.Closed);
    }

    [Fact]
    public void A_validator_that_fails_costs_its_message_only()
    {
        var (node, subscriber, link) = NodeWithPeer();
        Validate(node, (message, _) => message.Data.Span[0] == 1 ? throw new FormatException("broken validator") : new(ValidationResult.Accept));

        link.Say(rpc => rpc.Message(Message([1])));
        link.Say(rpc => rpc.Message(Message([2])));

        Assert.Equal([2], (subscriber.ExpectMessage<Gossip.Delivered>()).Data.ToArray());
        AwaitStatus(node, status => status.PendingValidations == 0);
        subscriber.ExpectNoMessage(Quiet);
    }

    [Fact]
    public void No_more_validators_are_at_work_than_the_settings_say()
    {
        var (node, subscriber, link) = NodeWithPeer(Settings() with { ConcurrentValidations = 2 });
        var decisions = new global::System.Collections.Concurrent.ConcurrentQueue<TaskCompletionSource<ValidationResult>>();
        Validate(node, (_, _) =>
        {
            var decision = new TaskCompletionSource<ValidationResult>();
            decisions.Enqueue(decision);
            return new(decision.Task);
        });

        for (byte i = 1; i <= 5; i++)
            link.Say(rpc => rpc.Message(Message([i])));
        AwaitStatus(node, status => status.PendingValidations == 5);
        Assert.Equal(2, decisions.Count);

        for (var decided = 0; decided < 5; decided++)
        {
            Until(() => !decisions.IsEmpty);
            Assert.True(decisions.TryDequeue(out var decision) && decisions.Count <= 1);
            decision!.SetResult(ValidationResult.Accept);
            subscriber.ExpectMessage<Gossip.Delivered>();
        }
    }

    [Fact]
    public void Signed_messages_are_delivered_and_forged_ones_count_against_their_sender()
    {
        using var key = PrivateKey.Generate(KeyType.Ed25519);
        var settings = new GossipsubSettings { Options = new GossipsubOptions(), Key = key };
        var (node, subscriber, link) = NodeWithPeer(settings);

        link.Say(rpc => rpc.Message(Signed(key, [1], forge: true)));
        link.Say(rpc => rpc.Message(Signed(key, [2], forge: false)));

        Assert.Equal([2], (subscriber.ExpectMessage<Gossip.Delivered>()).Data.ToArray());
        subscriber.ExpectNoMessage(Quiet);
        Assert.Equal(PublishOutcome.Sent, Publish(node, [3]));
        Until(() => link.Heard!.Any(line => line.Contains($"message {Topic} 03 from", StringComparison.Ordinal)));
    }

    [Fact]
    public void Strict_signing_without_a_key_is_refused_when_the_actor_is_made() =>
        Assert.Throws<ArgumentException>(() => GossipsubActor.Props(new GossipsubSettings { Options = new GossipsubOptions() }));

    [Fact]
    public void A_link_that_is_full_gets_what_has_waited_when_there_is_room()
    {
        var (node, _, link) = NodeWithPeer();
        link.IsFull = true;
        for (byte i = 1; i <= 3; i++)
            Publish(node, [i]);
        Assert.DoesNotContain(link.Heard!, line => line.StartsWith("message", StringComparison.Ordinal));

        link.Drain();

        AwaitHeard(link, $"message {Topic} 03");
        Assert.Equal(["01", "02", "03"], link.Heard!.Where(line => line.StartsWith("message", StringComparison.Ordinal)).Select(line => line[^2..]));
    }

    [Fact]
    public void A_drain_is_answered_when_nothing_waits_for_any_peer()
    {
        var (node, _, link) = NodeWithPeer();
        var waiter = _simulation.CreateProbe(system: _system);
        link.IsFull = true;
        Publish(node, [1]);

        node.Tell(Gossip.Drain.Instance, waiter.Ref);
        _simulation.RunFor(Beat);
        waiter.ExpectNoMessage(Quiet);
        link.Drain();
        _simulation.RunFor(Beat);

        waiter.ExpectMessage<Gossip.Drained>();
    }

    [Fact]
    public void A_malformed_RPC_costs_its_sender_the_link_and_nobody_else()
    {
        var (node, subscriber, link) = NodeWithPeer();
        var other = Connect(node, Bob);

        other.Say([0x12, 0xff]);
        other.Say(rpc => rpc.Message(Message([1])));
        Until(() => other.Closed is DisconnectReason.MalformedRpc);
        link.Say(rpc => rpc.Message(Message([2])));

        Assert.Equal([2], (subscriber.ExpectMessage<Gossip.Delivered>()).Data.ToArray());
        AwaitStatus(node, status => status.Peers == 1);
    }

    [Fact]
    public void A_flood_from_one_peer_does_not_hold_up_another()
    {
        var (node, subscriber, link) = NodeWithPeer();
        var flooder = Connect(node, Bob);
        var order = new List<int>();
        Validate(node, (message, _) =>
        {
            order.Add(message.Data.Length);
            return new(ValidationResult.Accept);
        });
        AwaitStatus(node, status => status.Peers == 2);

        for (var i = 0; i < 1000; i++)
            flooder.Say(rpc => rpc.Message(Message([1, (byte)i, (byte)(i >> 8)])), tell: i == 999);
        link.Say(rpc => rpc.Message(Message([2])));

        subscriber.ExpectMessages(1001);
        Assert.True(order.IndexOf(1) < 100, $"The other peer's message came as number {order.IndexOf(1)}.");
    }

    [Fact]
    public void After_a_failure_links_are_to_be_opened_again_and_the_parent_says_again_who_is_subscribed()
    {
        var (parent, subscriber) = (_simulation.CreateProbe(system: _system), _simulation.CreateProbe(system: _system));
        var node = Owned(parent, Settings());
        parent.ExpectMessage<Gossip.Started>();
        Subscribe(node, subscriber);
        var (link, reopened) = (Connect(node, Alice), MemoryLink.ToTest(node, Alice));
        AwaitHeard(link, $"subscribe {Topic}");
        link.OnClose = _ => reopened.Connect(PeerDirection.Inbound);

        link.Fail();
        parent.ExpectMessage<Gossip.Started>();
        Assert.Equal(DisconnectReason.RouterRestarted, link.Closed);
        Validate(node, (message, _) => new(message.Data.Span[0] == 1 ? ValidationResult.Accept : ValidationResult.Reject));
        parent.Send(node, new Gossip.Subscribe(Topic, subscriber.Ref));

        AwaitHeard(reopened, $"subscribe {Topic}");
        reopened.Say(rpc => rpc.Message(Message([2])));
        reopened.Say(rpc => rpc.Message(Message([1])));
        Assert.Equal([1], subscriber.ExpectMessage<Gossip.Delivered>().Data.ToArray());
    }

    [Fact]
    public void A_subscription_that_brings_its_validator_delivers_nothing_that_was_not_validated()
    {
        var (node, subscriber) = (Spawn(), _simulation.CreateProbe(system: _system));
        var link = Connect(node, Alice);
        _simulation.RunUntilIdle();
        node.Tell(new Gossip.Subscribe(Topic, subscriber.Ref) { Validator = (message, _) => new(message.Data.Span[0] == 1 ? ValidationResult.Accept : ValidationResult.Reject) });
        _simulation.RunUntilIdle();
        link.Say(rpc => rpc.Message(Message([2])));
        link.Say(rpc => rpc.Message(Message([1])));

        Assert.Equal([1], subscriber.ExpectMessage<Gossip.Delivered>().Data.ToArray());
    }

    [Fact]
    public void A_newer_link_replaces_the_old_one_whose_end_then_means_nothing()
    {
        var (node, subscriber, old) = NodeWithPeer();
        var link = Connect(node, Alice);
        AwaitHeard(link, $"subscribe {Topic}");
        Assert.Equal(DisconnectReason.Replaced, old.Closed);

        node.Tell(new Gossip.PeerDisconnected(Alice, old));
        link.Say(rpc => rpc.Message(Message([1])));

        subscriber.ExpectMessage<Gossip.Delivered>();
        AwaitStatus(node, status => status.Peers == 1);
    }

    [Fact]
    public void The_parent_is_asked_to_dial_explicit_peers()
    {
        var parent = _simulation.CreateProbe(system: _system);
        Owned(parent, Settings() with { DirectPeers = [Carol] });

        _simulation.RunFor(Beat * 2);

        Assert.Equal(Carol, parent.FishForMessage<Gossip.ConnectWanted>().Peer);
    }

    [Fact]
    public void Links_are_closed_when_the_actor_stops()
    {
        var (node, _, link) = NodeWithPeer();

        _system.Stop(node);

        Until(() => link.Closed is DisconnectReason.Stopped);
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

    static MemoryLink Connect(IActorRef node, PeerId peer)
    {
        var link = MemoryLink.ToTest(node, peer);
        link.Connect(PeerDirection.Inbound);
        link.Say(rpc => rpc.Subscription(Topic, subscribe: true));
        return link;
    }

    void Until(Func<bool> condition) => Assert.True(_simulation.RunUntil(condition, Beat * 10), "The condition did not hold within 10 s.");

    IActorRef Spawn() => _system.ActorOf(GossipsubActor.Props(Settings()));

    (IActorRef Node, SimulationProbe Subscriber, MemoryLink Link) NodeWithPeer(GossipsubSettings? settings = null)
    {
        var node = _system.ActorOf(GossipsubActor.Props(settings ?? Settings()));
        var subscriber = _simulation.CreateProbe(system: _system);
        Subscribe(node, subscriber);
        var link = Connect(node, Alice);
        AwaitHeard(link, $"subscribe {Topic}");
        return (node, subscriber, link);
    }

    void Subscribe(IActorRef node, SimulationProbe subscriber) =>
        Assert.True((_simulation.Ask<Gossip.Subscribed>(node, new Gossip.Subscribe(Topic, subscriber.Ref))).IsAccepted);

    PublishOutcome Publish(IActorRef node, byte[] data) =>
        (_simulation.Ask<Gossip.Published>(node, new Gossip.Publish(Topic, data))).Outcome;

    void Validate(IActorRef node, MessageValidator validator)
    {
        node.Tell(new Gossip.SetValidator(Topic, validator));
        AwaitStatus(node, _ => true);
    }

    void AwaitHeard(MemoryLink link, string line) => Until(() => link.Heard!.Contains(line));

    void AwaitMesh(IActorRef node, PeerId peer) => AwaitStatus(node, status => status.Mesh.Contains(peer));

    void AwaitStatus(IActorRef node, Func<Gossip.GetStatus.Status, bool> holds)
    {
        for (var tries = 0; tries < 100; tries++)
        {
            if (holds(_simulation.Ask<Gossip.GetStatus.Status>(node, new Gossip.GetStatus(Topic))))
                return;
            _simulation.RunFor(TimeSpan.FromMilliseconds(50));
        }
        Assert.Fail("The status has not come.");
    }

    /// <summary>An actor whose parent hands what it is told to a probe, restarts the actor at once, and says who it is.</summary>
    IActorRef Owned(SimulationProbe parent, GossipsubSettings settings)
    {
        var props = GossipsubActor.Props(settings);
        return _simulation.Ask<IActorRef>(_system.ActorOf(Props.Create(() => new ParentActor(props, parent.Ref))), "child");
    }

    sealed class ParentActor(Props gossipsub, IActorRef probe) : UntypedActor
    {
        readonly IActorRef _child = Context.ActorOf(gossipsub);

        protected override void OnReceive(object message)
        {
            if (message is "child")
                Sender.Tell(_child);
            else
                probe.Forward(message);
        }
    }
}
