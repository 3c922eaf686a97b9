namespace LogosActors.Actors.Persistence;

/// <summary>Lets so many recoveries run at a time; the others wait, and have their turn in the order of their arrival.</summary>
/// <remarks>Not a <see cref="SemaphoreSlim"/>, which takes a waiter that can be cancelled to the thread pool: the
/// deterministic host has none.</remarks>
/// <param name="free">How many.</param>
internal sealed class RecoveryPermits(int free)
{
    readonly Lock _gate = new();
    readonly LinkedList<TaskCompletionSource> _waiting = new();
    int _free = free;

    /// <summary>Waits for a permit.</summary>
    /// <exception cref="OperationCanceledException">It was not wanted any more; then none was taken.</exception>
    public async ValueTask EnterAsync(CancellationToken stopping)
    {
        stopping.ThrowIfCancellationRequested();
        // Continuations run in the context of the actor that awaits, so whoever exits does not run them.
        var turn = new TaskCompletionSource();
        lock (_gate)
        {
            if (_free > 0)
            {
                _free--;
                return;
            }

            _waiting.AddLast(turn);
        }

        await using var registration = stopping.UnsafeRegister(
            static (state, token) =>
            {
                var (permits, waiter) = ((RecoveryPermits, TaskCompletionSource))state!;
                permits.GiveUp(waiter, token);
            },
            (this, turn));
        await turn.Task;
    }

    /// <summary>Gives a permit back: to whoever has waited longest.</summary>
    public void Exit()
    {
        TaskCompletionSource? next;
        lock (_gate)
        {
            next = _waiting.First?.Value;
            if (next is null)
                _free++;
            else
                _waiting.RemoveFirst();
        }

        next?.SetResult();
    }

    void GiveUp(TaskCompletionSource turn, CancellationToken token)
    {
        bool waited;
        lock (_gate)
            waited = _waiting.Remove(turn);
        if (waited)
            turn.SetCanceled(token);
    }
}
