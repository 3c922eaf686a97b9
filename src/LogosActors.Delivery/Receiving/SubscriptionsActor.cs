using Akka.Actor;
using Akka.Event;
using LogosActors.Actors;
using LogosActors.Delivery.Events;
using LogosActors.Delivery.Filter;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.Sending;
using LogosActors.Delivery.Store;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Delivery.Receiving;

/// <summary>What the actors that receive share. Immutable.</summary>
/// <param name="Options">How messages are received.</param>
/// <param name="Network">Finds shards.</param>
/// <param name="Events">Publishes what comes.</param>
/// <param name="Stores">Whom to ask for what was missed.</param>
/// <param name="Ask">Asks.</param>
/// <param name="Persistence">Where what was received is stored; null: nowhere.</param>
/// <param name="PersistenceId">Names the history in the journal.</param>
internal sealed record ReceivingEnvironment(
    ReceivingOptions Options, Autosharding Network, EventPublisher<MessagingEvent> Events, StorePeers Stores, AskStore Ask,
    PersistencePlugins? Persistence, string PersistenceId)
{
    /// <summary>What the node was subscribed to when it stopped last.</summary>
    public IReadOnlyList<Subscriptions.LeftTopic> Left { get; init; } = [];
}

/// <summary>Knows which content topics are wanted and by whom, and has the router send each message to the actor of its topic.</summary>
/// <remarks>
/// Parent: <see cref="NodeActor"/>, one-for-one, resume: an exception is one message's, and costs that message; the topics stay. Children: one
/// <see cref="SubscriptionActor"/> for each content topic (resume), one <see cref="StoreSyncActor"/> for each shard that has one, and the
/// <see cref="ReceivingJournalActor"/> where there is a journal (restart with backoff). A journal that fails holds up nothing: messages are
/// delivered as if there were none, and it receives what it has missed when it is back. In a node that does not relay, service nodes push the
/// messages, through the <see cref="FilterClientActor"/>.
/// </remarks>
internal sealed partial class SubscriptionsActor : SupervisedActor, IWithTimers, IWithStash
{
    /// <summary>How long a subscription waits for the journal before it goes on without.</summary>
    /// <value>3 s: clients of the REST service have an answer within 5 s, on a machine that is busy, too.</value>
    static readonly TimeSpan JournalTimeout = SendIntake.StoreTimeout;

    /// <summary>For how long at most a topic is taken to be subscribed to when the clock by which it was is known to have been wrong.</summary>
    static readonly TimeSpan LongestUnknown = TimeSpan.FromDays(1);

    /// <summary>How long a subscription waits until a service node pushes the messages, where the node does not relay.</summary>
    /// <value>5 s: when there is no service node, the next one is asked when it comes, and stores have what was missed.</value>
    static readonly TimeSpan ReceivingTimeout = TimeSpan.FromSeconds(5);

    /// <summary>How many messages wait for the recovery.</summary>
    const int StashCapacity = 1_000;

    const string Owner = "subscriptions";

    readonly ReceivingEnvironment _environment;
    readonly IActorRef _relay;
    readonly IActorRef? _filter;
    readonly OwnStore? _own;
    readonly Dictionary<string, Topic> _topics = new(StringComparer.Ordinal);
    readonly Dictionary<PubsubTopic, Shard> _shards = [];
    int _stashed;
    bool _isReady;

    public SubscriptionsActor(ReceivingEnvironment environment, IActorRef relay, OwnStore? own, IActorRef? filter) =>
        (_environment, _relay, _own, _filter) = (environment, relay, own, filter);

    public ITimerScheduler Timers { get; set; } = null!;

    public IStash Stash { get; set; } = null!;

    /// <param name="environment">What they share.</param>
    /// <param name="relay">The <see cref="RelayActor"/>; nobody: the node does not relay.</param>
    /// <param name="own">Keeps what other stores have; null: the node is no store.</param>
    /// <param name="filter">The <see cref="FilterClientActor"/> of a node that does not relay.</param>
    public static Props Props(ReceivingEnvironment environment, IActorRef relay, OwnStore? own = null, IActorRef? filter = null) =>
        Akka.Actor.Props.Create(() => new SubscriptionsActor(environment, relay, own, filter));

