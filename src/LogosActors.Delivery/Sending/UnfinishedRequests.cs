namespace LogosActors.Delivery.Sending;

/// <summary>The requests to send that have not ended yet. For any number of threads.</summary>
internal sealed class UnfinishedRequests
{
    readonly Lock _gate = new();
    readonly HashSet<RequestId> _requests = [];
    TaskCompletionSource? _allEnded;

    public int Count
    {
        get
        {
            lock (_gate)
                return _requests.Count;
        }
    }

    /// <summary>A request is about to be made.</summary>
    public void Begin(RequestId request)
    {
        lock (_gate)
            _requests.Add(request);
    }

    /// <summary>A request has ended, or was not taken.</summary>
    public void End(RequestId request)
    {
        lock (_gate)
        {
            if (!_requests.Remove(request) || _requests.Count > 0)
                return;
            _allEnded?.SetResult();
            _allEnded = null;
        }
    }

    /// <summary>Forgets all requests: nobody will tell of them any more.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _requests.Clear();
            _allEnded?.SetResult();
            _allEnded = null;
        }
    }

    /// <summary>Waits for a moment in which there are none.</summary>
    public Task WaitAsync(CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_requests.Count == 0)
                return Task.CompletedTask;
            _allEnded ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _allEnded.Task.WaitAsync(cancellation);
        }
    }
}
