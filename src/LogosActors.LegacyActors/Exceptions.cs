namespace LogosActors.Actors;

/// <summary>A bounded mailbox was full and its rule lets the sender know.</summary>
public sealed class MailboxFullException(ActorRef recipient, int capacity)
    : Exception($"The mailbox of {recipient} holds {capacity} messages and is full. "
        + "Await TellAsync, slow down, or choose a rule that drops.")
{
    /// <summary>Whose mailbox.</summary>
    public ActorRef Recipient { get; } = recipient;
}

/// <summary>An actor stashed more messages than its <see cref="Props.StashCapacity"/>.</summary>
public sealed class StashOverflowException(ActorRef actor, int capacity)
    : Exception($"{actor} has stashed {capacity} messages already; unstash them or raise Props.StashCapacity.");

/// <summary>No answer came within the time of an <c>Ask</c>.</summary>
public sealed class AskTimeoutException(ActorRef recipient, object message, TimeSpan timeout)
    : TimeoutException($"{recipient} did not answer {message.GetType().Name} within {timeout.TotalMilliseconds:0.###} ms.");

/// <summary>An <c>Ask</c> was answered by a message of another type.</summary>
public sealed class UnexpectedAnswerException(object answer, Type expected)
    : Exception($"The answer is a {answer.GetType()}, expected was a {expected}.")
{
    /// <summary>What was answered.</summary>
    public object Answer { get; } = answer;
}

/// <summary>A name is malformed, or taken by a sibling.</summary>
public sealed class InvalidActorNameException(string message) : ArgumentException(message);

/// <summary>An actor's constructor or start hook failed.</summary>
public sealed class ActorInitializationException(string path, Exception innerException)
    : Exception($"{path} could not be started: {innerException.Reason()}", innerException);

/// <summary>A watched actor stopped and the watcher did not handle its <see cref="Terminated"/>.</summary>
public sealed class DeathPactException(ActorRef actor)
    : Exception($"{actor} has stopped, and its watcher did not handle Terminated.")
{
    /// <summary>The actor that stopped.</summary>
    public ActorRef Actor { get; } = actor;
}

/// <summary>A piped task failed and the actor did not handle its <see cref="PipeFailure"/>.</summary>
public sealed class UnhandledPipeFailureException(Exception innerException)
    : Exception($"A piped task failed and PipeFailure was not handled: {innerException.Reason()}", innerException);

/// <summary>A failure was escalated up to the root; the system has shut down.</summary>
public sealed class EscalatedToRootException(string path, Exception innerException)
    : Exception($"{path} failed and its failure was escalated to the root: {innerException.Reason()}", innerException);

/// <summary>The text of exceptions that users wrote.</summary>
internal static class ExceptionText
{
    /// <summary>The message; the class where the message itself fails.</summary>
    public static string Reason(this Exception exception)
    {
        try
        {
            return exception.Message;
        }
#pragma warning disable CA1031 // a failure must be reported even when it cannot describe itself
        catch (Exception)
#pragma warning restore CA1031
        {
            return exception.GetType().ToString();
        }
    }
}
