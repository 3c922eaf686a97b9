using System.Text;
using LogosActors.Actors.Persistence;
using LogosActors.Actors.Persistence.Journals;

namespace LogosActors.Actors.Tests.Persistence;

/// <summary>What every journal promises, whatever it writes to.</summary>
public abstract class JournalContract : IAsyncLifetime
{
    protected static readonly Guid Writer = Guid.NewGuid();

    protected static CancellationToken None => CancellationToken.None;

    protected IJournal Journal { get; private set; } = null!;

    public virtual async Task InitializeAsync() => Journal = await OpenAsync();

    public virtual async Task DisposeAsync() => await Journal.DisposeAsync();

    [Fact]
    public async Task Events_come_back_in_order_as_they_were_written()
    {
        var payload = new byte[] { 0, 255, 1, 128 };
        await Journal.WriteAsync(new JournalWrite("a", Writer, 1, [new SerializedEvent(7, "first", payload)]));
        await Journal.WriteAsync(new JournalWrite("a", Writer, 2, [new SerializedEvent(8, "", Array.Empty<byte>()), Event("c")]));

        var history = await ReadAllAsync("a");

        Assert.Equal([1, 2, 3], history.Select(e => e.SequenceNr));
        Assert.Equal((7, "first"), (history[0].Event.SerializerId, history[0].Event.Manifest));
        Assert.Equal(payload, history[0].Event.Payload.ToArray());
        Assert.Equal((8, "", 0), (history[1].Event.SerializerId, history[1].Event.Manifest, history[1].Event.Payload.Length));
        Assert.Equal("c", Text(history[2]));
        Assert.Equal(3, await Journal.ReadHighestSequenceNrAsync("a", None));
    }

    [Fact]
    public async Task An_unknown_history_is_empty()
    {
        Assert.Equal(0, await Journal.ReadHighestSequenceNrAsync("nobody", None));
        Assert.Empty(await ReadAllAsync("nobody"));
        await Journal.DeleteAsync("nobody", 5, None);
        Assert.Equal(0, await Journal.ReadHighestSequenceNrAsync("nobody", None));
    }

    [Fact]
    public async Task Histories_do_not_mix()
    {
        string[] ids = ["a", "A", "a/b", "ä", "a ", "'; --", "🦊", new string('x', 255)];
        foreach (var id in ids)
            await WriteAsync(id, 1, $"of {id}");

        foreach (var id in ids)
            Assert.Equal($"of {id}", Text(Assert.Single(await ReadAllAsync(id))));
    }

    [Fact]
    public async Task A_number_that_is_already_written_is_fenced()
    {
        await WriteAsync("a", 1, "mine", "mine too");

        var error = await Assert.ThrowsAsync<WriterFencedException>(() => WriteAsync("a", 2, "theirs"));

        Assert.Equal("a", error.PersistenceId);
        Assert.Equal(["mine", "mine too"], await TextsAsync("a"));
        await WriteAsync("a", 3, "goes on");
    }

    [Fact]
    public async Task A_second_live_writer_is_fenced_even_when_it_believes_to_be_alone()
    {
        await WriteAsync("a", 1, "both know this");
        await using var other = await OpenSecondAsync();
        Assert.Equal(1, await other.ReadHighestSequenceNrAsync("a", None));
        await other.WriteAsync(new JournalWrite("a", Guid.NewGuid(), 2, [Event("theirs")]));

        await Assert.ThrowsAsync<WriterFencedException>(() => WriteAsync("a", 2, "mine"));

        Assert.Equal(["both know this", "theirs"], await TextsAsync("a"));
    }

    [Fact]
    public async Task A_number_that_another_writer_used_and_deleted_is_still_fenced()
    {
        await WriteAsync("a", 1, "both know this");
        await using var other = await OpenSecondAsync();
        await other.WriteAsync(new JournalWrite("a", Guid.NewGuid(), 2, [Event("theirs"), Event("theirs too")]));
        await other.DeleteAsync("a", 3, None);

        await Assert.ThrowsAsync<WriterFencedException>(() => WriteAsync("a", 2, "mine"));

        Assert.Equal(3, await Journal.ReadHighestSequenceNrAsync("a", None));
    }

