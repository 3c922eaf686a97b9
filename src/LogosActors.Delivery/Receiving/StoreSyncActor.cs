using LogosActors.Actors;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Store;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Identity;
using Microsoft.Extensions.Logging;

namespace LogosActors.Delivery.Receiving;

/// <summary>Asks a store for one page; see <see cref="StoreClient.QueryAsync"/>.</summary>
internal delegate Task<StoreResult<StorePage>> AskStore(PeerId store, ArchiveQuery query);

/// <summary>Asks stores for what was missed on one shard: at the start, each <see cref="ReceivingOptions.StoreInterval"/>, and when there
/// is a store after there was none.</summary>
/// <remarks>
/// Whatever makes it ask at once makes the relay's mesh form anew, too: the next round follows soon, for what has come meanwhile.
/// Parent: <see cref="SubscriptionsActor"/>, one-for-one, restart. A failure costs the round that is under way; a restart begins one at once.
/// </remarks>
internal sealed class StoreSyncActor : Actor
{
    /// <summary>How long the actors of the topics may take to take the messages of one answer.</summary>
    static readonly TimeSpan TakeTimeout = TimeSpan.FromSeconds(30);

    /// <summary>How long after a round that was asked for at once the next one comes: gossipsub's mesh takes a heartbeat or two, of 1 s
    /// (gossipsub v1.0 §Parameters), and an archive may be some seconds late.</summary>
    static readonly TimeSpan FollowUp = TimeSpan.FromSeconds(5);

    readonly ShardMemory _shard;
    readonly StorePeers _stores;
    readonly AskStore _ask;
    readonly OwnStore? _own;
    readonly StoreSync _sync;
    readonly Action _storeAppeared;
    PeerId? _store;
    object _question = new();
    StoreFailure? _failure;
    bool _isFollowed = true;

    /// <param name="shard">What is subscribed to.</param>
    /// <param name="stores">Whom to ask.</param>
    /// <param name="ask">Asks.</param>
    /// <param name="own">Keeps what is found; null: the node is no store.</param>
    /// <param name="options">When to ask.</param>
    public StoreSyncActor(ShardMemory shard, StorePeers stores, AskStore ask, OwnStore? own, ReceivingOptions options)
    {
        (_shard, _stores, _ask, _own) = (shard, stores, ask, own);
        _sync = new StoreSync(shard.Shard, options, Context.Random);
        var self = Self;
        _storeAppeared = () => self.Tell(Subscriptions.SyncNow.Instance);
    }

    protected override void PreStart()
    {
        _stores.Subscribe(_storeAppeared);
        Begin();
    }

    protected override void PostStop() => _stores.Unsubscribe(_storeAppeared);

    protected override void Receive(object message)
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
            case Answer answer when ReferenceEquals(answer.Question, _question):
                Take(answer);
                break;
            case Answer:
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
        (_store, _failure) = (_stores.Choose(Context.Random), null);
        // Without a store the next one to appear begins the round; one that is passed over for now is asked when the timer comes.
        if (_store is not null)
            Run(_sync.Begin(_shard.Topics, _store, UnixNanoseconds.Now(Time)));
        else
            Context.StartSingleTimer(typeof(NextRound), NextRound.Instance, TimeSpan.FromSeconds(1));
    }

    void Take(Answer answer)
    {
        if (!answer.Result.IsAnswered)
        {
            _failure = answer.Result.Failure;
            Run(_sync.Failed(answer.Result.Reason));
            return;
        }
        _stores.Succeeded(_store!);
        Run(_sync.Answered(answer.Result.Value, answer.Lacking));
    }

    void Run(IReadOnlyList<StoreSyncEffect> effects)
    {
        foreach (var effect in effects)
        {
            switch (effect)
            {
                case StoreSyncEffect.Ask ask:
                    Context.CancelTimer(typeof(TakesTooLong));
                    Context.PipeTo(AskAsync(_store!, ask.Query, _question = new object()));
                    break;
                case StoreSyncEffect.Give give:
                    Context.StartSingleTimer(typeof(TakesTooLong), TakesTooLong.Instance, TakeTimeout);
                    _own?.Actor.Tell(new Subscription.Found(_shard.Shard, give.Hash, give.Message), Self);
                    Context.Parent.Tell(new Subscription.Take(_shard.Shard, give.Hash, give.Message), Self);
                    break;
                case StoreSyncEffect.Reached reached:
                    Move(reached);
                    break;
                case StoreSyncEffect.Wait wait:
                    Wait(wait);
                    break;
            }
        }
    }

    void Move(StoreSyncEffect.Reached reached)
    {
        foreach (var topic in reached.Topics)
            topic.Marks = topic.Marks.With(_store!, reached.Time);
        Context.Parent.Tell(
            new ReceivingJournal.Synced(_shard.Shard, reached.IsWholeShard ? [] : [.. reached.Topics.Select(topic => topic.Topic)], _store!, reached.Time), Self);
    }

    void Wait(StoreSyncEffect.Wait wait)
    {
        Context.CancelTimer(typeof(TakesTooLong));
        var delay = wait.Delay;
        if (wait.Failure is { } failure)
        {
            Log.LogInformation("Store {Store} was asked for the messages of {Shard} in vain: {Reason}", _store, _shard.Shard, failure);
            _stores.Failed(_store!, _failure ?? StoreFailure.BadAnswer);
        }
        else if (_isFollowed)
        {
            (_isFollowed, delay) = (false, delay < FollowUp ? delay : FollowUp);
        }
        Context.StartSingleTimer(typeof(NextRound), NextRound.Instance, delay);
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

    sealed record Answer(object Question, StoreResult<StorePage> Result, IReadOnlySet<MessageHash>? Lacking = null);

    sealed record NextRound
    {
        public static readonly NextRound Instance = new();
    }

    sealed record TakesTooLong
    {
        public static readonly TakesTooLong Instance = new();
    }
}

/// <summary>What is subscribed to on one shard. For any number of threads.</summary>
internal sealed class ShardMemory(PubsubTopic shard)
{
    volatile IReadOnlyList<TopicMemory> _topics = [];

    public PubsubTopic Shard { get; } = shard;

    /// <summary>The content topics; replaced, never changed.</summary>
    public IReadOnlyList<TopicMemory> Topics
    {
        get => _topics;
        set => _topics = value;
    }
}
