using LogosActors.Actors.Persistence;

namespace LogosActors.Actors.TestKit;

/// <summary>A journal that fails, rejects and dawdles by its seed, in front of one that does not.</summary>
/// <remarks>What the journal behind has stored stays stored, and it is not disposed: a test may look at it afterwards.</remarks>
/// <param name="inner">Stores the events.</param>
/// <param name="faults">What goes wrong, and how often.</param>
/// <param name="time">The clock of the delays; the system's.</param>
/// <param name="seed">Decides what goes wrong when.</param>
public sealed class FaultyJournal(IJournal inner, JournalFaults faults, TimeProvider time, int seed) : IJournal
{
    const int Stream = 0x4A4F5552;

    readonly Lock _gate = new();
    readonly SeededRandom _random = new(seed, Stream);

    /// <summary>Whether things go wrong; switch it off to let a system settle.</summary>
    public bool IsFaulty { get; set; } = true;

    /// <inheritdoc/>
    public async ValueTask<long> ReadHighestSequenceNrAsync(string persistenceId, CancellationToken cancellation)
    {
        await BeforeReadAsync(cancellation).ConfigureAwait(false);
        return await inner.ReadHighestSequenceNrAsync(persistenceId, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<JournalEntry>> ReadAsync(
        string persistenceId, long fromSequenceNr, long toSequenceNr, int max, CancellationToken cancellation)
    {
        await BeforeReadAsync(cancellation).ConfigureAwait(false);
        return await inner.ReadAsync(persistenceId, fromSequenceNr, toSequenceNr, max, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask WriteAsync(JournalWrite write)
    {
        await DelayAsync(CancellationToken.None).ConfigureAwait(false);
        if (Chance(faults.RejectWrite))
            throw new JournalRejectedException("Rejected by the test's journal faults.");
        if (Chance(faults.FailBeforeWrite))
            throw new JournalException("Failed by the test's journal faults; nothing was stored.");
        var failsAfter = Chance(faults.FailAfterWrite);
        await inner.WriteAsync(write).ConfigureAwait(false);
        await DelayAsync(CancellationToken.None).ConfigureAwait(false);
        if (failsAfter)
            throw new JournalException("Failed by the test's journal faults after the events were stored.");
    }

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(string persistenceId, long toSequenceNr, CancellationToken cancellation)
    {
        await BeforeReadAsync(cancellation).ConfigureAwait(false);
        await inner.DeleteAsync(persistenceId, toSequenceNr, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    async Task BeforeReadAsync(CancellationToken cancellation)
    {
        await DelayAsync(cancellation).ConfigureAwait(false);
        if (Chance(faults.FailRead))
            throw new JournalException("Failed by the test's journal faults.");
    }

    Task DelayAsync(CancellationToken cancellation)
    {
        if (!IsFaulty || faults.MaxDelay <= TimeSpan.Zero)
            return Task.CompletedTask;
        TimeSpan delay;
        lock (_gate)
            delay = _random.NextTime(faults.MaxDelay);
        return Task.Delay(delay, time, cancellation);
    }

    bool Chance(double probability)
    {
        if (!IsFaulty)
            return false;
        lock (_gate)
            return _random.Chance(probability);
    }
}
