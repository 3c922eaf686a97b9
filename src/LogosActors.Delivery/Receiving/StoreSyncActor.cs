using Akka.Actor;
using Akka.Event;
using LogosActors.Actors;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Store;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Receiving;

/// <summary>Asks a store for one page; see <see cref="StoreClient.QueryAsync"/>.</summary>
internal delegate Task<StoreResult<StorePage>> AskStore(PeerId store, ArchiveQuery query);

/// <summary>Asks stores for what was missed on one shard: at the start, each <see cref="ReceivingOptions.StoreInterval"/>, and when there
/// is a store after there was none.</summary>
/// <remarks>
/// Whatever makes it ask at once makes the relay's mesh form again, too: the next round follows soon, for what has come meanwhile.
/// Parent: <see cref="SubscriptionsActor"/>, one-for-one, restart with backoff. A failure costs the round that is under way; a restart begins
/// one at once. What is subscribed to, and what was received, it asks the parent and its children for.
/// </remarks>
internal sealed class StoreSyncActor : SupervisedActor, IWithTimers
{
    /// <summary>How long the actors of the topics may take to deliver the messages of one answer, or to answer themselves.</summary>
    static readonly TimeSpan TakeTimeout = TimeSpan.FromSeconds(30);

    /// <summary>How long after a round that was asked for at once the next one comes: gossipsub's mesh takes a heartbeat or two, of 1 s
    /// (gossipsub v1.0 §Parameters), and an archive may be some seconds late.</summary>
    static readonly TimeSpan FollowUp = TimeSpan.FromSeconds(5);

    readonly PubsubTopic _shard;
    readonly StorePeers _stores;
    readonly AskStore _ask;
    readonly OwnStore? _own;
    readonly StoreSync _sync;
    readonly Action _storeAppeared;
    readonly HashSet<MessageHash> _known = [];
    PeerId? _store;
    object _question = new();
    Answer? _listed;
    int _notAnswered;
    StoreFailure? _failure;
    bool _isFollowed = true;

