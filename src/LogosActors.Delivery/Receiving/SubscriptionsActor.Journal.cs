using Akka.Actor;
using Akka.Event;
using LogosActors.Actors;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Topics;

namespace LogosActors.Delivery.Receiving;

/// <summary>What survives the actors: in the journal, or with the node when it is stopped for a while.</summary>
internal sealed partial class SubscriptionsActor
{
    static readonly ExponentialBackoff JournalBackoff = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));

    RecreatedChild? _journal;

    // The journal that has recovered; null while there is none.
    IActorRef? _recovered;
    bool _hasRecovered;

    // Who waits until it is stored that a topic is no longer subscribed to.
    readonly List<(string Topic, IActorRef Waiting)> _removing = [];

    bool _isDraining;
    IActorRef? _drainer;
    readonly Dictionary<string, Subscription.Drained> _drained = new(StringComparer.Ordinal);

    void CreateJournal(PersistencePlugins persistence) => _journal = new RecreatedChild(
        Context, ReceivingJournalActor.Props(persistence, _environment.PersistenceId, _environment.Options), "journal", JournalBackoff,
        created: static _ => { }, overflow: Overflow);

    /// <summary>What is more than can wait for the journal is delivered without it.</summary>
    static void Overflow(object message, IActorRef sender)
    {
        if (message is ReceivingJournal.Record record)
            sender.Tell(new ReceivingJournal.Recorded(record.Hashes));
        else if (message is ReceivingJournal.Subscribe subscribe)
            sender.Tell(new ReceivingJournal.Subscribed(subscribe.Topic));
    }

    bool TryHandleJournal(object message)
    {
        if (_journal is null)
            return false;
        if (_journal.TryHandle(message))
        {
            if (_journal.Current is null && message is Terminated)
                LoseJournal();
            return true;
        }
        switch (message)
        {
            case ReceivingJournal.Recovered recovered:
                if (Sender.Equals(_journal.Current))
                    TakeOver(recovered);
                return true;
            case ReceivingJournal.Subscribed stored:
                if (_topics.TryGetValue(stored.Topic, out var topic))
                    Stored(topic);
                return true;
            case ReceivingJournal.Unsubscribed stored:
                Removed(stored.Topic);
                return true;
            default:
                return false;
        }
    }

    void TakeOver(ReceivingJournal.Recovered recovered)
    {
        _recovered = _journal!.Current!;
        if (!_hasRecovered)
            Add(recovered.Topics);
        _hasRecovered = true;
        // What a node that is new here has is what its history says; in all other cases something may have been missed.
        if (_isReady)
            _recovered.Tell(new ReceivingJournal.Reconcile([.. _topics.Values.Select(topic => topic.ToHistory(topic.Floor, []))]));
        foreach (var topic in _topics.Values)
            topic.Actor.Tell(new Subscription.UseJournal(_recovered));
        if (!_isReady)
            Open();
    }

    void Add(IReadOnlyList<ReceivingJournal.Topic> topics)
    {
        foreach (var history in topics)
        {
            if (_topics.ContainsKey(history.Name)
                || !ContentTopic.TryParse(history.Name, out var name, out _) || !_environment.Network.TryGetShard(name, out var shard, out _))
                continue;
            DeliverTo(Add(name, history with { Shard = shard }));
        }
    }

    void LoseJournal()
    {
        Log.Debug("The journal of what is received has failed; the node goes on without, and tries again");
        _recovered = null;
        foreach (var topic in _topics.Values)
        {
            topic.Actor.Tell(new Subscription.UseJournal(null));
            Stored(topic);
        }
        foreach (var (_, waiting) in _removing)
            waiting.Tell(Subscriptions.Answer.Done);
        _removing.Clear();
        if (!_isReady)
            Open();
    }

    /// <summary>Stores that a topic is no longer subscribed to, and answers then: else it might come back with the next start.</summary>
    void StoreRemoval(string topic)
    {
        if (_recovered is null)
        {
            Sender.Tell(Subscriptions.Answer.Done);
            return;
        }
        _removing.Add((topic, Sender));
        _recovered.Tell(new ReceivingJournal.Unsubscribe(topic));
        var late = new JournalLate(topic);
        Timers.StartSingleTimer(late, late, JournalTimeout);
    }

    /// <summary>That is stored; or the journal is late.</summary>
    void Removed(string topic)
    {
        var first = _removing.FindIndex(removing => string.Equals(removing.Topic, topic, StringComparison.Ordinal));
        if (first < 0)
            return;
        _removing[first].Waiting.Tell(Subscriptions.Answer.Done);
        _removing.RemoveAt(first);
    }

    void Store(Topic topic)
    {
        if (_recovered is null)
            return;
        topic.IsStoring = true;
        _recovered.Tell(new ReceivingJournal.Subscribe(topic.Name.Text, topic.Shard, topic.Since, topic.IsWanted));
        var late = new JournalLate(topic.Name.Text);
        Timers.StartSingleTimer(late, late, JournalTimeout);
    }

    /// <summary>It is stored; or the journal has failed, and says so in the log: it gets to know when it is back.</summary>
    void Stored(Topic topic)
    {
        topic.IsStoring = false;
        Timers.Cancel(new JournalLate(topic.Name.Text));
        AnswerIfDone(topic);
    }

    void Drain(IActorRef drainer)
    {
        (_isDraining, _drainer) = (true, drainer);
        foreach (var topic in _topics.Values)
            topic.Actor.Tell(Subscription.Drain.Instance);
        EndDrain();
    }

    void Drained(Subscription.Drained drained)
    {
        _drained[drained.Topic] = drained;
        EndDrain();
    }

    void EndDrain()
    {
        if (_drainer is not { } drainer || _topics.Keys.Any(name => !_drained.ContainsKey(name)))
            return;
        _drainer = null;
        drainer.Tell(new Subscriptions.Drained(
        [
            .. _topics.Values.Select(topic => new Subscriptions.LeftTopic(
                topic.Name, topic.IsWanted, [.. topic.Receivers],
                topic.ToHistory(_drained[topic.Name.Text].Floor, _journal is null ? _drained[topic.Name.Text].Batches : []))),
        ]));
    }

    sealed record JournalLate(string Topic);
}
