using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Actors.Serialization;
using LogosActors.Delivery.Events;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Receiving;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.Sending;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.TestKit;

namespace LogosActors.Delivery.Tests.Sending;

/// <summary>The actors that send, in a simulation, before a network that a test plays.</summary>
internal sealed class SendsScene
{
    /// <summary>Names the history of the requests.</summary>
    public const string Id = "test/sends";

    readonly Simulation _simulation;
    readonly NodeActors _actors = new();
    readonly SendIntake _intake;
    readonly EventPublisher<MessagingEvent> _events;
    int _sent;

    public SendsScene(Simulation simulation, bool isStored = false, SendingOptions? options = null, ActorSystem? system = null)
    {
        _simulation = simulation;
        system ??= simulation.Start();
        System = system;
        ProtobufSerializer.Install(system, StoredSends.Types);
        var nodeOptions = new NodeOptions { Sending = options ?? new SendingOptions(), Network = new Autosharding(1, 1) };
        _intake = new SendIntake(nodeOptions, new TopicShards(nodeOptions.Network), system) { IsJournalled = isStored };
        _events = new EventPublisher<MessagingEvent>(system, "scene", 1, raised => Events.Add((SendEvent)raised));
        var stores = new StorePresence(() => HasStore, (hashes, _) => Task.FromResult<IReadOnlySet<MessageHash>?>(Find(hashes)));
        system.ActorOf(Props.Create(() => new SceneActor(this, nodeOptions, stores, isStored)), "node");
        simulation.RunUntilIdle();
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

    public int Unfinished => _intake.Unfinished;

    public ActorSystem System { get; }

    /// <summary>The <see cref="SendsActor"/>.</summary>
    public IActorRef Actor => _actors.Sends;

    public Task<Result<RequestId, SendError>> SendAsync(bool isEphemeral = false, string topic = "/test/1/lobby/proto")
    {
        Task<Result<RequestId, SendError>>? answer = null;
        _simulation.Run(() =>
        {
            answer = _intake.SendAsync(new MessageEnvelope(topic, BitConverter.GetBytes(_sent++)) { IsEphemeral = isEphemeral }, RequestId.New(), _actors);
            return Task.CompletedTask;
        });
        return answer!;
    }

    /// <summary>Sends a message that is accepted.</summary>
    public RequestId Send(bool isEphemeral = false) => _simulation.Wait(SendAsync(isEphemeral)).Value;

    /// <summary>Sends as a layer above the node does: it stores its messages itself, and observes its requests.</summary>
    public RequestId SendAs(IActorRef observer)
    {
        Assert.True(_intake.TryPrepare(new MessageEnvelope("/test/1/lobby/proto", BitConverter.GetBytes(_sent++)), out var message, out _));
        var request = RequestId.New();
        _actors.Sends.Tell(new Sends.Send(request, message, IsJournalled: false, observer), ActorRefs.NoSender);
        return request;
    }

    public IEnumerable<SendEvent> EventsOf(RequestId request) => Events.Where(told => told.Request == request);

    public void Unsubscribe(string topic)
    {
        _actors.Sends.Tell(new Sends.Unsubscribed(topic), ActorRefs.NoSender);
        _simulation.RunFor(TimeSpan.FromMilliseconds(1));
    }

    /// <summary>Stops the node, as far as it sends.</summary>
    public void Close()
    {
        _intake.Close();
        _simulation.Ask<Sends.Closed>(_actors.Sends, Sends.Close.Instance);
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
    sealed class SceneActor(SendsScene scene, NodeOptions options, StorePresence stores, bool isStored) : UntypedActor
    {
        RecreatedChild? _sends;
        Sends.Left? _left;

        protected override SupervisorStrategy SupervisorStrategy() => new ChildStrategy(
            child => child.Path.Name == "sends", TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10));

        protected override void PreStart()
        {
            // Answers like the router and what is beneath it.
            var router = Context.ActorOf(Props.Create(() => new NetworkActor(scene)), "router");
            var subscriptions = Context.ActorOf(Props.Create(() => new SubscriptionsStub(scene)), "subscriptions");
            var settings = new SendsSettings(
                options, scene._intake, scene._events, stores, isStored ? SimulatedSystems.Persistence : null, Id, router, subscriptions);
            _sends = new RecreatedChild(
                Context, SendsActor.Props(settings), "sends", new ExponentialBackoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10)),
                created: sends =>
                {
                    scene._actors.SetSends(sends);
                    if (_left is not null)
                        sends.Tell(_left);
                    _left = null;
                },
                overflow: (message, _) =>
                {
                    if (message is Sends.Send send)
                        scene._intake.Refuse(send, SendIntake.NotStored("full"), scene._events.Publish, send.IsCounted);
                });
        }

        protected override void OnReceive(object message)
        {
            if (!_sends!.TryHandle(message) && message is Sends.Left left)
                _left = left;
        }
    }

    sealed class NetworkActor(SendsScene scene) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is not RelayTopics.Publish publish)
                return;
            var outcome = scene.Publish();
            if (outcome is PublishOutcome.Sent)
                scene.Published.Add(publish.Hash);
            if (outcome is { } known)
                Sender.Tell(new Gossip.PublishedTagged(publish.Tag, known));
        }
    }

    sealed class SubscriptionsStub(SendsScene scene) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is not Subscriptions.Subscribe subscribe)
                return;
            scene.Subscribed.Add(subscribe.Topic.Text);
            Sender.Tell(Subscriptions.Answer.Done);
        }
    }
}
