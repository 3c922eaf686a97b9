namespace LogosActors.Actors.Embedded;

/// <summary>The sender of an <c>Ask</c>: takes the first answer, or the time-out.</summary>
internal sealed class AskRef<T> : LocalRef
{
    readonly TaskCompletionSource<T> _answer;
    readonly Dispatcher _dispatcher;
    readonly ActorRef _recipient;
    readonly object _message;
    readonly TimeSpan _timeout;
    readonly ITimer _timer;
    readonly CancellationTokenRegistration _cancellation;

    public AskRef(
        ActorRef recipient, object message, TimeSpan timeout, Dispatcher dispatcher, TimeProvider time, CancellationToken cancellation)
    {
        (_recipient, _message, _timeout, _dispatcher) = (recipient, message, timeout, dispatcher);
        _answer = new TaskCompletionSource<T>(dispatcher.PromiseOptions);
        _timer = time.CreateTimer(static self => ((AskRef<T>)self!).TimeOut(), this, timeout, Timeout.InfiniteTimeSpan);
        if (cancellation.CanBeCanceled)
            _cancellation = cancellation.UnsafeRegister(
                static (self, token) => ((AskRef<T>)self!).End(static (answer, t) => answer.TrySetCanceled(t), token), this);
    }

    public Task<T> Answer => _answer.Task;

    public override string Name => "ask";

    public override string Path => $"/temp/ask:{_recipient.Path}";

    public override void Tell(object message, ActorRef? sender = null)
    {
        switch (message)
        {
            case T answer:
                End(static (answered, value) => answered.TrySetResult(value), answer);
                break;
            case Failure failure:
                End(static (answered, cause) => answered.TrySetException(cause), failure.Cause);
                break;
            default:
                End(static (answered, value) => answered.TrySetException(new UnexpectedAnswerException(value, typeof(T))), message);
                break;
        }
    }

    public override void Notify(Terminated terminated) => Tell(terminated);

    void TimeOut() =>
        End(static (answer, self) => answer.TrySetException(new AskTimeoutException(self._recipient, self._message, self._timeout)), this);

    void End<TState>(Func<TaskCompletionSource<T>, TState, bool> complete, TState state) =>
        _dispatcher.Complete(
            static ending =>
            {
                if (!ending.complete(ending.Self._answer, ending.state))
                    return;
                ending.Self._timer.Dispose();
                ending.Self._cancellation.Unregister();
            },
            (Self: this, complete, state));
}