    public StoreSyncActor(PubsubTopic shard, StorePeers stores, AskStore ask, OwnStore? own, ReceivingOptions options)
    {
        (_shard, _stores, _ask, _own) = (shard, stores, ask, own);
        _sync = new StoreSync(shard, options, Context.System.Random());
        var self = Self;
        _storeAppeared = () => self.Tell(Subscriptions.SyncNow.Instance, ActorRefs.NoSender);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <param name="shard">The shard.</param>
    /// <param name="stores">Whom to ask.</param>
    /// <param name="ask">Asks.</param>
    /// <param name="own">Keeps what is found; null: the node is no store.</param>
    /// <param name="options">When to ask.</param>
    public static Props Props(PubsubTopic shard, StorePeers stores, AskStore ask, OwnStore? own, ReceivingOptions options) =>
        Akka.Actor.Props.Create(() => new StoreSyncActor(shard, stores, ask, own, options));

    protected override void PreStart()
    {
        _stores.Subscribe(_storeAppeared);
        Begin();
    }

    protected override void PostStop() => _stores.Unsubscribe(_storeAppeared);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Subscriptions.SyncNow:
                _isFollowed = true;
                Begin();
                break;
            case NextRound:
                Begin();
                break;
            case Subscriptions.SyncTopics topics:
                Begin(topics.Topics);
                break;
            case Answer answer when ReferenceEquals(answer.Question, _question):
                Accept(answer);
                break;
            case Subscription.Known known when ReferenceEquals(known.Question, _question):
                Accept(known);
                break;
            case Answer or Subscription.Known:
                break;
            case Subscription.Taken taken:
                Run(_sync.Taken(taken.Hash));
                break;
            case TakesTooLong:
                // That is not the store's fault; it is passed over like one that wants to be asked less.
                _failure = StoreFailure.TooManyRequests;
                Run(_sync.Failed("the node is too slow"));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    void Begin()
    {
        if (_sync.IsAsking)
            return;
        Context.Parent.Tell(new Subscriptions.GetSyncTopics(_shard));
        // In case that there is no answer.
        Timers.StartSingleTimer(NextRound.Instance, NextRound.Instance, TakeTimeout);
    }

    void Begin(IReadOnlyList<SyncTopic> topics)
    {
        if (_sync.IsAsking)
            return;
        (_store, _failure) = (_stores.Choose(Context.System.Random()), null);
        // Without a store the next one to appear begins the round; one that is passed over for now is asked when the timer comes.
        if (_store is not null)
            Run(_sync.Begin(topics, _store, UnixNanoseconds.Now(Time)));
        else
            Timers.StartSingleTimer(NextRound.Instance, NextRound.Instance, TimeSpan.FromSeconds(1));
    }

    void Accept(Answer answer)
    {
        if (!answer.Result.IsAnswered)
        {
            _failure = answer.Result.Failure;
            Run(_sync.Failed(answer.Result.Reason));
            return;
        }
        _stores.Succeeded(_store!);
        var topics = _sync.Listing;
        if (topics.Count == 0 || answer.Result.Value.Messages.Count == 0)
        {
            Run(_sync.Answered(answer.Result.Value, _known, answer.Lacking));
            return;
        }
        // A hash is of one of the topics: each is asked, and what one of them has received is known.
        _known.Clear();
        (_listed, _notAnswered) = (answer, topics.Count);
        MessageHash[] hashes = [.. answer.Result.Value.Messages.Select(listed => listed.Hash)];
        Timers.StartSingleTimer(TakesTooLong.Instance, TakesTooLong.Instance, TakeTimeout);
        foreach (var topic in topics)
            Context.Parent.Tell(new Subscription.FindKnown(topic.Topic, _question, hashes));
    }

    void Accept(Subscription.Known known)
    {
        _known.UnionWith(known.Hashes);
        if (--_notAnswered > 0 || _listed is not { } listed)
            return;
        _listed = null;
        Timers.Cancel(TakesTooLong.Instance);
        Run(_sync.Answered(listed.Result.Value!, _known, listed.Lacking));
        _known.Clear();
    }

    void Run(IReadOnlyList<StoreSyncEffect> effects)
    {
        foreach (var effect in effects)
        {
            switch (effect)
            {
                case StoreSyncEffect.Ask ask:
                    Timers.Cancel(TakesTooLong.Instance);
                    _listed = null;
                    PipeToSelf(AskAsync(_store!, ask.Query, _question = new object()));
                    break;
                case StoreSyncEffect.Give give:
                    Timers.StartSingleTimer(TakesTooLong.Instance, TakesTooLong.Instance, TakeTimeout);
                    _own?.Actor.Tell(new Subscription.Found(_shard, give.Hash, give.Message));
                    Context.Parent.Tell(new Subscription.Take(_shard, give.Hash, give.Message));
                    break;
                case StoreSyncEffect.Reached reached:
                    Context.Parent.Tell(new ReceivingJournal.Reached(_shard, [.. reached.Topics.Select(topic => topic.Topic)], _store!, reached.Time));
                    break;
                case StoreSyncEffect.Wait wait:
                    Wait(wait);
                    break;
            }
        }
    }

    void Wait(StoreSyncEffect.Wait wait)
    {
        Timers.Cancel(TakesTooLong.Instance);
        _listed = null;
        var delay = wait.Delay;
        if (wait.Failure is { } failure)
        {
            Log.Info("Store {0} was asked for the messages of {1} in vain: {2}", _store, _shard, failure);
            _stores.Failed(_store!, _failure ?? StoreFailure.BadAnswer);
        }
        else if (_isFollowed)
        {
            (_isFollowed, delay) = (false, delay < FollowUp ? delay : FollowUp);
        }
        Timers.StartSingleTimer(NextRound.Instance, NextRound.Instance, delay);
    }

    async Task<Answer> AskAsync(PeerId store, ArchiveQuery query, object question)
    {
        try
        {
            var result = await _ask(store, query);
            var lacking = _own is not null && result.IsAnswered && !query.IncludesData
                ? await _own.FindLackingAsync([.. result.Value.Messages.Select(listed => listed.Hash)])
                : null;
            return new Answer(question, result, lacking);
        }
#pragma warning disable CA1031 // whatever it is, the next round may have more luck, and must not come at once
        catch (Exception e)
#pragma warning restore CA1031
        {
            return new Answer(question, new StoreResult<StorePage>(StoreFailure.NotReached, e.Message));
        }
    }

    sealed record Answer(object Question, StoreResult<StorePage> Result, IReadOnlySet<MessageHash>? Lacking = null) : INoSerializationVerificationNeeded;

    sealed record NextRound
    {
        public static readonly NextRound Instance = new();
    }

    sealed record TakesTooLong
    {
        public static readonly TakesTooLong Instance = new();
    }
}
