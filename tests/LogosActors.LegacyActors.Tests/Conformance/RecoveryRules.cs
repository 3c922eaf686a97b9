using LogosActors.Actors.Persistence;
using LogosActors.Actors.TestKit;
using Xunit.Abstractions;

namespace LogosActors.Actors.Tests.Conformance;

public sealed class RecoveryOnEmbeddedHost(ITestOutputHelper output) : RecoveryRules(Hosts.Embedded, output);

public sealed class RecoveryOnDeterministicHost(ITestOutputHelper output) : RecoveryRules(Hosts.Deterministic, output);

/// <summary>The contract about recovery: from events, from snapshots, and how many at a time.</summary>
public abstract class RecoveryRules(HostFactory host, ITestOutputHelper output) : PersistenceSuite(
    host, output, static options => options with { MaxConcurrentRecoveries = Limit, RecoveryPageSize = 2, RecoveryTimeout = 5 * Second })
{
    const int Limit = 3;

    [Fact]
    public async Task All_events_are_recovered_in_order_and_then_the_completion_before_the_first_message()
    {
        Put("a", "1", "2", "3", "4", "5");
        var probe = CreateTestProbe();
        var notebook = Open("a", new Script
        {
            Recovers = (self, message) => probe.Ref.Tell((message, self.Last)),
            Receive = (_, message) => probe.Ref.Tell(message),
        });
        notebook.Tell("message");
        for (var i = 1; i <= 5; i++)
            await probe.ExpectMsg(((object)new Noted($"{i}"), (long)i));
        await probe.ExpectMsg(((object)RecoveryCompleted.Instance, 5L));
        await probe.ExpectMsg("message");
    }

    [Fact]
    public async Task An_empty_history_is_a_completed_recovery()
    {
        var probe = CreateTestProbe();
        Open("a", new Script { Recovers = (self, message) => probe.Ref.Tell((message, self.Last)) });
        await probe.ExpectMsg(((object)RecoveryCompleted.Instance, 0L));
        await probe.ExpectNoMsg();
    }

    [Fact]
    public async Task What_is_persisted_when_the_recovery_completes_comes_before_the_first_message()
    {
        var notebook = Open("a", new Script
        {
            Recovers = (self, message) =>
            {
                if (message is RecoveryCompleted)
                    self.Persist(new Noted("opened"), self.Apply);
            },
        });
        Assert.Equal("opened", await ReadAsync(notebook));
    }

    [Fact]
    public async Task A_recovery_starts_from_the_newest_snapshot_and_goes_on_with_the_later_events()
    {
        var probe = CreateTestProbe();
        var notebook = Open("a", Saving(probe));
        foreach (var text in new[] { "a", "b", "save", "c", "save", "d" })
            notebook.Tell(text);
        Assert.Equal([new SnapshotSaved(2), new SnapshotSaved(3)], (await probe.ReceiveN(2)).Cast<SnapshotSaved>().OrderBy(s => s.SequenceNr));
        await CloseAsync(notebook);
        var reopened = Open("a", new Script { Recovers = (self, message) => probe.Ref.Tell((message, self.Last)) });
        Assert.Equal("a b c d", await ReadAsync(reopened));
        var (offer, last) = await probe.ExpectMsg<(object, long)>();
        Assert.Equal((new Summary("a b c"), 3L, 3L), (((SnapshotOffer)offer).State, ((SnapshotOffer)offer).SequenceNr, last));
        await probe.ExpectMsg(((object)new Noted("d"), 4L));
        await probe.ExpectMsg(((object)RecoveryCompleted.Instance, 4L));
    }

    [Fact]
    public async Task A_snapshot_stands_for_the_events_that_were_deleted_behind_it()
    {
        var probe = CreateTestProbe();
        var notebook = Open("a", Saving(probe));
        foreach (var text in new[] { "a", "b", "save", "delete events" })
        {
            notebook.Tell(text);
            if (text is "save")
                await probe.ExpectMsg(new SnapshotSaved(2));
        }

        await probe.ExpectMsg(new EventsDeleted(2));
        await CloseAsync(notebook);
        var reopened = Open("a");
        Assert.Equal("a b", await ReadAsync(reopened));
        await NoteAsync(reopened, "c");
        Assert.Equal(3, Journal.Writes[^1].FirstSequenceNr);
    }

    [Fact]
    public async Task Without_its_deleted_snapshots_the_actor_recovers_from_all_events()
    {
        var probe = CreateTestProbe();
        var notebook = Open("a", Saving(probe));
        foreach (var text in new[] { "a", "save" })
            notebook.Tell(text);
        await probe.ExpectMsg(new SnapshotSaved(1));
        notebook.Tell("delete snapshots");
        await probe.ExpectMsg(new SnapshotsDeleted(1));
        await CloseAsync(notebook);
        var reopened = Open("a", new Script { Recovers = (_, message) => probe.Ref.Tell(message) });
        Assert.Equal("a", await ReadAsync(reopened));
        await probe.ExpectMsg(new Noted("a"));
        await probe.ExpectMsg(RecoveryCompleted.Instance);
    }

    [Fact]
    public async Task So_many_recover_at_a_time_the_others_wait_and_all_finish()
    {
        Journal.HoldReads();
        var notebooks = Enumerable.Range(0, 4 * Limit).Select(i => Open($"{i}")).ToList();
        await AwaitCondition(() => Journal.Reading == Limit);
        await AdvanceAsync(Second);
        Assert.Equal(Limit, Journal.Reading);
        Journal.ReleaseReads();
        foreach (var notebook in notebooks)
            Assert.Equal("", await ReadAsync(notebook));
        Assert.Equal(Limit, Journal.MostReading);
    }

    [Fact]
    public async Task One_that_is_stopped_while_it_recovers_or_waits_to_makes_room_for_the_next()
    {
        Journal.HoldReads();
        var recovering = Enumerable.Range(0, Limit).Select(i => Open($"recovering-{i}")).ToList();
        await AwaitCondition(() => Journal.Reading == Limit);
        var waiting = Enumerable.Range(0, Limit).Select(i => Open($"waiting-{i}")).ToList();
        await AdvanceAsync(Second);
        foreach (var notebook in waiting.Concat(recovering))
            await CloseAsync(notebook);
        var last = Enumerable.Range(0, Limit).Select(i => Open($"last-{i}")).ToList();
        await AwaitCondition(() => Journal.Reading == Limit);
        Journal.ReleaseReads();
        foreach (var notebook in last)
            Assert.Equal("", await ReadAsync(notebook));
    }

    [Fact]
    public async Task A_recovery_that_takes_too_long_stops_the_actor_with_an_error_that_says_so()
    {
        var probe = CreateTestProbe();
        Journal.HoldReads();
        var notebook = Open("slow", Reporting(probe));
        probe.Watch(notebook);
        await AwaitCondition(() => Journal.Reading == 1);
        await AdvanceAsync(6 * Second);
        var error = await probe.ExpectMsg<TimeoutException>();
        Assert.Contains("slow", error.Message, StringComparison.Ordinal);
        Assert.Contains("00:00:05", error.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(PersistenceOptions.RecoveryTimeout), error.Message, StringComparison.Ordinal);
        await probe.ExpectTerminated(notebook);
    }

    [Theory]
    [InlineData("from.the.future", "it")]
    [InlineData("test.noted", "\0")]
    public async Task An_event_that_cannot_be_read_stops_its_actor_and_no_other(string manifest, string text)
    {
        Put("bad", "good");
        // A byte that no UTF-8 text has, where the manifest is known.
        var payload = text is "\0" ? new byte[] { 0xFF } : Stored(text).Payload;
        Journal.Put("bad", 2, new SerializedEvent(EventSerialization.ProtobufSerializerId, manifest, payload));
        var probe = CreateTestProbe();
        var sibling = Open("sibling");
        var bad = Open("bad", Reporting(probe));
        probe.Watch(bad);
        var error = await probe.ExpectMsg<UnreadableEventException>();
        Assert.Contains("bad, sequence number 2:", error.Message, StringComparison.Ordinal);
        Assert.Contains(manifest, error.Message, StringComparison.Ordinal);
        await probe.ExpectTerminated(bad);
        await NoteAsync(sibling, "goes on");
        Assert.Single(Logs.Entries, entry => entry.Exception is UnreadableEventException);
    }

    [Fact]
    public async Task A_snapshot_that_cannot_be_read_stops_its_actor_rather_than_to_recover_without_it()
    {
        Put("bad", "good");
        await Snapshots.SaveAsync(
            "bad", new StoredSnapshot(1, DateTimeOffset.UnixEpoch, Stored("x", "from.the.future")), CancellationToken.None);
        var probe = CreateTestProbe();
        var bad = Open("bad", Reporting(probe));
        probe.Watch(bad);
        var error = await probe.ExpectMsg<UnreadableEventException>();
        Assert.Contains("bad, the snapshot of sequence number 1:", error.Message, StringComparison.Ordinal);
        Assert.Contains("from.the.future", error.Message, StringComparison.Ordinal);
        await probe.ExpectTerminated(bad);
    }

    [Fact]
    public async Task An_event_that_is_missing_between_others_stops_the_actor()
    {
        Put("bad", "1", "2", "3", "4", "5", "6");
        var pages = 0;
        Journal.BeforePage = () =>
        {
            // Another program deletes after the first page of two was read.
            if (++pages == 2)
                Assert.True(Journal.DeleteAsync("bad", 3, CancellationToken.None).AsTask().IsCompletedSuccessfully);
        };
        var probe = CreateTestProbe();
        var bad = Open("bad", Reporting(probe));
        probe.Watch(bad);
        var error = await probe.ExpectMsg<UnreadableEventException>();
        Assert.Contains("bad, sequence number 3:", error.Message, StringComparison.Ordinal);
        await probe.ExpectTerminated(bad);
    }

    [Fact]
    public async Task A_failure_to_apply_a_recovered_event_stops_its_actor_and_no_other()
    {
        Put("bad", "good", "poison");
        var probe = CreateTestProbe();
        var sibling = Open("sibling");
        var bad = Open("bad", Reporting(probe) with
        {
            Recovers = (_, message) =>
            {
                if (message is Noted { Text: "poison" })
                    throw new FormatException("poisoned");
            },
        });
        probe.Watch(bad);
        Assert.Equal("poisoned", (await probe.ExpectMsg<FormatException>()).Message);
        await probe.ExpectTerminated(bad);
        Assert.Contains(Logs.Entries, entry => entry.Exception is FormatException && entry.Message.StartsWith("bad:", StringComparison.Ordinal));
        await NoteAsync(sibling, "goes on");
    }

    [Fact]
    public async Task Nothing_can_be_persisted_by_a_recovery()
    {
        Put("a", "good");
        var probe = CreateTestProbe();
        var notebook = Open("a", Reporting(probe) with
        {
            Recovers = (self, message) =>
            {
                if (message is Noted)
                    self.Persist(new Noted("again"), _ => { });
            },
        });
        probe.Watch(notebook);
        Assert.Contains("being recovered", (await probe.ExpectMsg<InvalidOperationException>()).Message, StringComparison.Ordinal);
        await probe.ExpectTerminated(notebook);
        Assert.Empty(Journal.Writes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nul\0")]
    public async Task An_actor_whose_persistence_id_cannot_be_stored_does_not_start(string id)
    {
        var probe = CreateTestProbe();
        var notebook = Open(id, Reporting(probe));
        probe.Watch(notebook);
        Assert.Contains("persistence id", (await probe.ExpectMsg<JournalRejectedException>()).Message, StringComparison.Ordinal);
        await probe.ExpectTerminated(notebook);
    }

    static Script Reporting(TestProbe probe) => new() { RecoveryFailed = cause => probe.Ref.Tell(cause) };

    static Script Saving(TestProbe probe) => new()
    {
        Receive = (self, message) =>
        {
            switch (message)
            {
                case "save":
                    self.Save();
                    break;
                case "delete events":
                    self.DeleteEvents(self.Last);
                    break;
                case "delete snapshots":
                    self.DeleteSnapshots(self.Last);
                    break;
                case string text:
                    self.Note(text);
                    break;
                default:
                    probe.Ref.Tell(message);
                    break;
            }
        },
    };
}
