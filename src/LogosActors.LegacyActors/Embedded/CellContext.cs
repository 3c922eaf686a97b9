using Microsoft.Extensions.Logging;

namespace LogosActors.Actors.Embedded;

/// <summary>What the embedded host offers to one actor.</summary>
internal sealed class CellContext(ActorCell cell) : ActorContext
{
    public override ActorRef Self => cell;

    public override ActorRef Sender => cell.Sender;

    public override ActorRef Parent => cell.Parent!;

    public override ActorSystem System => cell.System;

    public override IReadOnlyList<ActorRef> Children => cell.ChildCells();

    public override CancellationToken Stopping => cell.Stopping;

    public override ILogger Log => cell.Extras.Log ??= UnfailingLogger.Create(
        cell.System.LoggerFactory, cell.Props.ActorType.FullName ?? cell.Props.ActorType.Name, cell.Path, cell.System.Name);

    public override Random Random => cell.Extras.Random ??= cell.System.Dispatcher.CreateRandom(cell);

    public override ActorRef? Child(string name) => cell.FindChild(name);

    public override ActorRef Spawn(Props props, string? name = null) => cell.Spawn(props, name);

    public override void Stop(ActorRef actor) => cell.System.Stop(actor);

    public override void Watch(ActorRef actor) => cell.Watch(actor);

    public override void Unwatch(ActorRef actor) => cell.Unwatch(actor);

    public override void SetReceiveTimeout(TimeSpan? timeout) => cell.SetReceiveTimeout(timeout);

    public override void StartSingleTimer(object key, object message, TimeSpan delay) =>
        cell.StartTimer(key, message, delay, Timeout.InfiniteTimeSpan);

    public override void StartPeriodicTimer(object key, object message, TimeSpan interval, TimeSpan? initialDelay = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(interval, TimeSpan.FromMilliseconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(interval, ActorCell.LongestWait);
        cell.StartTimer(key, message, initialDelay ?? interval, interval);
    }

    public override void CancelTimer(object key) => cell.CancelTimer(key);

    public override bool IsTimerActive(object key) => cell.Extras.Timers?.ContainsKey(key) == true;

    public override void Stash() => cell.Stash();

    public override void UnstashAll() => cell.UnstashAll();

    public override void Become(Action<object> receive)
    {
        ArgumentNullException.ThrowIfNull(receive);
        cell.Extras.Behaviour = message =>
        {
            receive(message);
            return ValueTask.CompletedTask;
        };
    }

    public override void BecomeAsync(Func<object, ValueTask> receive)
    {
        ArgumentNullException.ThrowIfNull(receive);
        cell.BecomeAsync(receive);
    }

    public override void Unbecome() => cell.Extras.Behaviour = null;

    internal override void ActFor(ActorRef sender) => cell.ActFor(sender);

    internal override void Signal(object signal) => cell.TellSignal(signal);

    internal override void AtEnd(Action action) => cell.Extras.AtEnd += action;

    public override void PipeTo<T>(Task<T> task, ActorRef? recipient = null, Func<T, object>? map = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(cell.Dispatcher.Context);
        _ = PipeAsync(task, recipient ?? cell, map, cell);
        SynchronizationContext.SetSynchronizationContext(outer);
    }

    // Goes on in the dispatcher's context, not in the actor's: the task is none of the actor's business until it is told.
    static async Task PipeAsync<T>(Task<T> task, ActorRef recipient, Func<T, object>? map, ActorCell sender)
    {
        object message;
        try
        {
#pragma warning disable VSTHRD003 // the task is the user's; its result is told, never waited for by the actor
            var result = await task;
#pragma warning restore VSTHRD003
            message = map is null ? result! : map(result);
        }
#pragma warning disable CA1031 // every failure of the task is a message
        catch (Exception e)
#pragma warning restore CA1031
        {
            message = new PipeFailure(e);
        }

        message ??= new PipeFailure(new InvalidOperationException("The piped task returned null."));
        try
        {
            await recipient.TellAsync(message, sender);
        }
        catch (MailboxFullException)
        {
            // Nobody waits for this method, so the result would be lost without a trace.
            sender.System.DeadLetter(message, sender, recipient, DeadLetterReason.MailboxOverflow);
        }
    }
}
