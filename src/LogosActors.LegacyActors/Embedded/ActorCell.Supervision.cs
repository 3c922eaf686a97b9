using Microsoft.Extensions.Logging;

namespace LogosActors.Actors.Embedded;

/// <summary>Failures: as the one that failed, and as the one that decides.</summary>
internal sealed partial class ActorCell
{
    /// <summary>Decides about a failed child. Also while an asynchronous handler of this actor is under way.</summary>
    public void Supervise(ActorCell child, Exception cause, object? failing)
    {
        var (strategy, directive) = Decide(child, cause);
        if (directive == Directive.Restart && !child.MayRestart(strategy))
        {
            child._context.Log.LogError(
                "{Child} has used up its {Limit} restarts within {Within}; it is stopped", child, strategy.MaxRestarts, strategy.Within);
            directive = Directive.Stop;
        }

        Report(child, cause, directive);
        if (directive == Directive.Escalate)
        {
            (Extras.Escalated ??= []).Add(child);
            Fail(cause, message: null);
            return;
        }

        var delay = directive == Directive.Restart ? child.NextDelay(strategy) : TimeSpan.Zero;
        child.TellSystem(new SystemMessage.Decided(directive, cause, failing, delay));
        if (!strategy.AppliesToAll || directive == Directive.Resume)
            return;
        foreach (var sibling in ChildCells())
        {
            if (sibling != child)
                sibling.TellSystem(new SystemMessage.Decided(directive, cause, failing: null, delay));
        }
    }

    /// <summary>Does what the supervisor has decided.</summary>
    public void Obey(Directive directive, Exception cause, object? failing, TimeSpan delay)
    {
        switch (directive)
        {
            case Directive.Resume when _phase == Phase.Failed && _actor is not null:
                _phase = Phase.Running;
                _mailbox.SetHeld(false);
                foreach (var child in Extras.Escalated ?? [])
                    child.TellSystem(new SystemMessage.Decided(Directive.Resume, cause, failing, TimeSpan.Zero));
                Extras.Escalated = null;
                break;
            case Directive.Stop:
            // Without an instance there is nothing that could go on.
            case Directive.Resume when _phase == Phase.Failed:
                RequestStop();
                break;
            // A restart that is under way already awaits the end of the old incarnation.
            case Directive.Restart when _awaiting && _phase != Phase.Running:
                break;
            case Directive.Restart when _awaiting:
                Extras.PendingRestart = (cause, failing, delay);
                CancelStopping();
                break;
            case Directive.Restart when _phase is Phase.Failed or Phase.Running:
                BeginRestart(cause, failing, delay);
                break;
        }
    }

    static void Report(ActorCell child, Exception cause, Directive directive)
    {
        // In the child's log: it has failed, and waits for the decision while its parent writes.
        var log = child._context.Log;
        // Asked first: a failure that nobody listens to should not cost the arguments.
        if (log.IsEnabled(LogLevel.Error))
            log.LogError(cause, "{Child} failed: {Directive}", child, directive);
        ActorDiagnostics.CountFailure(child, directive);
    }

    /// <summary>Asks the strategy. One that cannot decide leaves the decision to this actor's own supervisor.</summary>
    (SupervisorStrategy Strategy, Directive Directive) Decide(ActorCell child, Exception cause)
    {
        var strategy = SupervisorStrategy.Default;
        try
        {
            strategy = Props.SupervisorStrategy ?? _actor?.Strategy ?? strategy;
            var directive = strategy.Decider(cause);
            if (Enum.IsDefined(directive))
                return (strategy, directive);
            _context.Log.LogError("{Actor}: the decider answered the failure of {Child} with {Directive}, which is no directive", this, child, directive);
        }
#pragma warning disable CA1031 // whatever user code throws, somebody must decide
        catch (Exception e)
#pragma warning restore CA1031
        {
            _context.Log.LogError(e, "{Actor}: the supervisor strategy failed to decide about {Child}", this, child);
        }

        return (strategy, Directive.Escalate);
    }

    /// <summary>Stops handling messages and lets the supervisor decide. False when the actor has failed, or ends, already.</summary>
    bool Fail(Exception cause, object? message)
    {
        if (_phase != Phase.Running)
            return false;
        if (_awaiting)
        {
            // Escalated by a child in the middle of a handler: the handler ends first.
            Extras.PendingFailure ??= (cause, message);
            return true;
        }

        _phase = Phase.Failed;
        _mailbox.SetHeld(true);
        if (Parent is null)
            System.Fail(cause);
        else
            Parent.TellSystem(new SystemMessage.ChildFailed(this, cause, message));
        return true;
    }

    bool MayRestart(SupervisorStrategy strategy)
    {
        if (strategy.MaxRestarts is not { } limit)
            return true;
        var now = Clock.GetTimestamp();
        var times = Extras.RestartTimes ??= new Queue<long>();
        while (strategy.Within is { } within && times.TryPeek(out var oldest) && Clock.GetElapsedTime(oldest, now) > within)
            times.Dequeue();
        if (times.Count >= limit)
            return false;
        times.Enqueue(now);
        return true;
    }

    TimeSpan NextDelay(SupervisorStrategy strategy)
    {
        if (strategy.Backoff is not { } backoff)
            return TimeSpan.Zero;
        var extras = Extras;
        var now = Clock.GetTimestamp();
        if (extras.RecentFailures > 0 && Clock.GetElapsedTime(extras.LastFailure, now) > backoff.ResetAfter)
            extras.RecentFailures = 0;
        extras.LastFailure = now;
        return backoff.Delay(extras.RecentFailures++, System.NextRandom());
    }
}
