using System.Runtime.ExceptionServices;
using Akka.Actor;

namespace LogosActors.Actors;

/// <summary>Sends the result of a task to an actor. The continuation runs where the task completes, never on a pool thread of its own.</summary>
internal static class Piping
{
    /// <param name="task">The task.</param>
    /// <param name="recipient">Who gets the result.</param>
    /// <param name="sender">Who it comes from; null: nobody.</param>
    /// <param name="result">The message; called once the task has succeeded.</param>
    public static void Pipe(Task task, IActorRef recipient, IActorRef? sender, Func<object?> result)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (task.IsCompleted)
            Send(task, recipient, sender, result);
        else
            _ = task.ContinueWith(
                done => Send(done, recipient, sender, result),
                CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <inheritdoc cref="Pipe(Task, IActorRef, IActorRef?, Func{object?})"/>
    public static void Pipe<T>(Task<T> task, IActorRef recipient, IActorRef? sender, Func<T, object>? map) =>
        // The task has completed when its result is read: nothing waits here.
#pragma warning disable VSTHRD002, VSTHRD104, MA0042
        Pipe(task, recipient, sender, () => map is null ? task.GetAwaiter().GetResult() : map(task.GetAwaiter().GetResult()));
#pragma warning restore VSTHRD002, VSTHRD104, MA0042

    /// <summary>Throws what a task failed of, if the message says that one did and nobody has handled it.</summary>
    public static void ThrowIfFailure(object message)
    {
        if (message is PipeFailure failure)
            ExceptionDispatchInfo.Throw(failure.Cause);
    }

    static void Send(Task done, IActorRef recipient, IActorRef? sender, Func<object?> result)
    {
        object message;
        try
        {
#pragma warning disable VSTHRD002, MA0042
            done.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002, MA0042
            message = result() ?? throw new InvalidOperationException("A piped task has returned null.");
        }
#pragma warning disable CA1031 // whatever it is goes to the actor
        catch (Exception e)
#pragma warning restore CA1031
        {
            message = new PipeFailure(e);
        }
        recipient.Tell(message, sender);
    }
}
