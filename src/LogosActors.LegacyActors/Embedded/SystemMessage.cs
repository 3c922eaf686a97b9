using System.Runtime.ExceptionServices;

namespace LogosActors.Actors.Embedded;

/// <summary>What the host says to an actor, ahead of all messages of users and also while those are held.</summary>
internal abstract class SystemMessage
{
    /// <summary>The next in the lane.</summary>
    public SystemMessage? Next { get; set; }

    public abstract void Run(ActorCell cell);

    /// <summary>Stop after the current message.</summary>
    internal sealed class Stop : SystemMessage
    {
        public override void Run(ActorCell cell) => cell.RequestStop();
    }

    /// <summary>A child has failed; its supervisor decides.</summary>
    internal sealed class ChildFailed(ActorCell child, Exception cause, object? failing) : SystemMessage
    {
        public override void Run(ActorCell cell) => cell.Supervise(child, cause, failing);
    }

    /// <summary>The supervisor has decided.</summary>
    internal sealed class Decided(Directive directive, Exception cause, object? failing, TimeSpan delay) : SystemMessage
    {
        public override void Run(ActorCell cell) => cell.Obey(directive, cause, failing, delay);
    }

    /// <summary>The last child of an actor that waits for its children has stopped.</summary>
    internal sealed class ChildrenGone : SystemMessage
    {
        public override void Run(ActorCell cell) => cell.ContinueWithoutChildren();
    }

    /// <summary>The asynchronous handler has ended.</summary>
    internal sealed class HandlerEnded : SystemMessage
    {
        public override void Run(ActorCell cell) => cell.EndAwait();
    }

    /// <summary>The wait before a restart is over.</summary>
    internal sealed class BackoffEnded : SystemMessage
    {
        public override void Run(ActorCell cell) => cell.EndBackoff();
    }

    /// <summary>The part of a handler after an await.</summary>
    internal sealed class Continuation(SendOrPostCallback callback, object? state) : SystemMessage
    {
        public override void Run(ActorCell cell) => cell.Continue(callback, state);

        /// <summary>Runs it although the actor has stopped.</summary>
        public void RunApart(ActorCell cell) => cell.RunApart(callback, state);
    }
}

/// <summary>Brings the parts of a handler after its awaits back to its actor, one at a time.</summary>
internal sealed class ActorSynchronizationContext(ActorCell cell) : SynchronizationContext
{
    public override void Post(SendOrPostCallback d, object? state)
    {
        if (!cell.TellSystem(new SystemMessage.Continuation(d, state)))
            cell.RunApart(d, state);
    }

    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("An actor cannot be called synchronously; tell it a message.");

    public override SynchronizationContext CreateCopy() => this;
}
