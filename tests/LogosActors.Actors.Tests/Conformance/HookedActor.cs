namespace LogosActors.Actors.Tests.Conformance;

/// <summary>An actor whose hooks are written in the test; hooks that are not written do what they do by default.</summary>
public sealed class HookedActor : Actor
{
    /// <summary>Throws its cause in the handler.</summary>
    public sealed record Crash(Exception Cause);

    /// <summary>Is answered with the child's address.</summary>
    public sealed record SpawnChild(Props Props, string? Name = null);

    public Action<HookedActor, object>? OnReceive { get; init; }

    public Action<HookedActor>? OnPreStart { get; init; }

    public Action<HookedActor>? OnPostStop { get; init; }

    public Action<HookedActor, Exception, object?>? OnPreRestart { get; init; }

    public Action<HookedActor, Exception>? OnPostRestart { get; init; }

    public Func<SupervisorStrategy>? OnFailureOfChild { get; init; }

    public new ActorContext Context => base.Context;

    public new ActorRef Self => base.Self;

    public new TimeProvider Time => base.Time;

    protected override SupervisorStrategy SupervisorStrategy => OnFailureOfChild?.Invoke() ?? base.SupervisorStrategy;

    public new void Reply(object message) => base.Reply(message);

    public new void Unhandled(object message) => base.Unhandled(message);

    protected override void Receive(object message)
    {
        switch (message)
        {
            case Crash crash:
                throw crash.Cause;
            case SpawnChild child:
                Reply(Context.Spawn(child.Props, child.Name));
                break;
            default:
                OnReceive?.Invoke(this, message);
                break;
        }
    }

    protected override void PreStart() => OnPreStart?.Invoke(this);

    protected override void PostStop() => OnPostStop?.Invoke(this);

    protected override void PreRestart(Exception reason, object? message)
    {
        if (OnPreRestart is null)
            base.PreRestart(reason, message);
        else
            OnPreRestart(this, reason, message);
    }

    protected override void PostRestart(Exception reason)
    {
        if (OnPostRestart is null)
            base.PostRestart(reason);
        else
            OnPostRestart(this, reason);
    }
}
