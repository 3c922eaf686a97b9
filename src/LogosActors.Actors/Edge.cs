using Akka.Actor;
using Akka.Actor.Setup;

namespace LogosActors.Actors;

/// <summary>How code outside of actors waits for them.</summary>
public interface IEdge
{
    /// <inheritdoc cref="Edge.AskAsync{T}"/>
    Task<T> AskAsync<T>(IActorRef actor, object message, TimeSpan timeout, CancellationToken cancellation);

    /// <inheritdoc cref="Edge.StopAsync"/>
    Task<bool> StopAsync(IActorRef actor, TimeSpan timeout);

    /// <inheritdoc cref="Edge.CreateCompletion{T}"/>
    Completion<T> CreateCompletion<T>();
}

/// <summary>Replaces how code outside of a system's actors waits for them: a simulation keeps it on its thread.</summary>
public sealed class EdgeSetup(IEdge edge) : Setup
{
    /// <summary>The replacement.</summary>
    public IEdge Edge => edge;
}

/// <summary>Waiting for actors from outside: Akka's <c>Ask</c> and <c>GracefulStop</c>, unless an <see cref="EdgeSetup"/> replaces them.</summary>
public static class Edge
{
    /// <summary>Sends a message, and waits for the answer.</summary>
    /// <exception cref="AskTimeoutException">No answer came in time.</exception>
    public static Task<T> AskAsync<T>(this ActorSystem system, IActorRef actor, object message, TimeSpan timeout, CancellationToken cancellation = default) =>
        Of(system) is { } edge ? edge.AskAsync<T>(actor, message, timeout, cancellation) : actor.Ask<T>(message, timeout, cancellation);

    /// <summary>Stops an actor after what is in its mailbox, and waits for its end.</summary>
    /// <returns>False if it has not ended in time.</returns>
    public static async Task<bool> StopAsync(this ActorSystem system, IActorRef actor, TimeSpan timeout)
    {
        if (Of(system) is { } edge)
            return await edge.StopAsync(actor, timeout);
        try
        {
            return await actor.GracefulStop(timeout);
        }
        catch (TaskCanceledException)
        {
            return false;
        }
    }

    /// <summary>Terminates a system, and waits for its end.</summary>
    /// <returns>False if it has not ended in time, as when an application's code does not return: its actor is left behind.</returns>
    public static async Task<bool> TerminateAsync(this ActorSystem system, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(system);
        try
        {
            await system.Terminate().WaitAsync(timeout);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Makes a task that an actor completes and code outside of actors awaits.</summary>
    public static Completion<T> CreateCompletion<T>(this ActorSystem system) => Of(system)?.CreateCompletion<T>() ?? new Completion<T>();

    static IEdge? Of(ActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        var setup = system.Settings.Setup.Get<EdgeSetup>();
        return setup.HasValue ? setup.Value.Edge : null;
    }
}

/// <summary>A task that an actor completes and code outside of actors awaits, on a thread of its own.</summary>
public sealed class Completion<T>
{
    readonly TaskCompletionSource<T> _source;
    readonly Action<Action>? _run;
    int _isCompleted;

    /// <summary>Makes one whose continuations run in the thread pool.</summary>
    public Completion() => _source = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Makes one that is completed where a simulation says.</summary>
    /// <param name="run">Runs the completion, outside of the actor's turn.</param>
    public Completion(Action<Action> run) => (_source, _run) = (new TaskCompletionSource<T>(), run);

    /// <summary>The task.</summary>
    public Task<T> Task => _source.Task;

    /// <summary>Completes the task, unless it is completed.</summary>
    public bool TrySetResult(T result)
    {
        if (Interlocked.Exchange(ref _isCompleted, 1) != 0)
            return false;
        if (_run is null)
            _source.SetResult(result);
        else
            _run(() => _source.SetResult(result));
        return true;
    }
}
