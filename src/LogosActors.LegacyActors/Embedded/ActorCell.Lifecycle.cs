using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LogosActors.Actors.Embedded;

/// <summary>Start, restart and stop.</summary>
internal sealed partial class ActorCell
{
    /// <summary>Cancelled already where the request came before anyone asked for the token.</summary>
    public CancellationToken Stopping =>
        _stopRequested || _phase is Phase.Stopping or Phase.Terminated || _extras?.PendingRestart is not null
            ? new CancellationToken(canceled: true)
            : (Extras.Stopping ??= new CancellationTokenSource()).Token;

    /// <summary>Stops after the current message; during an await, cancels <see cref="ActorContext.Stopping"/> and waits for the handler's end.</summary>
    public void RequestStop()
    {
        if (_stopRequested)
            return;
        _stopRequested = true;
        CancelStopping();
        // Whatever is being awaited, its end will see the request.
        if (_awaiting || _phase is Phase.Restarting)
            return;
        BeginStop();
    }

    public void ContinueWithoutChildren()
    {
        if (_awaiting)
            return;
        switch (_phase)
        {
            case Phase.Restarting:
                Finish(AwaitKind.FinishingToRestart);
                break;
            case Phase.Stopping:
                Finish(AwaitKind.FinishingToStop);
                break;
        }
    }

    public void EndBackoff()
    {
        if (_phase != Phase.BackingOff)
            return;
        EndBackoffTimer();
        Instantiate(_extras!.Restart.Cause);
    }

    /// <summary>Makes the instance, runs its start hook, and opens the mailbox when it is ready.</summary>
    void Instantiate(Exception? restartReason)
    {
        // Whatever work that nobody awaits has set up since the last incarnation ended.
        EndIncarnation();
        _phase = Phase.Running;
        try
        {
            ActorConstruction.Current = _context;
            try
            {
                _actor = Props.Make(OpenServices());
            }
            finally
            {
                ActorConstruction.Current = null;
            }

            _asynchronous = AsynchronousActors.Contains(_actor.GetType());
            if (restartReason is null)
                _actor.Start();
            else
                _actor.StartAfterRestart(restartReason);
            if (_asynchronous && !RunStep(actor => actor.Starting(_context.Stopping), AwaitKind.Starting))
                return;
        }
#pragma warning disable CA1031 // whatever user code throws is a failure of this actor
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fail(new ActorInitializationException(Path, e), message: null);
            return;
        }

