using LogosActors.Actors;
using LogosActors.Channels.Hosting;
using LogosActors.Channels.Sds;
using LogosActors.Delivery;

namespace LogosActors.Channels.Channel;

/// <summary>Asks stores for what a channel has missed: by hash what others have named, and, when it is opened again, all since it was closed
/// (RELIABLE-CHANNEL-API §Node initialization).</summary>
/// <remarks>
/// Parent: the channel. A failure costs the question that was under way: what is missing is asked for again by the SDS actor, and what was
/// missed while closed from its beginning. One page of the past at a time, and the next when most of the last is handled.
/// </remarks>
internal sealed class RetrievalActor(ChannelEnvironment channel) : Actor
{
    /// <summary>The most messages of one question (13/WAKU2-STORE, the largest page).</summary>
    const int PageSize = 100;

    /// <summary>How far before the last that was heard the past is asked for: clocks differ, and messages are late.</summary>
    static readonly TimeSpan Overlap = TimeSpan.FromMinutes(5);

    static readonly TimeSpan PageWait = TimeSpan.FromMilliseconds(20);
    static readonly TimeSpan RetryWait = TimeSpan.FromMinutes(1);

    StoreQuery? _missed;

    protected override void Receive(object message)
    {
        switch (message)
        {
            case SdsConversation.Retrieve retrieve:
                foreach (var hashes in retrieve.Hashes.Chunk(PageSize))
                    Context.PipeTo(AskAsync(new StoreQuery { Hashes = hashes, Limit = PageSize }, isMissed: false));
                break;
            case SdsConversation.Reopened reopened:
                _missed = new StoreQuery { ContentTopics = [channel.Options.ContentTopic], Start = reopened.LastHeard - Overlap, Limit = PageSize };
                AskForMissed();
                break;
            case AskForMore:
                AskForMissed();
                break;
            case Answer answer:
                Take(answer);
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
        if (channel.Budget.IsBusy)
            AskLater(PageWait);
        else
            Context.PipeTo(AskAsync(_missed, isMissed: true));
    }

    void AskLater(TimeSpan wait) => Context.StartSingleTimer(AskForMore.Instance, AskForMore.Instance, wait);

    async Task<Answer> AskAsync(StoreQuery query, bool isMissed) => new(await channel.Transport.QueryAsync(query), isMissed);

    void Take(Answer answer)
    {
        foreach (var stored in answer.Result.Value?.Messages ?? [])
        {
            if (stored.Message is { } message && string.Equals(message.ContentTopic, channel.Options.ContentTopic, StringComparison.Ordinal)
                && channel.Budget.TryTake(message.Payload.Length))
            {
                Context.Parent.Tell(new Conversation.Arrived(stored.Hash, message.Payload), Self);
            }
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

    sealed record Answer(Result<StoreHistory, StoreQueryError> Result, bool IsMissed);

    sealed record AskForMore
    {
        public static readonly AskForMore Instance = new();
    }
}
