using LogosActors.Actors;
using LogosActors.Actors.TestKit;
using LogosActors.Delivery.Events;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Receiving;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.Sending;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Delivery.Tests.Sending;

/// <summary>The actors that send, on the deterministic host, before a network that a test plays.</summary>
internal sealed class SendsScene
{
    readonly DeterministicHost _host;
    readonly ActorRef _node;
    readonly UnfinishedSends _sends;
    readonly WaitingEvents _waiting = new();
    readonly PubsubTopic _shard = new(1, 0);
    int _sent;

    public SendsScene(DeterministicHost host, string? journalId = null, SendingOptions? options = null)
    {
        _host = host;
        var nodeOptions = new NodeOptions { Sending = options ?? new SendingOptions() };
        _sends = new UnfinishedSends(nodeOptions.Sending, host.Time) { IsStored = journalId is not null };
        var stores = new StorePresence(() => HasStore, (hashes, _) => Task.FromResult<IReadOnlySet<MessageHash>?>(Find(hashes)));
        _node = host.System.Spawn(Props.Create(() => new SceneActor(this, nodeOptions, stores, journalId)), "node");
    }

    /// <summary>What the network does with a message that is published; null: the answer is lost.</summary>
    public Func<PublishOutcome?> Publish { get; set; } = static () => PublishOutcome.Sent;

    /// <summary>Whether a store can be asked.</summary>
    public bool HasStore { get; set; }

    /// <summary>What a store answers for messages that have reached it; <see cref="Presence.Unasked"/>: nothing.</summary>
    public Func<Presence> Ask { get; set; } = static () => Presence.Present;

    /// <summary>Every message that was published, as often as it was.</summary>
    public List<MessageHash> Published { get; } = [];

    /// <summary>The sizes of the questions that stores were asked.</summary>
    public List<int> Questions { get; } = [];

    /// <summary>The content topics that were subscribed to, as often as they were.</summary>
    public List<string> Subscribed { get; } = [];

    /// <summary>What the application was told.</summary>
    public List<SendEvent> Events { get; } = [];

    public int Unfinished => _sends.Taken.Count;

    public Task<Result<RequestId, SendError>> SendAsync(bool isEphemeral = false, string topic = "/test/1/lobby/proto")
    {
        Assert.True(ContentTopic.TryParse(topic, out var parsed, out _));
        return _sends.AddAsync(
            new MessageEnvelope(topic, BitConverter.GetBytes(_sent++)) { IsEphemeral = isEphemeral }, parsed, _shard, _node);
    }

    /// <summary>Sends a message that is taken.</summary>
    public RequestId Send(bool isEphemeral = false) => _host.Await(SendAsync(isEphemeral)).Value;

    public IEnumerable<SendEvent> EventsOf(RequestId request) => Events.Where(told => told.Request == request);

    public void Unsubscribe(string topic)
    {
        Assert.True(ContentTopic.TryParse(topic, out var parsed, out _));
        _node.Tell(new Subscriptions.Unsubscribe(parsed));
        _host.RunFor(TimeSpan.FromMilliseconds(1));
    }

    /// <summary>Asserts that a request was told as propagated once at most, and ended by one event, the last.</summary>
    public void AssertEndedOnce(RequestId request)
    {
        SendEvent[] told = [.. EventsOf(request)];
        Assert.Single(told, one => one is MessageSent or MessageError);
        Assert.True(told[^1] is MessageSent or MessageError);
        Assert.InRange(told.Length, 1, 2);
    }

    HashSet<MessageHash>? Find(IReadOnlyList<MessageHash> hashes)
    {
        Questions.Add(hashes.Count);
        var answer = Ask();
        return answer is Presence.Unasked ? null : hashes.Where(hash => answer is Presence.Present && Published.Contains(hash)).ToHashSet();
    }

    /// <summary>Stands for the node's actor.</summary>
    sealed class SceneActor(SendsScene scene, NodeOptions options, StorePresence stores, string? journalId) : Actor
    {
        ActorRef? _sends;

        protected override void PreStart()
        {
            var events = Context.Spawn(
                Props.Create(() => new EventsActor(new EventStreams<MessagingEvent>(1), scene._waiting, told => scene.Events.Add((SendEvent)told))), "events");
            var relay = Context.Spawn(Props.Create(() => new NetworkActor(scene)), "relay");
            var subscriptions = Context.Spawn(Props.Create(() => new SubscriptionsStub(scene)), "subscriptions");
            var router = Context.Spawn(Props.Create(() => new DeliveryRouterActor(NodeMode.Core, relay)), "router");
            var settings = new SendsSettings(options, scene._sends, scene._waiting, stores, journalId, router, subscriptions, events);
            _sends = Context.Spawn(Props.Create(() => new SendsActor(settings)), "sends");
        }

        protected override void Receive(object message) => Forward(_sends!, message);
    }

    sealed class NetworkActor(SendsScene scene) : Actor
    {
        protected override void Receive(object message)
        {
            var publish = (RelayTopics.Publish)message;
            var outcome = scene.Publish();
            if (outcome is PublishOutcome.Sent)
                scene.Published.Add(publish.Hash);
            if (outcome is { } known)
                Reply(new Gossip.PublishedTagged(publish.Tag, known));
        }
    }

    sealed class SubscriptionsStub(SendsScene scene) : Actor
    {
        protected override void Receive(object message)
        {
            scene.Subscribed.Add(((Subscriptions.Subscribe)message).Topic.Text);
            Reply(Subscriptions.Answer.Done);
        }
    }
}