    [Fact]
    public async Task Of_two_writers_that_race_exactly_one_wins_each_number()
    {
        await using var other = await OpenSecondAsync();
        var wins = 0;
        for (var number = 1; number <= 50; number++)
        {
            var attempts = new[] { Journal, other }
                .Select(journal => journal.WriteAsync(new JournalWrite("a", Writer, number, [Event("x")])).AsTask()).ToList();
            foreach (var attempt in attempts)
            {
                if (await Record.ExceptionAsync(() => attempt) is { } error)
                    Assert.IsType<WriterFencedException>(error);
                else
                    wins++;
            }
        }

        Assert.Equal(50, wins);
        Assert.Equal(Enumerable.Range(1, 50).Select(n => (long)n), (await ReadAllAsync("a")).Select(e => e.SequenceNr));
    }

    [Fact]
    public async Task A_gap_is_never_written()
    {
        await WriteAsync("a", 1, "x");

        var error = await Assert.ThrowsAsync<JournalException>(() => WriteAsync("a", 3, "y"));
        await Assert.ThrowsAsync<JournalException>(() => WriteAsync("b", 2, "y"));

        Assert.Contains("gap", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, await Journal.ReadHighestSequenceNrAsync("a", None));
        Assert.Equal(0, await Journal.ReadHighestSequenceNrAsync("b", None));
    }

    [Fact]
    public async Task Events_of_one_write_are_stored_together_or_not_at_all()
    {
        await WriteAsync("a", 1, "1", "2");

        await Assert.ThrowsAsync<WriterFencedException>(() => WriteAsync("a", 2, "2'", "3'", "4'"));

        Assert.Equal(["1", "2"], await TextsAsync("a"));
    }

    [Fact]
    public async Task One_bad_write_fails_alone_among_many()
    {
        await WriteAsync("bad", 1, "x");
        var good = Enumerable.Range(0, 200).Select(i => WriteAsync($"good-{i}", 1, "x")).ToList();
        var fenced = WriteAsync("bad", 1, "again");
        var gap = WriteAsync("gap", 9, "x");
        good.AddRange(Enumerable.Range(200, 200).Select(i => WriteAsync($"good-{i}", 1, "x")));

        await Assert.ThrowsAsync<WriterFencedException>(() => fenced);
        await Assert.ThrowsAsync<JournalException>(() => gap);
        await Task.WhenAll(good);
        for (var i = 0; i < 400; i++)
            Assert.Equal(1, await Journal.ReadHighestSequenceNrAsync($"good-{i}", None));
    }

    [Fact]
    public async Task Writes_that_do_not_wait_for_each_other_keep_their_order()
    {
        var writes = Enumerable.Range(1, 500).Select(n => WriteAsync("a", n, $"{n}")).ToList();

        await Task.WhenAll(writes);

        Assert.Equal(Enumerable.Range(1, 500).Select(n => $"{n}"), await TextsAsync("a"));
    }

    [Fact]
    public async Task What_follows_a_fenced_write_without_waiting_fails_too()
    {
        await WriteAsync("a", 1, "x");
        var fenced = WriteAsync("a", 1, "again");
        var next = WriteAsync("a", 3, "after a write that I believe in");

        await Assert.ThrowsAsync<WriterFencedException>(() => fenced);
        await Assert.ThrowsAnyAsync<JournalException>(() => next);
        Assert.Equal(["x"], await TextsAsync("a"));
    }

    [Fact]
    public async Task A_thousand_actors_write_at_once_without_gap_or_duplicate()
    {
        await Task.WhenAll(Enumerable.Range(0, 1000).Select(actor => Task.Run(async () =>
        {
            for (var n = 1; n <= 5; n++)
                await WriteAsync($"actor-{actor}", n, $"{actor}:{n}");
        })));

        for (var actor = 0; actor < 1000; actor++)
            Assert.Equal(Enumerable.Range(1, 5).Select(n => $"{actor}:{n}"), await TextsAsync($"actor-{actor}"));
    }

    [Fact]
    public async Task Deleted_events_are_gone_and_their_numbers_stay_used()
    {
        await WriteAsync("a", 1, "1", "2", "3");

        await Journal.DeleteAsync("a", 2, None);
        Assert.Equal(["3"], await TextsAsync("a"));

        await Journal.DeleteAsync("a", long.MaxValue, None);
        Assert.Empty(await ReadAllAsync("a"));
        Assert.Equal(3, await Journal.ReadHighestSequenceNrAsync("a", None));
        await Assert.ThrowsAsync<WriterFencedException>(() => WriteAsync("a", 1, "from the start"));
        await WriteAsync("a", 4, "4");
        await Journal.DeleteAsync("a", 1, None);
        Assert.Equal(["4"], await TextsAsync("a"));
    }

