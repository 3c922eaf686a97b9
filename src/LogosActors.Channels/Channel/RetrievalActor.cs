using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Delivery;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Receiving;

namespace LogosActors.Channels.Channel;

/// <summary>Asks stores for what a channel has missed: by hash what others have named, and, when it is opened again, all since it was closed
/// (RELIABLE-CHANNEL-API §Node initialization).</summary>
/// <remarks>
/// Parent: <see cref="ChannelActor"/>, one-for-one, restart with backoff (10 ms … 5 s). A failure costs the question that was under way: what is missing is
/// asked for again by the SDS actor, and what was missed while closed when the channel is opened next. One page of the past at a time, and the
/// next when most of the last is handled.
/// </remarks>
internal sealed class RetrievalActor : SupervisedActor, IWithTimers
{
    /// <summary>The most messages of one question (13/WAKU2-STORE, the largest page).</summary>
    const int PageSize = 100;

    /// <summary>How far before the last that was heard the past is asked for: clocks differ, and messages are late.</summary>
    static readonly TimeSpan Overlap = TimeSpan.FromMinutes(5);

    static readonly TimeSpan PageWait = TimeSpan.FromMilliseconds(20);
    static readonly TimeSpan RetryWait = TimeSpan.FromMinutes(1);

    readonly ChannelSettings _settings;
    StoreQuery? _missed;

    public RetrievalActor(ChannelSettings settings) => _settings = settings;

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(ChannelSettings settings) => Akka.Actor.Props.Create(() => new RetrievalActor(settings));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Retrieve retrieve:
                foreach (var hashes in retrieve.Hashes.Chunk(PageSize))
                    Ask(new StoreQuery { Hashes = hashes, Limit = PageSize }, isMissed: false);
                break;
            case Reopened reopened:
                _missed = new StoreQuery { ContentTopics = [_settings.Options.ContentTopic], Start = reopened.LastHeard - Overlap, Limit = PageSize };
                AskForMissed();
                break;
            case AskForMore:
                AskForMissed();
                break;
            case Answer answer:
                Accept(answer);
                break;
            case PipeFailure:
                // The node is being stopped, or restarted.
                AskLater(RetryWait);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    void AskForMissed()
    {
        if (_missed is null)
            return;
        if (_settings.Budget.IsBusy)
            AskLater(PageWait);
        else
            Ask(_missed, isMissed: true);
    }

    void AskLater(TimeSpan wait) => Timers.StartSingleTimer(AskForMore.Instance, AskForMore.Instance, wait);

    void Ask(StoreQuery query, bool isMissed) => PipeToSelf(_settings.Node.QueryAsync(query), result => new Answer(result, isMissed));

    void Accept(Answer answer)
    {
        foreach (var stored in answer.Result.Value?.Messages ?? [])
        {
            if (stored.Message is { } message && string.Equals(message.ContentTopic, _settings.Options.ContentTopic, StringComparison.Ordinal))
                Context.Parent.Tell(new Subscriptions.Arrived(stored.Hash, new WakuMessage { ContentTopic = message.ContentTopic, Payload = message.Payload }));
        }
        if (!answer.IsMissed)
            return;
        if (!answer.Result.IsSuccess)
        {
            // No store is there yet.
            AskLater(RetryWait);
            return;
        }
        _missed = answer.Result.Value.Cursor is { } next ? _missed! with { Cursor = next } : null;
        AskLater(PageWait);
    }

    sealed record Answer(Result<StoreHistory, StoreQueryError> Result, bool IsMissed) : INoSerializationVerificationNeeded;

    sealed record AskForMore
    {
        public static readonly AskForMore Instance = new();
    }
}
