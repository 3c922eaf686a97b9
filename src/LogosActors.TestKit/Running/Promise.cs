using Akka.Actor;
using Akka.Dispatch.SysMsg;

namespace LogosActors.TestKit.Running;

/// <summary>Whoever is asked answers to it. It is kept in a turn of its own, outside of all task schedulers.</summary>
internal sealed class Promise<T> : MinimalActorRef
{
    readonly TaskCompletionSource<T> _completion = new();
    readonly SimulationLoop _loop;
    readonly IInternalActorRef _asked;
    ITimer? _timer;
    bool _isKept;

    public Promise(SimulationLoop loop, IActorRef asked)
    {
        (_loop, _asked) = (loop, (IInternalActorRef)asked);
        Path = _asked.Provider.TempPath();
    }

    public override ActorPath Path { get; }

    public override IActorRefProvider Provider => _asked.Provider;

    public Task<T> Task => _completion.Task;

    public void FailAfter(TimeProvider time, TimeSpan timeout) => _timer = time.CreateTimer(
        _ => Keep(new Status.Failure(new AskTimeoutException($"{_asked} has not answered within {timeout} of virtual time."))),
        null, timeout, Timeout.InfiniteTimeSpan);

    /// <summary>Completed by the end of an actor that is watched.</summary>
    public override void SendSystemMessage(ISystemMessage message)
    {
        if (message is DeathWatchNotification notification)
            Keep(notification.Actor);
    }

    public void Cancel(CancellationToken cancellation) => Keep(new Cancelled(cancellation));

    protected override void TellInternal(object message, IActorRef sender) => Keep(message);

    void Keep(object answer)
    {
        if (_isKept)
            return;
        _isKept = true;
        _timer?.Dispose();
        _loop.Post(Complete, answer);
    }

    void Complete(object? answer)
    {
        switch (answer)
        {
            case T expected:
                _completion.TrySetResult(expected);
                break;
            case Cancelled cancelled:
                _completion.TrySetCanceled(cancelled.Token);
                break;
            case Status.Failure failure:
                _completion.TrySetException(failure.Cause);
                break;
            case Status.Success { Status: T expected }:
                _completion.TrySetResult(expected);
                break;
            default:
                _completion.TrySetException(new InvalidCastException($"{_asked} answered {answer} ({answer!.GetType()}); expected was a {typeof(T)}."));
                break;
        }
    }

    sealed record Cancelled(CancellationToken Token);
}
