using LogosActors.Actors.Embedded;

namespace LogosActors.Actors;

/// <summary>Request and answer.</summary>
public static class AskExtensions
{
    /// <summary>Tells a message and completes with the first answer.</summary>
    /// <param name="actor">Whom to ask.</param>
    /// <param name="message">The request; the actor answers its sender.</param>
    /// <param name="timeout">How long to wait, &gt; 0. There is no default: whoever asks knows what it can bear.</param>
    /// <param name="time">The clock of the time-out; pass <see cref="ActorSystem.Time"/> where tests run in virtual time. Null: the actor's own system's.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="AskTimeoutException">No answer came in time, for instance because the actor has stopped.</exception>
    /// <exception cref="UnexpectedAnswerException">The answer is of another type.</exception>
    /// <remarks>When the answer is a <see cref="Failure"/>, its cause is thrown.</remarks>
    public static Task<T> Ask<T>(
        this ActorRef actor, object message, TimeSpan timeout, TimeProvider? time = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(message);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
        var local = actor as LocalRef;
        var promise = new AskRef<T>(
            actor, message, timeout, local?.Dispatcher ?? Dispatcher.Default, time ?? local?.Clock ?? TimeProvider.System, cancellation);
        actor.Tell(message, promise);
        return promise.Answer;
    }
}
