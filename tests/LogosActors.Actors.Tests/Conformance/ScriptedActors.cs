namespace LogosActors.Actors.Tests.Conformance;

/// <summary>An actor whose handler and hooks are written in the test. It never awaits.</summary>
internal sealed class ScriptedActor(Action<ScriptedActor, object> receive) : Actor
{
    public Action<ScriptedActor>? Started { get; init; }

    public Action<ScriptedActor>? Failed { get; init; }

    public new ActorContext Context => base.Context;

    public new ActorRef Self => base.Self;

    public new ActorRef Sender => base.Sender;

    public new void Reply(object message) => base.Reply(message);

    public new void Forward(ActorRef recipient, object message) => base.Forward(recipient, message);

    public new void Unhandled(object message) => base.Unhandled(message);

    protected override void Receive(object message) => receive(this, message);

    protected override void PreStart() => Started?.Invoke(this);

    protected override void PreRestart(Exception reason, object? message)
    {
        Failed?.Invoke(this);
        base.PreRestart(reason, message);
    }
}

/// <summary>An actor whose asynchronous handler is written in the test.</summary>
internal sealed class AwaitingActor(Func<AwaitingActor, object, Task> receive) : Actor
{
    public new ActorContext Context => base.Context;

    public new ActorRef Self => base.Self;

    public new ActorRef Sender => base.Sender;

    public new TimeProvider Time => base.Time;

    public new void Reply(object message) => base.Reply(message);

    protected override async ValueTask ReceiveAsync(object message) => await receive(this, message);
}
