namespace LogosActors.Actors;

/// <summary>An address to which messages can be told. Safe to share between threads and to keep after the actor's death.</summary>
public abstract class ActorRef
{
    /// <summary>The last segment of <see cref="Path"/>.</summary>
    public abstract string Name { get; }

    /// <summary>Where the actor stands in the tree, such as <c>/node/host/peers</c>.</summary>
    public abstract string Path { get; }

    /// <summary>Puts a message into the actor's mailbox and returns at once.</summary>
    /// <remarks>
    /// Messages from one sender arrive in the order in which they were told. A message for an actor that has stopped
    /// becomes a <see cref="DeadLetter"/>. Allocates nothing.
    /// </remarks>
    /// <param name="message">An immutable message.</param>
    /// <param name="sender">Who expects an answer; null when nobody does.</param>
    /// <exception cref="MailboxFullException">The mailbox is bounded and full, and its rule is
    /// <see cref="MailboxOverflow.Fail"/> or <see cref="MailboxOverflow.Backpressure"/>.</exception>
    public abstract void Tell(object message, ActorRef? sender = null);

    /// <summary>Tells a message, waiting for room where the mailbox is bounded with <see cref="MailboxOverflow.Backpressure"/>.</summary>
    /// <remarks>An actor that awaits this in its handler is itself suspended, so the pressure travels upstream.</remarks>
    /// <param name="message">An immutable message.</param>
    /// <param name="sender">Who expects an answer; null when nobody does.</param>
    /// <param name="cancellation">Stops waiting; the message is then not delivered.</param>
    /// <exception cref="MailboxFullException">The mailbox is full and its rule is <see cref="MailboxOverflow.Fail"/>.</exception>
    public virtual ValueTask TellAsync(object message, ActorRef? sender = null, CancellationToken cancellation = default)
    {
        Tell(message, sender);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override string ToString() => Path;
}
