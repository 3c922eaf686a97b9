using LogosActors.Actors;
using LogosActors.Delivery.Events;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.Store;
using LogosActors.Delivery.Topics;
using Microsoft.Extensions.Logging;

namespace LogosActors.Delivery.Receiving;

/// <summary>What the actors that receive share. Immutable.</summary>
/// <param name="Options">How messages are received.</param>
/// <param name="Network">Finds shards.</param>
/// <param name="Memory">What outlives them.</param>
/// <param name="Waiting">Takes what the application is told.</param>
/// <param name="Stores">Whom to ask for what was missed.</param>
/// <param name="Ask">Asks.</param>
/// <param name="PersistenceId">Names the history in the journal; null: nothing is stored.</param>
internal sealed record ReceivingEnvironment(
    ReceivingOptions Options, Autosharding Network, ReceivingMemory Memory, WaitingEvents Waiting, StorePeers Stores, AskStore Ask, string? PersistenceId);

/// <summary>Knows which content topics the application wants, and hands each message to the actor of its topic.</summary>
/// <remarks>
/// Parent: <see cref="NodeActor"/>. Children, one-for-one, restart: one <see cref="SubscriptionActor"/> for each content topic, one
/// <see cref="StoreSyncActor"/> for each shard that has one, and the <see cref="ReceivingJournalActor"/> where there is a journal. What they
/// know is in the <see cref="ReceivingMemory"/>, which outlives them: a failure of this actor costs the messages that wait for its children,
/// and stores are asked for those at once. A journal that fails holds up nothing: messages are told as if there were none, and it gets what
/// it has missed when it works again.
/// </remarks>
/// <param name="environment">What they share.</param>
/// <param name="relay">Shows what travels.</param>
/// <param name="events">Tells the application.</param>
/// <param name="own">Keeps what other stores have; null: the node is no store.</param>
internal sealed class SubscriptionsActor(ReceivingEnvironment environment, ActorRef relay, ActorRef events, OwnStore? own = null) : Actor
{
    /// <summary>How long a subscription waits for the journal before it goes on without.</summary>
    static readonly TimeSpan JournalTimeout = TimeSpan.FromSeconds(10);

    static readonly TimeSpan ShortestJournalWait = TimeSpan.FromSeconds(1);
    static readonly TimeSpan LongestJournalWait = TimeSpan.FromMinutes(1);

    readonly ReceivingMemory _memory = environment.Memory;
    readonly Dictionary<string, (PubsubTopic Shard, ActorRef Actor)> _topics = new(StringComparer.Ordinal);
    readonly Dictionary<PubsubTopic, ActorRef> _syncs = [];
    readonly JournalLink _journal = new();
    ActorRef? _recovering;
    TimeSpan _journalWait = ShortestJournalWait;
    bool _isReady;
    bool _isDraining;

    protected override void PreStart()
    {
        relay.Tell(new RelayTopics.Observe(Self), Self);
        if (environment.PersistenceId is not null)
            SpawnJournal();
        if (environment.PersistenceId is not null && !_memory.IsRecovered)
            return;
        _journal.Current = _recovering;
        Open();
    }

    protected override void PreRestart(Exception reason, object? message)
    {
        if (Retried.Deserves(message))
            Self.Tell(new Retried(message!), Sender);
    }