    [Fact]
    public async Task A_page_holds_what_was_asked_for_and_no_more()
    {
        await WriteAsync("a", 1, [.. Enumerable.Range(1, 10).Select(n => $"{n}")]);

        Assert.Equal([1, 2, 3], (await Journal.ReadAsync("a", 1, 10, 3, None)).Select(e => e.SequenceNr));
        Assert.Equal([9, 10], (await Journal.ReadAsync("a", 9, long.MaxValue, 100, None)).Select(e => e.SequenceNr));
        Assert.Equal([4, 5], (await Journal.ReadAsync("a", 4, 5, 100, None)).Select(e => e.SequenceNr));
        Assert.Empty(await Journal.ReadAsync("a", 11, 20, 100, None));
        Assert.Empty(await Journal.ReadAsync("a", 5, 4, 100, None));
        Assert.Empty(await Journal.ReadAsync("a", 1, 10, 0, None));
    }

    [Fact]
    public async Task A_journal_that_is_opened_again_knows_everything()
    {
        await WriteAsync("a", 1, "1", "2", "3");
        await Journal.DeleteAsync("a", 1, None);
        await Journal.DisposeAsync();

        Journal = await OpenAsync();

        Assert.Equal(["2", "3"], await TextsAsync("a"));
        Assert.Equal(3, await Journal.ReadHighestSequenceNrAsync("a", None));
        await WriteAsync("a", 4, "4");
    }

    [Fact]
    public async Task What_was_accepted_is_stored_before_the_journal_closes()
    {
        var accepted = Enumerable.Range(1, 300).Select(n => WriteAsync("a", n, $"{n}")).ToList();

        await Journal.DisposeAsync();

        await Task.WhenAll(accepted);
        Journal = await OpenAsync();
        Assert.Equal(300, await Journal.ReadHighestSequenceNrAsync("a", None));
    }

    [Fact]
    public async Task A_large_event_survives()
    {
        var payload = new byte[3 << 20];
        new Random(1).NextBytes(payload);
        await Journal.WriteAsync(new JournalWrite("a", Writer, 1, [new SerializedEvent(2, "large", payload)]));

        Assert.Equal(payload, Assert.Single(await ReadAllAsync("a")).Event.Payload.ToArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData("nul\0")]
    [InlineData("lone % surrogate")]
    [InlineData("lone surrogate at the end %")]
    [InlineData("too long", 256)]
    public async Task A_persistence_id_that_cannot_be_stored_is_rejected(string id, int length = 0)
        // The attribute itself could not hold the lone surrogate.
        => await Assert.ThrowsAsync<JournalRejectedException>(() => WriteAsync(id.Replace('%', '\ud83e').PadRight(length), 1, "x"));

    [Fact]
    public async Task A_write_that_cannot_be_stored_is_rejected_and_the_actor_goes_on()
    {
        await WriteAsync("a", 1, "1");
        await Assert.ThrowsAsync<JournalRejectedException>(() => Journal.WriteAsync(new JournalWrite("a", Writer, 2, [])).AsTask());
        await Assert.ThrowsAsync<JournalRejectedException>(() => Journal.WriteAsync(
            new JournalWrite("a", Writer, 2, [new SerializedEvent(2, new string('m', 501), Array.Empty<byte>())])).AsTask());
        await Assert.ThrowsAsync<JournalRejectedException>(() => Journal.WriteAsync(
            new JournalWrite("a", Writer, 0, [Event("x")])).AsTask());
        await WriteAsync("a", 2, "2");
    }

    /// <summary>Opens the journal of this test; each time on the same data.</summary>
    protected abstract Task<IJournal> OpenAsync();

    /// <summary>Opens the same data as another process would.</summary>
    protected abstract Task<IJournal> OpenSecondAsync();

    protected static SerializedEvent Event(string text) => new(2, "test.Text", Encoding.UTF8.GetBytes(text));

    protected static string Text(JournalEntry entry) => Encoding.UTF8.GetString(entry.Event.Payload.Span);

    protected Task WriteAsync(string id, long first, params string[] texts)
        => Journal.WriteAsync(new JournalWrite(id, Writer, first, [.. texts.Select(Event)])).AsTask();

    protected ValueTask<IReadOnlyList<JournalEntry>> ReadAllAsync(string id)
        => Journal.ReadAsync(id, 1, long.MaxValue, int.MaxValue, None);

    protected async Task<string[]> TextsAsync(string id) => [.. (await ReadAllAsync(id)).Select(Text)];
}

public sealed class InMemoryJournalTests : JournalContract
{
    readonly InMemoryJournal _journal = new();

    protected override Task<IJournal> OpenAsync() => Task.FromResult<IJournal>(_journal);

    protected override Task<IJournal> OpenSecondAsync() => OpenAsync();
}
