using Akka.Actor;
using Akka.Actor.Internal;
using LogosActors.Actors;

namespace LogosActors.Delivery.Hosting;

/// <summary>Resumes children that keep state which no journal has, and restarts all others after a wait that grows with their failures.</summary>
/// <remarks>A child that is resumed loses the message that it has failed of, and nothing else. One that could not even start is restarted, too.</remarks>
/// <param name="isResumed">Whether a child is resumed.</param>
/// <param name="min">The wait before a restart after the first failure.</param>
/// <param name="max">The longest wait.</param>
internal sealed class ChildStrategy(Func<IActorRef, bool> isResumed, TimeSpan min, TimeSpan max) : OneForOneStrategy(static _ => Directive.Restart)
{
    readonly BackoffStrategy _restarts = new(min, max);

    protected override Directive Handle(IActorRef child, Exception exception) =>
        exception is not ActorInitializationException && isResumed(child) ? Directive.Resume : Directive.Restart;

    public override void ProcessFailure(
        IActorContext context, bool restart, IActorRef child, Exception cause, ChildRestartStats stats, IReadOnlyCollection<ChildRestartStats> children) =>
        _restarts.ProcessFailure(context, restart, child, cause, stats, children);

    public override void HandleChildTerminated(IActorContext actorContext, IActorRef child, IEnumerable<IInternalActorRef> children) =>
        _restarts.HandleChildTerminated(actorContext, child, children);
}
