using System.Collections.Concurrent;

namespace LogosActors.Delivery.Events;

/// <summary>Those who await the end of a request to send. For any number of threads.</summary>
/// <remarks>Each request is awaited once, from before it is sent until it has ended or its caller has stopped waiting: there are no more entries than
/// callers that wait.</remarks>
/// <typeparam name="TOutcome">What ends a request.</typeparam>
public sealed class AwaitedOutcomes<TOutcome>
    where TOutcome : class
{
    readonly ConcurrentDictionary<RequestId, TaskCompletionSource<TOutcome?>> _awaited = new();

    // The dictionary's own count takes all its locks.
    int _count;

    /// <summary>Whether nobody waits.</summary>
    public bool IsEmpty => Volatile.Read(ref _count) == 0;

    /// <summary>Awaits the end of a request that has not been sent yet.</summary>
    /// <param name="request">The request.</param>
    /// <returns>The end; null: it will not be known.</returns>
    public Task<TOutcome?> AwaitAsync(RequestId request)
    {
        var awaited = new TaskCompletionSource<TOutcome?>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_awaited.TryAdd(request, awaited))
            throw new InvalidOperationException($"The end of request {request} is awaited already.");
        Interlocked.Increment(ref _count);
        return awaited.Task;
    }

    /// <summary>Nobody waits for a request any longer.</summary>
    /// <param name="request">The request.</param>
    public void Forget(RequestId request) => Remove(request);

    /// <summary>A request has ended.</summary>
    /// <param name="request">The request.</param>
    /// <param name="outcome">Its end.</param>
    public void Ended(RequestId request, TOutcome outcome) => Remove(request)?.TrySetResult(outcome);

    /// <summary>No end will be known of the requests that are awaited.</summary>
    public void EndAll()
    {
        foreach (var request in _awaited.Keys)
            Remove(request)?.TrySetResult(null);
    }

    TaskCompletionSource<TOutcome?>? Remove(RequestId request)
    {
        if (!_awaited.TryRemove(request, out var awaited))
            return null;
        Interlocked.Decrement(ref _count);
        return awaited;
    }
}
