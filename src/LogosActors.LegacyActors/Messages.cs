namespace LogosActors.Actors;

/// <summary>A watched actor has stopped, and everything that it sent has been delivered before this.</summary>
/// <param name="Actor">The actor that stopped.</param>
public sealed record Terminated(ActorRef Actor);

/// <summary>No message has arrived for the time given to <see cref="ActorContext.SetReceiveTimeout"/>.</summary>
public sealed record ReceiveTimeout
{
    /// <summary>The one instance.</summary>
    public static ReceiveTimeout Instance { get; } = new();
}

/// <summary>Stops the actor when its turn in the mailbox has come, after all that was told before.</summary>
public sealed record PoisonPill
{
    /// <summary>The one instance.</summary>
    public static PoisonPill Instance { get; } = new();
}

/// <summary>A task given to <see cref="ActorContext.PipeTo"/> has failed. Unhandled, it fails the actor.</summary>
/// <param name="Cause">Why; an <see cref="OperationCanceledException"/> when the task was cancelled.</param>
public sealed record PipeFailure(Exception Cause);

/// <summary>An answer that says that the request failed; an <c>Ask</c> rethrows its cause.</summary>
/// <param name="Cause">Why.</param>
public sealed record Failure(Exception Cause);

/// <summary>A message that nobody could receive. Published on the event stream.</summary>
/// <param name="Message">The message.</param>
/// <param name="Sender">Who sent it.</param>
/// <param name="Recipient">Whom it was for.</param>
/// <param name="Reason">Why it was not received.</param>
public sealed record DeadLetter(object Message, ActorRef Sender, ActorRef Recipient, DeadLetterReason Reason);

/// <summary>Why a message became a dead letter.</summary>
public enum DeadLetterReason
{
    /// <summary>The recipient had stopped, or stopped before it handled the message.</summary>
    RecipientStopped,

    /// <summary>A bounded mailbox was full, and its rule was to drop, or to refuse what came from the event stream, a router or a task.</summary>
    MailboxOverflow,

    /// <summary>There was nobody to answer.</summary>
    NoRecipient,
}

/// <summary>An actor had no use for a message. Published on the event stream.</summary>
/// <param name="Message">The message.</param>
/// <param name="Sender">Who sent it.</param>
/// <param name="Recipient">Who did not handle it.</param>
public sealed record UnhandledMessage(object Message, ActorRef Sender, ActorRef Recipient);
