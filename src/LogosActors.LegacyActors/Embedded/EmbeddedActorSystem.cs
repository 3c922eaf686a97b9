namespace LogosActors.Actors.Embedded;

/// <summary>The system of the embedded host; with another dispatcher, of the deterministic one.</summary>
internal sealed class EmbeddedActorSystem : ActorSystem
{
    readonly ActorCell _root;
    readonly DeadLettersRef _deadLetters;
    readonly TaskCompletionSource _terminated;
    Exception? _cause;
    long _liveActors;

    public EmbeddedActorSystem(string name, ActorSystemOptions options, Dispatcher dispatcher)
        : base(name, options)
    {
        Dispatcher = dispatcher;
        EventStream = new EventStream(UnfailingLogger.Create(options.LoggerFactory, typeof(EventStream).FullName!));
        _terminated = new TaskCompletionSource(dispatcher.PromiseOptions);
        _deadLetters = new DeadLettersRef(this);
        Persistence = new Persistence.PersistenceRuntime(options.Persistence, options.Time);
        _root = new ActorCell(this, parent: null, Props.Create(() => new RootActor(options.RootStrategy)), "root");
        _root.TryAddWatcher(new RootWatcher(this));
        ActorDiagnostics.Observe(this);
        _root.Start();
    }

    /// <summary>How many actors are alive, the root not counted.</summary>
    public long LiveActors => Volatile.Read(ref _liveActors);

    public Dispatcher Dispatcher { get; }

    internal override Persistence.PersistenceRuntime Persistence { get; }

    public override EventStream EventStream { get; }

    public override ActorRef DeadLetters => _deadLetters;

    public override long DeadLetterCount => _deadLetters.Count;

    public override Task WhenTerminated => _terminated.Task;

    internal override TaskCreationOptions PromiseOptions => Dispatcher.PromiseOptions;

    internal override SynchronizationContext? Context => Dispatcher.Context;

    public Random NextRandom() => Dispatcher.SharedRandom;

    public override ActorRef Spawn(Props props, string? name = null)
    {
        lock (_root)
            return _root.Spawn(props, name);
    }

    public override void Stop(ActorRef actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (actor is ActorCell cell)
            cell.TellSystem(new SystemMessage.Stop());
        else
            actor.Tell(PoisonPill.Instance);
    }

    public override async Task StopAsync(ActorRef actor, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
        var stopped = new TerminationRef(Dispatcher);
        if (actor is not ActorCell cell || !cell.TryAddWatcher(stopped))
            return;
        Stop(cell);
        try
        {
            await stopped.Task.WaitAsync(timeout, Time).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            cell.RemoveWatcher(stopped);
            throw new TimeoutException(
                $"{actor} has not stopped within {timeout.TotalMilliseconds:0} ms. Still there: {string.Join(", ", Describe(cell))}.", e);
        }
    }

    public override IReadOnlyList<ActorInfo> Tree()
    {
        var found = new List<ActorInfo>();
        foreach (var child in _root.ChildCells())
            Collect(child, found);
        return found;
    }

    public void DeadLetter(object message, ActorRef? sender, ActorRef recipient, DeadLetterReason reason) =>
        _deadLetters.Publish(message, sender, recipient, reason);

    /// <summary>Publishes a message that was taken out of a mailbox; signals of the host are not letters.</summary>
    public void DeadLetter(in Envelope envelope, ActorRef recipient, DeadLetterReason reason)
    {
        if (envelope.Sender is SignalSender)
            return;
        var message = envelope.Message is TracedMessage traced ? traced.Message : envelope.Message;
        _deadLetters.Publish(message, envelope.Sender, recipient, reason);
    }

    /// <summary>Counts an actor that begins (1) or ends (-1) its life.</summary>
    public void CountLive(int change) => Interlocked.Add(ref _liveActors, change);

    /// <summary>A failure that nobody below the root has answered ends the system.</summary>
    public void Fail(Exception cause)
    {
        _cause = cause;
        _ = Shutdown.RunAsync(ShutdownReason.Escalated(cause));
    }

    internal override void Complete(TaskCompletionSource promise) =>
        Dispatcher.Complete(static kept => kept.TrySetResult(), promise);

    internal override Task StopTreeAsync()
    {
        Stop(_root);
        return _terminated.Task.ContinueWith(
            static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    void EndTermination()
    {
        ActorDiagnostics.Forget(this);
        if (_cause is { } cause)
            _terminated.TrySetException(new EscalatedToRootException("/", cause));
        else
            _terminated.TrySetResult();
    }

    static void Collect(ActorCell cell, List<ActorInfo> found)
    {
        found.Add(cell.Info());
        foreach (var child in cell.ChildCells())
            Collect(child, found);
    }

    static IEnumerable<string> Describe(ActorCell cell)
    {
        var found = new List<ActorInfo>();
        Collect(cell, found);
        return found.Select(info => $"{info.Actor} ({info.State})");
    }

    /// <summary>Supervises the top-level actors by the strategy of the options.</summary>
    sealed class RootActor(SupervisorStrategy strategy) : Actor
    {
        protected override SupervisorStrategy SupervisorStrategy => strategy;
    }

    sealed class RootWatcher(EmbeddedActorSystem system) : LocalRef
    {
        public override string Name => "root-watcher";

        public override string Path => "/root-watcher";

        public override void Tell(object message, ActorRef? sender = null)
        {
        }

        public override void Notify(Terminated terminated) => system.Dispatcher.Complete(static ended => ended.EndTermination(), system);
    }

    sealed class TerminationRef(Dispatcher dispatcher) : LocalRef
    {
        readonly TaskCompletionSource _stopped = new(dispatcher.PromiseOptions);

        public Task Task => _stopped.Task;

        public override string Name => "termination";

        public override string Path => "/temp/termination";

        public override void Tell(object message, ActorRef? sender = null)
        {
        }

        public override void Notify(Terminated terminated) =>
            dispatcher.Complete(static stopped => stopped.TrySetResult(), _stopped);
    }
}
