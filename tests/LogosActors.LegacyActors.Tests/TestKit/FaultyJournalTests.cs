using LogosActors.Actors.Persistence;
using LogosActors.Actors.Persistence.Journals;
using LogosActors.Actors.TestKit;

namespace LogosActors.Actors.Tests.TestKit;

public sealed class FaultyJournalTests
{
    readonly InMemoryJournal _inner = new();
    readonly VirtualTime _time = new();

    [Fact]
    public async Task A_write_that_fails_before_it_is_stored_stores_nothing()
    {
        await Assert.ThrowsAsync<JournalException>(() => WriteAsync(new JournalFaults { FailBeforeWrite = 1 }));
        Assert.Equal(0, await HighestAsync(_inner));
    }

    [Fact]
    public async Task A_write_whose_answer_is_lost_is_stored()
    {
        await Assert.ThrowsAsync<JournalException>(() => WriteAsync(new JournalFaults { FailAfterWrite = 1 }));
        Assert.Equal(1, await HighestAsync(_inner));
    }

    [Fact]
    public async Task A_rejected_write_stores_nothing()
    {
        await Assert.ThrowsAsync<JournalRejectedException>(() => WriteAsync(new JournalFaults { RejectWrite = 1 }));
        Assert.Equal(0, await HighestAsync(_inner));
    }

    [Fact]
    public async Task Reads_and_deletions_fail_as_well_until_the_faults_are_switched_off()
    {
        await using var journal = Journal(new JournalFaults { FailRead = 1 });
        await Assert.ThrowsAsync<JournalException>(() => HighestAsync(journal));
        await Assert.ThrowsAsync<JournalException>(() => journal.ReadAsync("a", 1, 9, 9, default).AsTask());
        await Assert.ThrowsAsync<JournalException>(() => journal.DeleteAsync("a", 1, default).AsTask());
        journal.IsFaulty = false;
        Assert.Equal(0, await HighestAsync(journal));
    }

    [Fact]
    public async Task A_delay_passes_on_the_clock_that_it_was_given()
    {
        var write = WriteAsync(new JournalFaults { MaxDelay = TimeSpan.FromHours(1) });
        Assert.False(write.IsCompleted);
        while (!write.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }

        await write;
        Assert.Equal(1, await HighestAsync(_inner));
    }

    [Fact]
    public async Task The_same_seed_makes_the_same_faults_and_another_seed_others()
    {
        Assert.Equal(await FaultsAsync(1), await FaultsAsync(1));
        Assert.NotEqual(await FaultsAsync(1), await FaultsAsync(2));

        async Task<string> FaultsAsync(int seed)
        {
            await using var journal = Journal(new JournalFaults { FailRead = 0.5 }, seed);
            var faults = "";
            for (var i = 0; i < 64; i++)
                faults += await Record.ExceptionAsync(() => HighestAsync(journal)) is null ? '.' : 'x';
            return faults;
        }
    }

    static Task<long> HighestAsync(IJournal journal) => journal.ReadHighestSequenceNrAsync("a", default).AsTask();

    FaultyJournal Journal(JournalFaults faults, int seed = 1) => new(_inner, faults, _time, seed);

    async Task WriteAsync(JournalFaults faults)
    {
        await using var journal = Journal(faults);
        await journal.WriteAsync(new JournalWrite("a", Guid.NewGuid(), 1, [new SerializedEvent(1, "test", new byte[] { 1 })]));
    }
}
