using Akka.Actor;
using Akka.Actor.Internal;

namespace LogosActors.Actors;

/// <summary>Restarts a child that has failed after a wait that grows with its failures; its mailbox is kept.</summary>
/// <remarks>
/// A child that fails is suspended by Akka until its supervisor decides. Here the decision to restart is taken at once and carried out
/// later, so the child needs to do nothing, a recovery that fails is throttled as well, and what arrives meanwhile waits in the mailbox.
/// By default everything restarts, also a constructor or a <c>PreStart</c> that throws (Akka would stop those). One instance belongs to one parent.
/// </remarks>
public sealed class BackoffStrategy : OneForOneStrategy
{
    readonly ExponentialBackoff _backoff;
    readonly Dictionary<IActorRef, Failures> _failures = [];

    /// <param name="min">The wait after the first failure.</param>
    /// <param name="max">The longest wait.</param>
    /// <param name="decider">What to do about an exception; null: restart.</param>
    public BackoffStrategy(TimeSpan min, TimeSpan max, Func<Exception, Directive>? decider = null)
        : base(decider ?? (static _ => Directive.Restart)) =>
        _backoff = new ExponentialBackoff(min, max);

    /// <inheritdoc/>
    public override void ProcessFailure(
        IActorContext context, bool restart, IActorRef child, Exception cause, ChildRestartStats stats, IReadOnlyCollection<ChildRestartStats> children)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (!restart)
        {
            base.ProcessFailure(context, restart, child, cause, stats, children);
            return;
        }
        var scheduler = context.System.Scheduler;
        var now = scheduler.MonotonicClock;
        var earlier = _failures.TryGetValue(child, out var failures) && now - failures.Last <= _backoff.ResetAfter ? failures.Count : 0;
        _failures[child] = new Failures(earlier + 1, now);
        scheduler.Advanced.ScheduleOnce(_backoff.Delay(earlier, context.System.Random()), () => RestartChild(child, cause, suspendFirst: false));
    }

    /// <inheritdoc/>
    public override void HandleChildTerminated(IActorContext actorContext, IActorRef child, IEnumerable<IInternalActorRef> children) =>
        _failures.Remove(child);

    sealed record Failures(int Count, TimeSpan Last);
}
