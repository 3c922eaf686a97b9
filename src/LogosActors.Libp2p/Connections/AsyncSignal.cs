using System.Threading.Tasks.Sources;

namespace LogosActors.Libp2p.Connections;

/// <summary>Wakes the one who waits, or the next who will. One waiter at a time; nothing is allocated per wait.</summary>
internal sealed class AsyncSignal : IValueTaskSource
{
    readonly Lock _gate = new();
    ManualResetValueTaskSourceCore<bool> _source = new() { RunContinuationsAsynchronously = true };
    CancellationTokenRegistration _registration;
    bool _isSet;
    bool _isAwaited;

    public void Set()
    {
        lock (_gate)
        {
            if (!_isAwaited)
            {
                _isSet = true;
                return;
            }
            _isAwaited = false;
        }
        _source.SetResult(true);
    }

    /// <summary>Forgets a signal that nobody waited for.</summary>
    public void Clear()
    {
        lock (_gate)
            _isSet = false;
    }

    public ValueTask WaitAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (_isAwaited)
                throw new InvalidOperationException("Somebody waits already: one reader and one writer at a time.");
            if (_isSet)
            {
                _isSet = false;
                return default;
            }
            _source.Reset();
            _isAwaited = true;
        }
        if (cancellation.CanBeCanceled)
            _registration = cancellation.UnsafeRegister(static (signal, token) => ((AsyncSignal)signal!).Cancel(token), this);
        return new ValueTask(this, _source.Version);
    }

    void IValueTaskSource.GetResult(short token)
    {
        _registration.Dispose();
        _registration = default;
        _source.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    void Cancel(CancellationToken token)
    {
        lock (_gate)
        {
            if (!_isAwaited)
                return;
            _isAwaited = false;
        }
        _source.SetException(new OperationCanceledException(token));
    }
}
