using LogosActors.Actors;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;
using Microsoft.Extensions.Logging;

namespace LogosActors.Delivery.Sending;

/// <summary>Collects the messages that wait for a store's word, and asks for many at once (P2P-RELIABILITY §Store-based reliability for publishing).</summary>
/// <remarks>
/// Parent: <see cref="SendsActor"/>, one-for-one, restart. A failure costs the questions that wait; each <see cref="SendActor"/> asks again
/// after <see cref="SendProgress.ConfirmAnswerWait"/>.
/// </remarks>
internal sealed class ConfirmationActor(StorePresence stores, TimeSpan interval) : Actor
{
    /// <summary>How many queries are under way at a time.</summary>
    const int MaxQueries = 4;

    /// <summary>How long one query may take, dialling included.</summary>
    static readonly TimeSpan QueryTimeout = TimeSpan.FromSeconds(10);

    readonly Queue<Question> _questions = new();
    int _queries;

    protected override void Receive(object message)
    {
        switch (message)
        {
            case Confirmation.Ask ask:
                _questions.Enqueue(new Question(ask.Hash, Sender, Time.GetTimestamp()));
                WaitForDue();
                break;
            case Due:
                AskStores();
                break;
            case Answered answered:
                _queries--;
                Tell(answered);
                AskStores();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    void AskStores()
    {
        while (_queries < MaxQueries && IsDue())
        {
            var batch = new List<Question>();
            while (batch.Count < ArchiveQuery.MaxLimit && IsDue())
                batch.Add(_questions.Dequeue());
            _queries++;
            Context.PipeTo(AskAsync(batch));
        }
        WaitForDue();
    }

    bool IsDue() => _questions.TryPeek(out var first) && Time.GetElapsedTime(first.Since) >= interval;

    /// <summary>The oldest question is the next to be due. While all queries are under way, their ends go on.</summary>
    void WaitForDue()
    {
        if (_queries == MaxQueries || Context.IsTimerActive(Due.Instance) || !_questions.TryPeek(out var first))
            return;
        var wait = interval - Time.GetElapsedTime(first.Since);
        Context.StartSingleTimer(Due.Instance, Due.Instance, wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
    }

    async Task<Answered> AskAsync(List<Question> batch)
    {
        try
        {
            using var late = new CancellationTokenSource(QueryTimeout, Time);
            return new Answered(batch, await stores.FindAsync([.. batch.Select(question => question.Hash)], late.Token));
        }
#pragma warning disable CA1031 // whatever a store or the way to it does, the question has no answer, and is asked again
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.LogDebug(e, "A store was asked for {Count} messages in vain", batch.Count);
            return new Answered(batch, null);
        }
    }

    void Tell(Answered answered)
    {
        foreach (var question in answered.Batch)
        {
            var presence = answered.Found is not { } found ? Presence.Unknown
                : found.Contains(question.Hash) ? Presence.Present
                : Presence.Absent;
            question.Asker.Tell(Confirmation.Answer.As(presence), Self);
        }
    }

    readonly record struct Question(MessageHash Hash, ActorRef Asker, long Since);

    sealed record Answered(List<Question> Batch, IReadOnlySet<MessageHash>? Found);

    sealed record Due
    {
        public static readonly Due Instance = new();
    }
}
