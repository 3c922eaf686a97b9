namespace LogosActors.Actors.Embedded;

/// <summary>The sender of an <c>Ask</c>: takes the first answer, or the time-out.</summary>
internal sealed class AskRef<T> : LocalRef
{
    readonly TaskCompletionSource<T> _answer;
    readonly EmbeddedActorSystem? _system;
    readonly Dispatcher _dispatcher;
    readonly ActorRef _recipient;
    readonly object _message;
    readonly TimeSpan _timeout;
    readonly ITimer _timer;
    readonly CancellationTokenRegistration _cancellation;

    public AskRef(
        ActorRef recipient, object message, TimeSpan timeout, EmbeddedActorSystem? system, TimeProvider time, CancellationToken cancellation)
    {
        (_recipient, _message, _timeout, _system) = (recipient, message, timeout, system);
        _dispatcher = system?.Dispatcher ?? Dispatcher.Default;
        _answer = new TaskCompletionSource<T>(_dispatcher.PromiseOptions);
        // Made at rest and then set going: a timer that fires at once must find itself here.
        _timer = time.CreateTimer(static self => ((AskRef<T>)self!).TimeOut(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        if (cancellation.CanBeCanceled)
            _cancellation = cancellation.UnsafeRegister(
                static (self, token) => ((AskRef<T>)self!).End(static (answer, t) => answer.TrySetCanceled(t), token), this);
        _timer.Change(timeout, Timeout.InfiniteTimeSpan);
    }

    public Task<T> Answer => _answer.Task;

    public override string Name => "ask";

    public override string Path => $"/temp/ask:{_recipient.Path}";

    public override void Tell(object message, ActorRef? sender = null)
    {
        ArgumentNullException.ThrowIfNull(message);
        _dispatcher.Complete(
            static told =>
            {
                if (TrySet(told.Self._answer, told.message))
                    told.Self.Release();
                else
                    told.Self._system?.DeadLetter(told.message, told.sender, told.Self, DeadLetterReason.NoRecipient);
            },
            (Self: this, message, sender));
    }

    public override void Notify(Terminated terminated) => Tell(terminated);

    /// <summary>Ends the request without an answer.</summary>
    public void Fail(Exception cause) => End(static (answer, why) => answer.TrySetException(why), cause);

    static bool TrySet(TaskCompletionSource<T> answer, object message) => message switch
    {
        Failure failure when typeof(T) != typeof(Failure) => answer.TrySetException(failure.Cause),
        T value => answer.TrySetResult(value),
        _ => answer.TrySetException(new UnexpectedAnswerException(message, typeof(T))),
    };

    void TimeOut() => Fail(new AskTimeoutException(_recipient, _message, _timeout));

    void End<TState>(Func<TaskCompletionSource<T>, TState, bool> complete, TState state) =>
        _dispatcher.Complete(
            static ending =>
            {
                if (ending.complete(ending.Self._answer, ending.state))
                    ending.Self.Release();
            },
            (Self: this, complete, state));

    void Release()
    {
        _timer.Dispose();
        _cancellation.Unregister();
    }
}