    protected override SupervisorStrategy SupervisorStrategy() => new ChildStrategy(
        child => child.Path.Name.StartsWith(TopicPrefix, StringComparison.Ordinal), TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10));

    protected override void PreStart()
    {
        if (_environment.Persistence is { } persistence)
            CreateJournal(persistence);
        else
            Open();
    }

    protected override void PostStop()
    {
        _journal?.Stop();
        foreach (var topic in _topics.Keys)
            _filter?.Tell(new FilterTopics.Remove(topic));
        foreach (var shard in _shards.Keys)
            _relay.Tell(new RelayTopics.Leave(shard, Owner));
    }

    protected override void OnReceive(object message)
    {
        if (TryHandleJournal(message))
            return;
        switch (message)
        {
            case Gossip.Delivered { Decoded: RelayedMessage relayed }:
                if (_topics.TryGetValue(relayed.Message.ContentTopic, out var topic) && string.Equals(topic.ShardName, relayed.PubsubTopic, StringComparison.Ordinal))
                    Forward(topic, message);
                break;
            case RelayTopics.Seen or Subscriptions.Subscribe or Subscriptions.Unsubscribe or Subscriptions.Attach or Subscriptions.Detach
                or Subscriptions.AwaitRecovery when !_isReady:
                if (_stashed++ < StashCapacity)
                    Stash.Stash();
                break;
            case RelayTopics.Seen seen:
                if (_topics.TryGetValue(seen.Message.ContentTopic, out var own) && own.Shard == seen.Shard)
                    Forward(own, message);
                break;
            case Subscription.Take take:
                if (_topics.TryGetValue(take.Message.ContentTopic, out var wanted) && wanted.Shard == take.Shard)
                    wanted.Actor.Forward(take);
                else
                    Sender.Tell(new Subscription.Taken(take.Hash));
                break;
            case Subscription.FindKnown find:
                if (_topics.TryGetValue(find.Topic, out var asked))
                    asked.Actor.Forward(find);
                else
                    Sender.Tell(new Subscription.Known(find.Question, []));
                break;
            case Subscriptions.AwaitRecovery:
                Sender.Tell(Subscriptions.Answer.Done);
                break;
            case Subscriptions.Subscribe subscribe:
                Subscribe(subscribe);
                break;
            case Subscriptions.Unsubscribe unsubscribe:
                Unsubscribe(unsubscribe.Topic.Text);
                break;
            case Subscriptions.Attach attach:
                Attach(attach);
                break;
            case Subscriptions.Detach detach:
                Detach(detach);
                break;
            case Terminated stopped:
                Forget(stopped.ActorRef);
                break;
            case RelayTopics.Joined joined:
                Joined(joined.Shard);
                break;
            case Subscriptions.GetSyncTopics get:
                BelieveNoFuture(ShardOf(get.Shard));
                Sender.Tell(new Subscriptions.SyncTopics([.. ShardOf(get.Shard).Topics.Where(known => known.HasTakers).Select(known => known.ToSync())]));
                break;
            case FilterTopics.Receiving receiving:
                foreach (var name in receiving.Topics)
                    Received(name);
                break;
            case ReceivingLate late:
                Received(late.Topic);
                break;
            case FilterTopics.Gap:
                foreach (var gapped in _shards.Values)
                    gapped.Sync?.Tell(Subscriptions.SyncNow.Instance);
                break;
            case Subscriptions.Missed missed:
                _filter?.Tell(new FilterTopics.Missed(missed.Topic, missed.Hash, missed.Age));
                break;
            case Subscriptions.Forgot forgot:
                if (_topics.TryGetValue(forgot.Topic, out var full))
                    full.Floor = forgot.Floor;
                break;
            case ReceivingJournal.Reached reached:
                Reached(reached);
                break;
            case Subscriptions.List:
                Sender.Tell(new Subscriptions.Listed(_topics.ToDictionary(known => known.Key, known => known.Value.Shard, StringComparer.Ordinal)));
                break;
            case Subscriptions.Drain:
                Drain(Sender);
                break;
            case Subscription.Drained drained:
                Drained(drained);
                break;
            case JournalLate late:
                if (_topics.TryGetValue(late.Topic, out var unstored))
                    Stored(unstored);
                Removed(late.Topic);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    void Forward(Topic topic, object message)
    {
        if (!_isDraining)
            topic.Actor.Forward(message);
    }

    /// <summary>Begins to receive: what the node was subscribed to when it stopped, and what has been asked for meanwhile.</summary>
    void Open()
    {
        _isReady = true;
        foreach (var left in _environment.Left)
        {
            if (!_topics.TryGetValue(left.Name.Text, out var topic))
                topic = Add(left.Name, left.History with { IsWanted = left.IsWanted });
            foreach (var receiver in left.Receivers)
                Attach(topic, receiver);
            DeliverTo(topic);
        }
        Stash.UnstashAll();
    }

    void Subscribe(Subscriptions.Subscribe subscribe)
    {
        if (Find(subscribe.Topic, subscribe.Shard) is not { } topic)
            return;
        if (!topic.IsWanted)
        {
            topic.IsWanted = true;
            DeliverTo(topic);
            Store(topic);
        }
        AnswerWhenDone(topic);
    }

    void Unsubscribe(string name)
    {
        if (!_topics.TryGetValue(name, out var topic) || !topic.IsWanted)
        {
            Sender.Tell(new Subscriptions.Answer(new SubscriptionError(name, SubscriptionErrorKind.NotSubscribed, $"The node is not subscribed to '{name}'.")));
            return;
        }
        topic.IsWanted = false;
        if (topic.Receivers.Count == 0)
        {
            Remove(topic);
            return;
        }
        DeliverTo(topic);
        Store(topic);
        AnswerWhenDone(topic);
    }

    void Attach(Subscriptions.Attach attach)
    {
        if (Find(attach.Topic, attach.Shard) is not { } topic)
            return;
        Attach(topic, attach.Receiver);
        DeliverTo(topic);
        // One that the journal does not know yet, or an earlier one.
        if (topic.Receivers.Count == 1 && !topic.IsWanted)
            Store(topic);
        AnswerWhenDone(topic);
    }

    static void Attach(Topic topic, IActorRef receiver)
    {
        if (topic.Receivers.Contains(receiver))
            return;
        topic.Receivers.Add(receiver);
        Context.Watch(receiver);
    }

    void Detach(Subscriptions.Detach detach)
    {
        if (_topics.TryGetValue(detach.Topic.Text, out var topic) && topic.Receivers.Remove(detach.Receiver))
        {
            if (!_topics.Values.Any(other => other.Receivers.Contains(detach.Receiver)))
                Context.Unwatch(detach.Receiver);
            if (!topic.HasTakers)
            {
                Remove(topic);
                return;
            }
            DeliverTo(topic);
        }
        Sender.Tell(Subscriptions.Answer.Done);
    }

    /// <summary>A receiver has stopped without detaching: its topics stay, for the next one to attach.</summary>
    void Forget(IActorRef receiver)
    {
        foreach (var topic in _topics.Values.Where(topic => topic.Receivers.Remove(receiver)))
            DeliverTo(topic);
    }

    /// <summary>The topic, which is added if there is room; else the answer is that there is none.</summary>
    Topic? Find(ContentTopic name, PubsubTopic shard)
    {
        if (_topics.TryGetValue(name.Text, out var topic))
            return topic;
        var most = _environment.Options.MaxContentTopics;
        if (_topics.Count < most)
        {
            var since = UnixNanoseconds.Now(Time);
            var added = Add(name, new ReceivingJournal.Topic(name.Text, shard, since, IsWanted: false, new StoreMarks(since), long.MinValue, []));
            added.Subscribed = Now;
            return added;
        }
        Sender.Tell(new Subscriptions.Answer(new SubscriptionError(
            name.Text, SubscriptionErrorKind.TooManyContentTopics, $"The node is subscribed to {most} content topics; unsubscribe from some.")));
        return null;
    }

    Topic Add(ContentTopic name, ReceivingJournal.Topic history)
    {
        var actor = Context.ActorOf(
            SubscriptionActor.Props(history, _environment.Options.MaxRemembered, _environment.Events), $"{TopicPrefix}{++_lastTopic}");
        var topic = new Topic(name, history, actor) { IsWanted = history.IsWanted };
        _topics.Add(name.Text, topic);
        if (_recovered is not null)
            actor.Tell(new Subscription.UseJournal(_recovered));
        var shard = ShardOf(history.Shard);
        shard.Topics.Add(topic);
        if (_filter is not null)
        {
            topic.IsReceiving = false;
            _filter.Tell(new FilterTopics.Add(name.Text, history.Shard, Self));
            Timers.StartSingleTimer(new ReceivingLate(name.Text), new ReceivingLate(name.Text), ReceivingTimeout);
        }
        if (shard.Sync is not null)
        {
            shard.Sync.Tell(Subscriptions.SyncNow.Instance);
            return topic;
        }
        if (_filter is null)
            _relay.Tell(new RelayTopics.Join(history.Shard, Owner, Self));
        else
            shard.IsJoined = true;
        shard.Sync = Context.ActorOf(StoreSyncActor.Props(history.Shard, _environment.Stores, _environment.Ask, _own, _environment.Options));
        return topic;
    }

    void Remove(Topic topic)
    {
        _topics.Remove(topic.Name.Text);
        _filter?.Tell(new FilterTopics.Remove(topic.Name.Text));
        Timers.Cancel(new ReceivingLate(topic.Name.Text));
        Context.Stop(topic.Actor);
        StoreRemoval(topic.Name.Text);
        foreach (var waiting in topic.Waiting)
            waiting.Tell(Subscriptions.Answer.Done);
        var shard = ShardOf(topic.Shard);
        shard.Topics.Remove(topic);
        if (shard.Topics.Count > 0)
            return;
        _shards.Remove(topic.Shard);
        Context.Stop(shard.Sync!);
        _relay.Tell(new RelayTopics.Leave(topic.Shard, Owner));
    }

    static void DeliverTo(Topic topic) => topic.Actor.Tell(new Subscription.DeliverTo(topic.IsWanted, [.. topic.Receivers]));

    void AnswerWhenDone(Topic topic)
    {
        if (!Sender.IsNobody())
            topic.Waiting.Add(Sender);
        // Once is enough; but one may have been lost with a failure of the relay's actor.
        if (!ShardOf(topic.Shard).IsJoined)
            _relay.Tell(new RelayTopics.Join(topic.Shard, Owner, Self));
        AnswerIfDone(topic);
    }

    void AnswerIfDone(Topic topic)
    {
        if (topic.IsStoring || !topic.IsReceiving || !ShardOf(topic.Shard).IsJoined)
            return;
        foreach (var waiting in topic.Waiting)
            waiting.Tell(Subscriptions.Answer.Done);
        topic.Waiting.Clear();
    }

    void Joined(PubsubTopic name)
    {
        if (!_shards.TryGetValue(name, out var shard))
            return;
        shard.IsJoined = true;
        foreach (var topic in shard.Topics)
            AnswerIfDone(topic);
    }

    /// <summary>A service node pushes the messages of a topic, or none has said so in time: then stores have them.</summary>
    void Received(string name)
    {
        Timers.Cancel(new ReceivingLate(name));
        if (!_topics.TryGetValue(name, out var topic) || topic.IsReceiving)
            return;
        topic.IsReceiving = true;
        AnswerIfDone(topic);
    }

    void Reached(ReceivingJournal.Reached reached)
    {
        // Without names it is about all topics that the round has begun with; those that came later, or had no takers, are not among them.
        foreach (var name in reached.Topics)
        {
            if (_topics.TryGetValue(name, out var topic) && topic.Shard == reached.Shard)
                topic.Marks = topic.Marks.With(reached.Store, reached.Time);
        }
        var isWhole = ShardOf(reached.Shard).Topics.All(topic => topic.Since > reached.Time || topic.Marks.Of(reached.Store) >= reached.Time);
        _recovered?.Tell(isWhole ? reached with { Topics = [] } : reached);
    }

    /// <summary>Times in the future were read from a clock that was ahead: marks say nothing then, and stores are asked for all since the
    /// subscription.</summary>
    void BelieveNoFuture(Shard shard)
    {
        var (now, overlap) = (UnixNanoseconds.Now(Time), UnixNanoseconds.Of(_environment.Options.StoreOverlap));
        foreach (var topic in shard.Topics)
        {
            if (topic.Since > now)
            {
                topic.Since = now - UnixNanoseconds.Of(AgeOf(topic, now));
                topic.Actor.Tell(new Subscription.MoveBack(topic.Since));
                _recovered?.Tell(new ReceivingJournal.Subscribe(topic.Name.Text, topic.Shard, topic.Since, topic.IsWanted));
            }
            // A clock that was ahead by less is made up for by the overlap.
            topic.Marks = topic.Marks.Until(now + overlap, topic.Since);
        }
    }

    /// <summary>For how long a topic is subscribed to, whose subscription lies in the future: as long as has passed, or, if that was in an earlier
    /// process, as long as it may be.</summary>
    TimeSpan AgeOf(Topic topic, long now)
    {
        if (topic.Subscribed is { } subscribed)
            return Now - subscribed;
        var options = _environment.Options;
        return topic.Since - now <= UnixNanoseconds.Of(options.StoreOverlap) ? options.StoreOverlap
            : options.StoreHorizon > LongestUnknown ? options.StoreHorizon
            : LongestUnknown;
    }

    Shard ShardOf(PubsubTopic name)
    {
        if (!_shards.TryGetValue(name, out var shard))
            _shards.Add(name, shard = new Shard());
        return shard;
    }

    sealed record ReceivingLate(string Topic);

    const string TopicPrefix = "topic-";

    long _lastTopic;

    sealed class Shard
    {
        public List<Topic> Topics { get; } = [];

        public IActorRef? Sync { get; set; }

        public bool IsJoined { get; set; }
    }

    sealed class Topic(ContentTopic name, ReceivingJournal.Topic history, IActorRef actor)
    {
        public ContentTopic Name => name;

        public PubsubTopic Shard { get; } = history.Shard;

        public string ShardName { get; } = history.Shard.ToString();

        public long Since { get; set; } = history.Since;

        /// <summary>When it was subscribed to in this process, by the monotonic clock; null: in an earlier one.</summary>
        public TimeSpan? Subscribed { get; set; }

        public StoreMarks Marks { get; set; } = history.Marks;

        public long Floor { get; set; } = history.Floor;

        public IActorRef Actor => actor;

        /// <summary>Whether the application has subscribed to it.</summary>
        public bool IsWanted { get; set; }

        public List<IActorRef> Receivers { get; } = [];

        public bool HasTakers => IsWanted || Receivers.Count > 0;

        /// <summary>Whether the journal has still to say that it is stored.</summary>
        public bool IsStoring { get; set; }

        /// <summary>Whether its messages come; where the node relays, they do when its shard is joined.</summary>
        public bool IsReceiving { get; set; } = true;

        /// <summary>Who waits until it is stored, and its shard joined.</summary>
        public List<IActorRef> Waiting { get; } = [];

        public SyncTopic ToSync() => new(Name.Text, Since, Marks, Floor);

        public ReceivingJournal.Topic ToHistory(long floor, IReadOnlyList<ReceivingJournal.Batch> batches) =>
            new(Name.Text, Shard, Since, IsWanted, Marks, floor, batches);
    }
}
