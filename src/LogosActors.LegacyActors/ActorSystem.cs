using LogosActors.Actors.Embedded;
using Microsoft.Extensions.Logging;

namespace LogosActors.Actors;

/// <summary>A tree of supervised actors and what they share: a clock, an event stream, dead letters, ordered shutdown.</summary>
public abstract class ActorSystem : IAsyncDisposable
{
    private protected ActorSystem(string name, ActorSystemOptions options)
    {
        ActorName.Validate(name);
        ArgumentNullException.ThrowIfNull(options);
        Name = name;
        Options = options;
        Shutdown = new CoordinatedShutdown(this);
    }

    /// <summary>The system's name, for logs and metrics.</summary>
    public string Name { get; }

    /// <summary>The options that the system was made with.</summary>
    public ActorSystemOptions Options { get; }

    /// <summary>The clock of all timers and time-outs.</summary>
    public TimeProvider Time => Options.Time;

    /// <summary>The services that <see cref="Props.FromServices{TActor}"/> draws on.</summary>
    public IServiceProvider Services => Options.Services;

    /// <summary>Publish and subscribe by type of message.</summary>
    public abstract EventStream EventStream { get; }

    /// <summary>Where messages without a recipient go; each is counted and published as <see cref="DeadLetter"/>.</summary>
    public abstract ActorRef DeadLetters { get; }

    /// <summary>How many messages have become dead letters since the start.</summary>
    public abstract long DeadLetterCount { get; }

    /// <summary>What runs, in which order, when the system shuts down.</summary>
    public CoordinatedShutdown Shutdown { get; }

    /// <summary>Completes when every actor has stopped; fails with <see cref="EscalatedToRootException"/> when a failure brought the system down.</summary>
    public abstract Task WhenTerminated { get; }

    internal abstract Persistence.PersistenceRuntime Persistence { get; }

    /// <summary>How promises that this system keeps are made.</summary>
    internal abstract TaskCreationOptions PromiseOptions { get; }

    /// <summary>Where asynchronous work on behalf of this system goes on after an await; null for the thread pool.</summary>
    internal abstract SynchronizationContext? Context { get; }

    internal ILoggerFactory LoggerFactory => Options.LoggerFactory;

    /// <summary>Starts a system on the embedded host.</summary>
    /// <param name="name">For logs and metrics; see <see cref="ActorName"/>.</param>
    /// <param name="options">Null for the defaults.</param>
    public static ActorSystem Create(string name, ActorSystemOptions? options = null) =>
        new EmbeddedActorSystem(name, options ?? new ActorSystemOptions(), Dispatcher.Default);

    /// <summary>Creates a top-level actor.</summary>
    /// <param name="props">How to make it.</param>
    /// <param name="name">Unique among the top-level actors; generated when null.</param>
    /// <exception cref="InvalidActorNameException">The name is taken or malformed.</exception>
    /// <exception cref="InvalidOperationException">The system is shutting down.</exception>
    public abstract ActorRef Spawn(Props props, string? name = null);

    /// <summary>Stops an actor after its current message.</summary>
    public abstract void Stop(ActorRef actor);

    /// <summary>Stops an actor and completes when it has stopped and its name is free.</summary>
    /// <param name="actor">Whom to stop.</param>
    /// <param name="timeout">How long to wait; the actor goes on stopping after that.</param>
    /// <exception cref="TimeoutException">It has not stopped in time. The message names the actors that are still at work.</exception>
    public abstract Task StopAsync(ActorRef actor, TimeSpan timeout);

    /// <summary>The living actors, parents before their children: state, mailbox depth, restarts.</summary>
    /// <remarks>A snapshot taken without stopping anybody; figures of different actors may differ by some messages.</remarks>
    public abstract IReadOnlyList<ActorInfo> Tree();

    /// <summary>Runs <see cref="Shutdown"/>: its phases in order, the last of which stops all actors.</summary>
    /// <remarks>Idempotent. Bounded by the phases' time-outs; actors that have not stopped by then are named in the log.</remarks>
    /// <param name="reason">Why; null for <see cref="ShutdownReason.Requested"/>.</param>
    public Task TerminateAsync(ShutdownReason? reason = null) => Shutdown.RunAsync(reason);

    /// <summary>Terminates the system.</summary>
    public async ValueTask DisposeAsync()
    {
        await TerminateAsync().ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }

    /// <summary>Keeps a promise.</summary>
    internal abstract void Complete(TaskCompletionSource promise);

    /// <summary>Stops the tree, without phases.</summary>
    internal abstract Task StopTreeAsync();
}