        Open();
        _mailbox.SetHeld(false);
    }

    /// <summary>Runs an asynchronous step so that what follows its awaits comes back to this actor. False while it goes on.</summary>
    bool RunStep(Func<Actor, ValueTask> step, AwaitKind kind)
    {
        if (!_asynchronous || _actor is null)
            return true;
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(Extras.SynchronizationContext ??= new ActorSynchronizationContext(this));
        try
        {
            var running = step(_actor);
            if (running.IsCompletedSuccessfully)
                return true;
            Await(running, kind, message: null, started: 0);
            return false;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    /// <summary>The new instance is ready: what the old one had stashed comes first.</summary>
    void Open()
    {
        if (_extras is { Stash.Count: > 0 })
            UnstashAll();
    }

    void BeginRestart(Exception cause, object? message, TimeSpan delay)
    {
        _phase = Phase.Restarting;
        _mailbox.SetHeld(true);
        Extras.Restart = (cause, message, delay);
        if (_actor is { } failed)
            RunHook(() => failed.EndForRestart(cause, message), "PreRestart");
        EndIncarnation();
        if (StopChildren())
            Finish(AwaitKind.FinishingToRestart);
    }

    void WaitOutBackoff()
    {
        ReleaseInstance();
        if (_stopRequested)
        {
            BeginStop();
            return;
        }

        var extras = Extras;
        extras.Restarts++;
        ActorDiagnostics.CountRestart(this);
        if (extras.Restart.Delay <= TimeSpan.Zero)
        {
            Instantiate(extras.Restart.Cause);
            return;
        }

        _phase = Phase.BackingOff;
        extras.BackoffTimer = Clock.CreateTimer(
            static cell => ((ActorCell)cell!).TellSystem(new SystemMessage.BackoffEnded()),
            this, extras.Restart.Delay, Timeout.InfiniteTimeSpan);
    }

    void BeginStop()
    {
        if (_phase is Phase.Stopping or Phase.Terminated)
            return;
        _phase = Phase.Stopping;
        _mailbox.SetHeld(true);
        EndBackoffTimer();
        EndIncarnation();
        if (StopChildren())
            Finish(AwaitKind.FinishingToStop);
    }

    /// <summary>Asks the children to stop, youngest first. True when there are none left.</summary>
    bool StopChildren()
    {
        _mailbox.Enter();
        var children = _extras?.Children;
        ActorCell[] living = children is null ? [] : [.. children.InOrder];
        if (children is not null)
            children.IsAwaited = living.Length > 0;
        _mailbox.Exit();
        for (var i = living.Length - 1; i >= 0; i--)
        {
            _extras!.Watching?.Remove(living[i]);
            living[i].TellSystem(new SystemMessage.Stop());
        }

        return living.Length == 0;
    }

    void Finish(AwaitKind kind)
    {
        if (RunStep(static actor => actor.Finishing(), kind))
            AfterAwait(kind);
    }

    /// <summary>Timers, receive time-out and behaviour belong to an incarnation and end with it.</summary>
    void EndIncarnation()
    {
        if (_extras is not { } extras)
            return;
        foreach (var timer in extras.Timers?.Values ?? Enumerable.Empty<TimerSignal>())
            timer.Timer?.Dispose();
        extras.Timers = null;
        extras.ReceiveTimer?.Dispose();
        (extras.ReceiveTimer, extras.ReceiveTimeout) = (null, null);
        (extras.Behaviour, extras.Escalated) = (null, null);
        CancelStopping();
        extras.Stopping?.Dispose();
        extras.Stopping = null;
    }

    /// <summary>Asks what is being awaited to make way. What was registered with the token runs in here.</summary>
    void CancelStopping()
    {
        if (_extras?.Stopping is { IsCancellationRequested: false } stopping)
            RunHook(stopping.Cancel, "a callback of the token Stopping");
    }

    void EndBackoffTimer()
    {
        _extras?.BackoffTimer?.Dispose();
        if (_extras is not null)
            _extras.BackoffTimer = null;
    }

    void ReleaseInstance()
    {
        if (_extras?.Services is { } services)
        {
            _extras.Services = null;
            var outer = SynchronizationContext.Current;
            // Without any: the container awaits with ConfigureAwait(false), which goes on at once only where there is none.
            SynchronizationContext.SetSynchronizationContext(null);
            _ = EndServicesAsync(services);
            SynchronizationContext.SetSynchronizationContext(outer);
        }

        _actor = null;
    }

    /// <summary>Disposes the services of an incarnation; what they await goes on apart from the actor.</summary>
    async Task EndServicesAsync(AsyncServiceScope services)
    {
        try
        {
            await services.DisposeAsync();
        }
#pragma warning disable CA1031 // a failing service must not keep the actor from ending
        catch (Exception e)
#pragma warning restore CA1031
        {
            _context.Log.LogError(e, "{Actor}: the end of the service scope failed", this);
        }
    }

    void Terminate()
    {
        if (_actor is { } actor)
            RunHook(actor.Stop, "PostStop");
        ReleaseInstance();
        if (_extras?.AtEnd is { } release)
            RunHook(release, "the release of what it held");
        _phase = Phase.Terminated;
        // Once more, for what PostStop may have set up.
        EndIncarnation();
        var rest = _mailbox.Close(out var waiters, out var system);
        if (_extras is not null)
        {
            rest.InsertRange(0, _extras.Unstashed ?? Enumerable.Empty<Envelope>());
            rest.InsertRange(0, _extras.Stash ?? Enumerable.Empty<Envelope>());
            foreach (var watched in _extras.Watching ?? Enumerable.Empty<ActorRef>())
                (watched as ActorCell)?.RemoveWatcher(this);
        }

        foreach (var envelope in rest)
            System.DeadLetter(envelope, this, DeadLetterReason.RecipientStopped);
        foreach (var waiter in waiters)
            waiter.Admit();
        for (; system is not null; system = system.Next)
            (system as SystemMessage.Continuation)?.RunApart(this);
        System.EventStream.Unsubscribe(this);
        if (Parent is not null)
            System.CountLive(-1);
        // The name is free before anyone is told of the end.
        Parent?.RemoveChild(this);
        NotifyWatchers();
    }

    void RunHook(Action hook, string name)
    {
        try
        {
            hook();
        }
#pragma warning disable CA1031 // a failing hook must not keep the actor from ending
        catch (Exception e)
#pragma warning restore CA1031
        {
            _context.Log.LogError(e, "{Actor}: {Hook} failed", this, name);
        }
    }
}
