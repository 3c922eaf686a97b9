using LogosActors.Actors.Embedded;

namespace LogosActors.Actors;

/// <summary>Request and answer.</summary>
public static class AskExtensions
{
    /// <summary>Tells a message and completes with the first answer.</summary>
    /// <param name="actor">Whom to ask.</param>
    /// <param name="message">The request; the actor answers its sender.</param>
    /// <param name="timeout">How long to wait, more than 0 and at most 2³² − 2 ms, some 49 days (as .NET's timers). There is no default: whoever asks knows what it can bear.</param>
    /// <param name="time">The clock of the time-out; pass <see cref="ActorSystem.Time"/> where tests run in virtual time. Null: the actor's own system's.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="AskTimeoutException">No answer came in time, for instance because the actor has stopped.</exception>
    /// <exception cref="UnexpectedAnswerException">The answer is of another type.</exception>
    /// <exception cref="MailboxFullException">The mailbox is bounded and full, and its rule lets the sender know.</exception>
    /// <remarks>When the answer is a <see cref="Failure"/>, its cause is thrown. Answers after the first, and after the time-out, are
    /// dead letters.</remarks>
    public static Task<T> Ask<T>(
        this ActorRef actor, object message, TimeSpan timeout, TimeProvider? time = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(message);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(timeout, ActorCell.LongestWait);
        var system = (actor as LocalRef)?.System;
        var promise = new AskRef<T>(actor, message, timeout, system, time ?? system?.Time ?? TimeProvider.System, cancellation);
        try
        {
            actor.Tell(message, promise);
        }
        catch (MailboxFullException e)
        {
            promise.Fail(e);
        }

        return promise.Answer;
    }
}
