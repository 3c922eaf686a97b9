using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace LogosActors.Actors.Embedded;

/// <summary>Handling of messages, synchronous and asynchronous.</summary>
internal sealed partial class ActorCell
{
    public void Continue(SendOrPostCallback callback, object? state)
    {
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(Extras.SynchronizationContext);
        try
        {
            callback(state);
        }
#pragma warning disable CA1031 // whatever user code throws is a failure of this actor
        catch (Exception e)
#pragma warning restore CA1031
        {
            // Only an async void method gets here; its failure is the actor's all the same.
            if (!Fail(e, _extras!.AwaitedMessage))
                _context.Log.LogError(e, "{Actor} failed in work that nobody awaits", this);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    /// <summary>Runs, soon, what work that nobody awaits has left to do after the actor's end: apart rather than never.</summary>
    public void RunApart(SendOrPostCallback callback, object? state) =>
        System.Dispatcher.Post(
            static boxed =>
            {
                var (cell, callback, state) = ((ActorCell, SendOrPostCallback, object?))boxed!;
                try
                {
                    callback(state);
                }
#pragma warning disable CA1031 // there is no actor left that could fail
                catch (Exception e)
#pragma warning restore CA1031
                {
                    cell._context.Log.LogError(e, "{Actor}: work that outlived it failed", cell);
                }
            },
            (this, callback, state));

    /// <summary>The awaited step has ended: goes on with what it held up.</summary>
    public void EndAwait()
    {
        var extras = _extras!;
        var (awaited, kind, message) = (extras.Awaited, extras.Continuation, extras.AwaitedMessage);
        (extras.Awaited, extras.AwaitedMessage) = (default, null);
        _awaiting = false;
        if (kind == AwaitKind.Handling)
            RecordHandling(extras.AwaitStarted);
        var failed = awaited.IsFaulted;
        try
        {
#pragma warning disable VSTHRD002 // it has ended; this only fetches the outcome
            awaited.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
            _message = null;
        }
        catch (OperationCanceledException) when (_stopRequested)
        {
            // The handler obeyed the token that asked it to make way for the stop.
        }
#pragma warning disable CA1031 // whatever user code throws is a failure of this actor
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (kind is AwaitKind.FinishingToRestart or AwaitKind.FinishingToStop)
                _context.Log.LogError(e, "{Actor} failed while it ended an incarnation", this);
            else if (_stopRequested)
                _context.Log.LogError(e, "{Actor} failed in its last handler", this);
            else
                extras.PendingFailure ??= (kind == AwaitKind.Starting ? new ActorInitializationException(Path, e) : e, message);
        }

        if (kind == AwaitKind.Handling)
            EndTrace(failed);
        AfterAwait(kind);
    }

    void AfterAwait(AwaitKind kind)
    {
        switch (kind)
        {
            case AwaitKind.FinishingToRestart:
                WaitOutBackoff();
                return;
            case AwaitKind.FinishingToStop:
                Terminate();
                return;
        }

        var extras = _extras!;
        if (_stopRequested)
        {
            BeginStop();
        }
        else if (extras.PendingRestart is { } restart)
        {
            if (extras.PendingFailure is { Cause: not OperationCanceledException and var own })
                _context.Log.LogError(own, "{Actor} failed in the handler that its restart waited for", this);
            (extras.PendingRestart, extras.PendingFailure) = (null, null);
            BeginRestart(restart.Cause, restart.Message, restart.Delay);
        }
        else if (extras.PendingFailure is { } failure)
        {
            extras.PendingFailure = null;
            Fail(failure.Cause, failure.Message);
        }
        else
        {
            if (kind == AwaitKind.Starting)
                Open();
            _mailbox.SetHeld(false);
        }
    }

    void Handle(in Envelope envelope)
    {
        var message = envelope.Message;
        _sender = envelope.Sender;
        if (ReferenceEquals(envelope.Sender, SignalSender.Instance))
        {
            _sender = null;
            if (!ReadSignal(ref message))
                return;
        }
        else if (message is TracedMessage traced)
        {
            HandleTraced(traced);
            return;
        }

        if (_extras is { ReceiveTimeout: not null })
            _extras.LastReceived = Clock.GetTimestamp();
        Invoke(message);
    }

    void HandleTraced(TracedMessage traced)
    {
        var outer = Activity.Current;
        var extras = Extras;
        extras.Traced = traced;
        extras.Activity = ActorDiagnostics.StartHandling(traced, this);
        if (extras.ReceiveTimeout is not null)
            extras.LastReceived = Clock.GetTimestamp();
        Invoke(traced.Message);
        if (!_awaiting)
            EndTrace(failed: _phase == Phase.Failed);
        // An activity that goes on is the handler's, not this thread's.
        Activity.Current = outer;
    }

    void EndTrace(bool failed)
    {
        if (_extras is not { Traced: not null } extras)
            return;
        if (extras.Activity is { } activity)
        {
            if (failed)
                activity.SetStatus(ActivityStatusCode.Error);
            ActorDiagnostics.EndHandling(activity);
        }

        extras.Activity = null;
        // A message that failed may still be asked to be stashed.
        if (_message is null)
            extras.Traced = null;
    }

    void Invoke(object message)
    {
        var started = ActorDiagnostics.MeasuresHandlingTime ? Stopwatch.GetTimestamp() : 0;
        _message = message;
        if (_asynchronous || _extras?.Behaviour is not null)
            InvokeAwaiting(message, started);
        else
            InvokeDirectly(message, started);
    }

    /// <summary>The way of an actor that never awaits: straight to its handler.</summary>
    /// <remarks>No frame lies between this one and the user's code, because a failure pays for each on its way here.</remarks>
    void InvokeDirectly(object message, long started)
    {
        try
        {
            if (System.Dispatcher.Intervenes)
                System.Dispatcher.BeforeMessage(this, message);
            _actor!.HandleDirectly(message);
            // An idle actor does not keep its last message alive; one that failed may still be asked to stash it.
            _message = null;
        }
#pragma warning disable CA1031 // whatever user code throws is a failure of this actor
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fail(e, message);
        }

        RecordHandling(started);
    }

