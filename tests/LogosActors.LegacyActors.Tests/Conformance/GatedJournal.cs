using System.Collections.Concurrent;
using LogosActors.Actors.Persistence;
using LogosActors.Actors.Persistence.Journals;

namespace LogosActors.Actors.Tests.Conformance;

/// <summary>A journal in memory that a test holds up, breaks and looks into.</summary>
public sealed class GatedJournal : IJournal
{
    readonly InMemoryJournal _stored = new();
    readonly ConcurrentQueue<JournalWrite> _writes = new();
    readonly ConcurrentQueue<Exception> _failures = new();
    TaskCompletionSource? _writesHeld;
    TaskCompletionSource? _readsHeld;
    int _reading;
    int _mostReading;

    /// <summary>What has been handed to this journal, whether it was stored or not.</summary>
    public IReadOnlyList<JournalWrite> Writes => [.. _writes];

    /// <summary>How many recoveries have read at the same time, at most.</summary>
    public int MostReading => Volatile.Read(ref _mostReading);

    /// <summary>How many recoveries read now.</summary>
    public int Reading => Volatile.Read(ref _reading);

    /// <summary>Which writes are rejected.</summary>
    public Func<JournalWrite, bool> Rejects { get; set; } = static _ => false;

    /// <summary>Whether the next failure comes after the events were stored: the answer is lost, not the write.</summary>
    public bool StoresBeforeFailing { get; set; }

    /// <summary>What is done after a history's highest number was read and before its events are.</summary>
    public Action? BeforePage { get; set; }

    public void HoldWrites() => _writesHeld = new TaskCompletionSource();

    public void ReleaseWrites() => Interlocked.Exchange(ref _writesHeld, null)?.TrySetResult();

    public void HoldReads() => _readsHeld = new TaskCompletionSource();

    public void ReleaseReads() => Interlocked.Exchange(ref _readsHeld, null)?.TrySetResult();

    public void FailNextWrite(Exception cause) => _failures.Enqueue(cause);

    /// <summary>Stores an event as if an earlier incarnation had.</summary>
    public void Put(string persistenceId, long sequenceNr, SerializedEvent stored) =>
        Assert.True(_stored.WriteAsync(new JournalWrite(persistenceId, Guid.Empty, sequenceNr, [stored])).AsTask().IsCompletedSuccessfully);

    public async ValueTask<long> ReadHighestSequenceNrAsync(string persistenceId, CancellationToken cancellation)
    {
        var reading = Interlocked.Increment(ref _reading);
        try
        {
            InterlockedMax(ref _mostReading, reading);
            if (_readsHeld is { } held)
                await held.Task.WaitAsync(cancellation);
            return await _stored.ReadHighestSequenceNrAsync(persistenceId, cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref _reading);
        }
    }

    public ValueTask<IReadOnlyList<JournalEntry>> ReadAsync(
        string persistenceId, long fromSequenceNr, long toSequenceNr, int max, CancellationToken cancellation)
    {
        BeforePage?.Invoke();
        return _stored.ReadAsync(persistenceId, fromSequenceNr, toSequenceNr, max, cancellation);
    }

    public async ValueTask WriteAsync(JournalWrite write)
    {
        _writes.Enqueue(write);
        if (_writesHeld is { } held)
            await held.Task;
        if (Rejects(write))
            throw new JournalRejectedException("Rejected by the test.");
        var fails = _failures.TryDequeue(out var failure);
        if (!fails || StoresBeforeFailing)
            await _stored.WriteAsync(write);
        if (fails)
            throw failure!;
    }

    public async ValueTask DeleteAsync(string persistenceId, long toSequenceNr, CancellationToken cancellation)
    {
        if (_writesHeld is { } held)
            await held.Task;
        await _stored.DeleteAsync(persistenceId, toSequenceNr, cancellation);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); value > seen; seen = Volatile.Read(ref most))
            Interlocked.CompareExchange(ref most, value, seen);
    }
}