    protected override void Receive(object message)
    {
        switch (message)
        {
            case RelayTopics.Seen or Subscription.Take when _isDraining:
                break;
            case RelayTopics.Seen seen when _isReady:
                if (_topics.TryGetValue(seen.Message.ContentTopic, out var topic) && topic.Shard == seen.Shard)
                    topic.Actor.Tell(seen, Self);
                break;
            case Subscription.Take take:
                if (_topics.TryGetValue(take.Message.ContentTopic, out var wanted) && wanted.Shard == take.Shard)
                    Forward(wanted.Actor, take);
                else
                    Reply(new Subscription.Taken(take.Hash));
                break;
            case ReceivingJournal.Synced synced:
                _journal.Current?.Tell(synced, Self);
                break;
            case ReceivingJournal.Recovered recovered:
                if (Sender == _recovering)
                    TakeOver(recovered);
                break;
            case Terminated terminated:
                if (terminated.Actor == _recovering)
                    LoseJournal();
                break;
            case RespawnJournal:
                SpawnJournal();
                break;
            case Retried retried:
                Receive(retried.Message);
                break;
            case RelayTopics.Joined or ReceivingJournal.Subscribed:
                break;
            case RelayTopics.Seen or RelayTopics.Restarted or Subscriptions.Subscribe or Subscriptions.Unsubscribe when !_isReady:
                Context.Stash();
                break;
            case Subscriptions.Subscribe subscribe:
                Subscribe(subscribe);
                break;
            case Subscriptions.Unsubscribe unsubscribe:
                Reply(Unsubscribe(unsubscribe.Topic.Text));
                break;
            case RelayTopics.Restarted:
                foreach (var sync in _syncs.Values)
                    sync.Tell(Subscriptions.SyncNow.Instance, Self);
                break;
            case Subscriptions.Drain:
                _isDraining = true;
                Context.PipeTo(DrainAsync([.. _topics.Values.Select(topic => topic.Actor)]), Sender);
                break;
            case Subscriptions.List:
                Reply(new Subscriptions.Listed(_topics.ToDictionary(topic => topic.Key, topic => topic.Value.Shard, StringComparer.Ordinal)));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <summary>Begins to receive what is subscribed to.</summary>
    void Open()
    {
        _isReady = true;
        foreach (var topic in _memory.Topics)
            Receive(topic);
        Context.UnstashAll();
    }

    void Receive(TopicMemory topic)
    {
        if (_topics.ContainsKey(topic.Topic))
            return;
        _topics.Add(topic.Topic, (topic.Shard, Context.Spawn(Props.Create(() => new SubscriptionActor(topic, environment.Waiting, events, _journal)))));
        relay.Tell(new RelayTopics.Join(topic.Shard, topic.Topic), Self);
        if (_syncs.TryGetValue(topic.Shard, out var sync))
        {
            sync.Tell(Subscriptions.SyncNow.Instance, Self);
            return;
        }
        var shard = _memory.ShardOf(topic.Shard);
        _syncs.Add(topic.Shard, Context.Spawn(Props.Create(() => new StoreSyncActor(shard, environment.Stores, environment.Ask, own, environment.Options))));
    }

    void Subscribe(Subscriptions.Subscribe subscribe)
    {
        var text = subscribe.Topic.Text;
        var stored = Task.CompletedTask;
        if (_memory.Find(text) is null)
        {
            var most = environment.Options.MaxContentTopics;
            if (_memory.Count >= most)
            {
                Reply(new Subscriptions.Answer(new SubscriptionError(
                    text, SubscriptionErrorKind.TooManyContentTopics, $"The node is subscribed to {most} content topics; unsubscribe from some.")));
                return;
            }
            var topic = _memory.Add(text, subscribe.Shard, UnixNanoseconds.Now(Time));
            Receive(topic);
            if (_journal.Current is { } journal)
                stored = journal.Ask<ReceivingJournal.Subscribed>(new ReceivingJournal.Subscribed(text, topic.Shard, topic.Since), JournalTimeout);
        }
        Context.PipeTo(AnswerAsync(stored, relay.Ask<RelayTopics.Joined>(new RelayTopics.Join(subscribe.Shard, text), NodeEnvironment.AnswerTimeout)), Sender);
    }

    static async Task<Subscriptions.Answer> AnswerAsync(Task stored, Task joined)
    {
        try
        {
            await stored;
        }
        catch (AskTimeoutException)
        {
            // The journal has failed, and says so in the log; it gets to know when it works again.
        }
        await joined;
        return Subscriptions.Answer.Done;
    }

    static async Task<Subscriptions.Answer> DrainAsync(ActorRef[] topics)
    {
        await Task.WhenAll(topics.Select(topic => topic.Ask<Subscription.Drain>(Subscription.Drain.Instance, NodeEnvironment.AnswerTimeout)));
        return Subscriptions.Answer.Done;
    }

    Subscriptions.Answer Unsubscribe(string topic)
    {
        if (_memory.Remove(topic) is not { } memory)
            return new Subscriptions.Answer(new SubscriptionError(topic, SubscriptionErrorKind.NotSubscribed, $"The node is not subscribed to '{topic}'."));
        _journal.Current?.Tell(new ReceivingJournal.Unsubscribed(topic), Self);
        if (_topics.Remove(topic, out var subscription))
            Context.Stop(subscription.Actor);
        relay.Tell(new RelayTopics.Leave(memory.Shard, topic), Self);
        if (_memory.ShardOf(memory.Shard).Topics.Count == 0 && _syncs.Remove(memory.Shard, out var sync))
            Context.Stop(sync);
        return Subscriptions.Answer.Done;
    }

    void SpawnJournal()
    {
        _recovering = Context.Spawn(Props.Create(() => new ReceivingJournalActor(environment.PersistenceId!, environment.Options)));
        Context.Watch(_recovering);
    }

    void TakeOver(ReceivingJournal.Recovered recovered)
    {
        _journal.Current = _recovering;
        _journalWait = ShortestJournalWait;
        var isFirst = !_memory.IsRecovered;
        if (isFirst)
            _memory.Add(recovered.Topics, ShardOf);
        // What a node that is new here has is what its history says; in all other cases something may have been missed.
        if (!isFirst || _isReady)
            _journal.Current!.Tell(new ReceivingJournal.Reconcile(_memory.ToRecords()), Self);
        _memory.IsRecovered = true;
        foreach (var (_, actor) in _topics.Values)
            actor.Tell(Subscription.JournalChanged.Instance, Self);
        Open();
    }

    void LoseJournal()
    {
        Log.LogError("The journal of what is received has failed; the node goes on without, and tries again in {Wait}", _journalWait);
        _journal.Current = _recovering = null;
        foreach (var (_, actor) in _topics.Values)
            actor.Tell(Subscription.JournalChanged.Instance, Self);
        if (!_isReady)
            Open();
        Context.StartSingleTimer(typeof(RespawnJournal), RespawnJournal.Instance, _journalWait);
        _journalWait = _journalWait * 2 < LongestJournalWait ? _journalWait * 2 : LongestJournalWait;
    }

    PubsubTopic? ShardOf(string topic) =>
        ContentTopic.TryParse(topic, out var parsed, out _) && environment.Network.TryGetShard(parsed, out var shard, out _) ? shard : null;

    sealed record RespawnJournal
    {
        public static readonly RespawnJournal Instance = new();
    }
}
