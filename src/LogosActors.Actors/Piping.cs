using System.Runtime.ExceptionServices;
using Akka.Actor;

namespace LogosActors.Actors;

/// <summary>Sends the result of a task to an actor. The continuation runs where the task completes, never on a pool thread of its own.</summary>
internal static class Piping
{
    public static void Pipe<T>(Task<T> task, IActorRef recipient, IActorRef? sender, Func<T, object>? map)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (task.IsCompleted)
            Send(task, recipient, sender, map);
        else
            _ = task.ContinueWith(
                done => Send(done, recipient, sender, map),
                CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Throws what a task failed of, if the message says that one did and nobody has handled it.</summary>
    public static void ThrowIfFailure(object message)
    {
        if (message is PipeFailure failure)
            ExceptionDispatchInfo.Throw(failure.Cause);
    }

    /// <summary>The task with a result that says nothing.</summary>
    public static async Task<bool> Completed(Task task)
    {
        await task;
        return true;
    }

    static void Send<T>(Task<T> done, IActorRef recipient, IActorRef? sender, Func<T, object>? map)
    {
        object message;
        try
        {
            // The task has completed: nothing waits here.
#pragma warning disable VSTHRD002, MA0042
            var result = done.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002, MA0042
            message = map is null ? result! : map(result);
        }
#pragma warning disable CA1031 // whatever it is goes to the actor
        catch (Exception e)
#pragma warning restore CA1031
        {
            message = new PipeFailure(e);
        }
        recipient.Tell(message ?? new PipeFailure(new InvalidOperationException("A piped task has returned null.")), sender);
    }
}
