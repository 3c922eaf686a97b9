namespace LogosActors.Actors.Tests.Conformance;

/// <summary>An actor whose handler and hooks are written in the test; hooks that are not written do what they do by default.</summary>
/// <param name="receive">The handler, where it stands alone; beside hooks it is <see cref="OnReceive"/>.</param>
public sealed class ScriptedActor(Action<ScriptedActor, object>? receive = null) : Actor
{
    /// <summary>Throws its cause in the handler.</summary>
    public sealed record Crash(Exception Cause);

    /// <summary>Is answered with the child's address.</summary>
    public sealed record SpawnChild(Props Props, string? Name = null);

    public Action<ScriptedActor, object>? OnReceive { get; init; } = receive;

    public Action<ScriptedActor>? OnPreStart { get; init; }

    public Action<ScriptedActor>? OnPostStop { get; init; }

    public Action<ScriptedActor, Exception, object?>? OnPreRestart { get; init; }

    public Action<ScriptedActor, Exception>? OnPostRestart { get; init; }

    public Func<SupervisorStrategy>? OnFailureOfChild { get; init; }

    public new ActorContext Context => base.Context;

    public new ActorRef Self => base.Self;

    public new ActorRef Sender => base.Sender;

    public new TimeProvider Time => base.Time;

    protected override SupervisorStrategy SupervisorStrategy => OnFailureOfChild?.Invoke() ?? base.SupervisorStrategy;

    public new void Reply(object message) => base.Reply(message);

    public new void Forward(ActorRef recipient, object message) => base.Forward(recipient, message);

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

/// <summary>An actor whose asynchronous handler is written in the test.</summary>
public sealed class AwaitingActor(Func<AwaitingActor, object, Task> receive) : Actor
{
    public new ActorContext Context => base.Context;

    public new ActorRef Self => base.Self;

    public new ActorRef Sender => base.Sender;

    public new TimeProvider Time => base.Time;

    public new void Reply(object message) => base.Reply(message);

    protected override async ValueTask ReceiveAsync(object message) => await receive(this, message);
}