    void InvokeAwaiting(object message, long started)
    {
        var outer = SynchronizationContext.Current;
        if (_asynchronous)
            SynchronizationContext.SetSynchronizationContext(Extras.SynchronizationContext ??= new ActorSynchronizationContext(this));
        try
        {
            if (System.Dispatcher.Intervenes)
                System.Dispatcher.BeforeMessage(this, message);
            var handling = _actor!.Handle(message, _extras?.Behaviour);
            if (handling.IsCompletedSuccessfully)
            {
                handling.GetAwaiter().GetResult();
                _message = null;
                RecordHandling(started);
            }
            else
            {
                Await(handling, AwaitKind.Handling, message, started);
            }
        }
#pragma warning disable CA1031 // whatever user code throws is a failure of this actor
        catch (Exception e)
#pragma warning restore CA1031
        {
            RecordHandling(started);
            Fail(e, message);
        }
        finally
        {
            if (_asynchronous)
                SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    void RecordHandling(long started)
    {
        if (started != 0)
            ActorDiagnostics.RecordHandlingTime(this, Stopwatch.GetElapsedTime(started));
    }

    /// <summary>Holds the mailbox until a step has ended. Stops and failures of children are still heard.</summary>
    void Await(ValueTask step, AwaitKind kind, object? message, long started)
    {
        var extras = Extras;
        // On the actor's own context, which callers have set: a step that ends in this actor's turn is noticed there and then,
        // without a detour over the thread pool. First, since a task that is not to be awaited throws here; the answer
        // cannot come before this turn is over.
        step.GetAwaiter().UnsafeOnCompleted(extras.OnAwaited ??= () => TellSystem(new SystemMessage.HandlerEnded()));
        (extras.Awaited, extras.Continuation, extras.AwaitedMessage, extras.AwaitStarted) = (step, kind, message, started);
        _awaiting = true;
        _mailbox.SetHeld(true);
    }

    /// <summary>Turns a signal into the message that the actor sees; false when it is out of date.</summary>
    bool ReadSignal(ref object message)
    {
        try
        {
            return TryReadSignal(ref message);
        }
#pragma warning disable CA1031 // keys of timers are compared by user code
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fail(e, message: null);
            return false;
        }
    }

    bool TryReadSignal(ref object message)
    {
        switch (message)
        {
            case Terminated terminated:
                return _extras?.Watching?.Remove(terminated.Actor) == true;
            case TimerSignal timer:
                Volatile.Write(ref timer.Queued, 0);
                if (_extras?.Timers is not { } timers || !timers.TryGetValue(timer.Key, out var current) || current != timer)
                    return false;
                if (!timer.Periodic)
                {
                    timers.Remove(timer.Key);
                    timer.Timer?.Dispose();
                }

                message = timer.Message;
                return !StopsBy(message);
            case ReceiveTimeoutSignal:
                return TryReadReceiveTimeout(ref message);
            default:
                return !StopsBy(message);
        }
    }

    /// <summary>Whether the message is a <see cref="PoisonPill"/>, which it obeys.</summary>
    bool StopsBy(object message)
    {
        if (message is not PoisonPill)
            return false;
        RequestStop();
        return true;
    }

    bool TryReadReceiveTimeout(ref object message)
    {
        if (_extras is not { ReceiveTimeout: { } timeout, ReceiveTimer: { } timer } extras)
            return false;
        var left = timeout - Clock.GetElapsedTime(extras.LastReceived);
        if (left > TimeSpan.Zero)
        {
            timer.Change(left, Timeout.InfiniteTimeSpan);
            return false;
        }

        timer.Change(timeout, Timeout.InfiniteTimeSpan);
        message = ReceiveTimeout.Instance;
        return true;
    }
}
