using LogosActors.Actors.Persistence;
using Xunit.Abstractions;

namespace LogosActors.Actors.Tests.Conformance;

public sealed class PersistOnEmbeddedHost(ITestOutputHelper output) : PersistRules(Hosts.Embedded, output);

public sealed class PersistOnDeterministicHost(ITestOutputHelper output) : PersistRules(Hosts.Deterministic, output);

/// <summary>The contract about persisting: what is stored, and when which handler runs.</summary>
public abstract class PersistRules(HostFactory host, ITestOutputHelper output) : PersistenceSuite(host, output)
{
    [Fact]
    public async Task An_event_is_applied_when_it_is_stored_and_the_commands_wait_for_it()
    {
        var probe = CreateTestProbe();
        var notebook = Open("a");
        Journal.HoldWrites();
        probe.Send(notebook, "first");
        probe.Send(notebook, "second");
        probe.Send(notebook, new Read());
        await AwaitCondition(() => Journal.Writes.Count == 1);
        await probe.ExpectNoMsg();
        Assert.Single(Journal.Writes);
        Journal.ReleaseWrites();
        Assert.Equal(["first", "second", "first second"], await probe.ReceiveN(3));
    }

    [Fact]
    public async Task Events_that_are_persisted_together_are_one_write_and_are_handled_in_order_before_the_next_command()
    {
        var probe = CreateTestProbe();
        var notebook = Open("a", new Script
        {
            Receive = (self, message) => self.PersistAll(
                ((string)message).Split(' ').Select(text => new Noted(text)),
                noted =>
                {
                    self.Apply(noted);
                    self.Respond((noted.Text, self.Last));
                }),
        });
        probe.Send(notebook, "one two three");
        probe.Send(notebook, "four five");
        Assert.Equal(
            [("one", 1L), ("two", 2L), ("three", 3L), ("four", 4L), ("five", 5L)], (await probe.ReceiveN(5)).Cast<(string, long)>());
        Assert.Equal([3, 2], Journal.Writes.Select(write => write.Events.Count));
    }

    [Fact]
    public async Task Of_events_that_are_persisted_together_none_is_stored_when_one_has_no_codec()
    {
        var probe = CreateTestProbe();
        var notebook = Open("a", new Script
        {
            Receive = (self, message) => self.PersistAll<object>([new Noted("one"), new Secret("two"), new Noted("three")], self.Respond),
            Rejected = (cause, rejected, sequenceNr) => probe.Ref.Tell((rejected, sequenceNr)),
        });
        probe.Send(notebook, "go");
        await probe.ExpectMsg(((object)new Noted("one"), 1L));
        await probe.ExpectNoMsg();
        Assert.Empty(Journal.Writes);
    }

    [Fact]
    public async Task Handlers_run_in_the_order_of_the_calls_and_what_they_persist_comes_before_the_next_command()
    {
        var probe = CreateTestProbe();
        var notebook = Open("a", new Script
        {
            Receive = (self, message) =>
            {
                self.Persist(new Noted($"{message}1"), one =>
                {
                    self.Respond(one.Text);
                    self.Persist(new Noted($"{message}3"), three => self.Respond(three.Text));
                });
                self.Persist(new Noted($"{message}2"), two => self.Respond(two.Text));
                self.Respond($"{message}0");
            },
        });
        probe.Send(notebook, "a");
        probe.Send(notebook, "b");
        Assert.Equal(["a0", "a1", "a2", "a3", "b0", "b1", "b2", "b3"], await probe.ReceiveN(8));
        Assert.Equal([1, 2, 3, 4, 5, 6], Journal.Writes.SelectMany(w => Enumerable.Range((int)w.FirstSequenceNr, w.Events.Count)));
    }

    [Fact]
    public async Task Commands_go_on_while_an_event_is_persisted_asynchronously_and_the_handlers_keep_their_order()
    {
        var probe = CreateTestProbe();
        var notebook = Open("a", new Script
        {
            Receive = (self, message) =>
            {
                self.PersistAsync(new Noted((string)message), noted => self.Respond($"{noted.Text} stored as {self.Last}"));
                self.Respond($"{message} taken");
            },
        });
        Journal.HoldWrites();
        foreach (var text in new[] { "a", "b", "c" })
            probe.Send(notebook, text);
        Assert.Equal(["a taken", "b taken", "c taken"], await probe.ReceiveN(3));
        await probe.ExpectNoMsg();
        Journal.ReleaseWrites();
        Assert.Equal(["a stored as 1", "b stored as 2", "c stored as 3"], await probe.ReceiveN(3));
        Assert.Equal([1, 2], Journal.Writes.Select(write => write.Events.Count));
    }

    [Fact]
    public async Task What_is_persisted_waits_for_what_was_persisted_asynchronously_before_it()
    {
        var probe = CreateTestProbe();
        var notebook = Open("a", new Script
        {
            Receive = (self, message) =>
            {
                if (message is "async")
                    self.PersistAsync(new Noted("async"), noted => self.Respond(noted.Text));
                else
                    self.Note((string)message);
            },
        });
        Journal.HoldWrites();
        probe.Send(notebook, "async");
        probe.Send(notebook, "sync");
        probe.Send(notebook, new Read());
        await AwaitCondition(() => Journal.Writes.Count == 1);
        await probe.ExpectNoMsg();
        Journal.ReleaseWrites();
        Assert.Equal(["async", "sync", "sync"], await probe.ReceiveN(3));
    }

    [Fact]
    public async Task A_deferred_handler_runs_after_everything_that_was_persisted_before_it_and_stores_nothing()
    {
        var probe = CreateTestProbe();
        var notebook = Open("a", new Script
        {
            Receive = (self, message) =>
            {
                if (message is "store")
                    self.PersistAsync(new Noted("stored"), noted => self.Respond(noted.Text));
                self.Defer(() => self.Respond($"after {message}"));
            },
        });
        probe.Send(notebook, "nothing");
        await probe.ExpectMsg("after nothing");
        Journal.HoldWrites();
        probe.Send(notebook, "store");
        probe.Send(notebook, "more");
        await AwaitCondition(() => Journal.Writes.Count == 1);
        await probe.ExpectNoMsg();
        Journal.ReleaseWrites();
        Assert.Equal(["stored", "after store", "after more"], await probe.ReceiveN(3));
        Assert.Single(Journal.Writes);
    }

    [Fact]
    public async Task Sender_and_self_of_a_handler_are_those_of_its_command()
    {
        var (first, second) = (CreateTestProbe(), CreateTestProbe());
        var notebook = Open("a", new Script
        {
            Receive = (self, message) =>
            {
                void Answer(Noted noted) => self.Respond((noted.Text, self.Address));
                var noted = new Noted((string)message);
                if (message is "async" or "last")
                    self.PersistAsync(noted, Answer);
                else
                    self.Persist(noted, Answer);
                self.Defer(() => self.Respond($"{message} deferred"));
            },
        });
        Journal.HoldWrites();
        first.Send(notebook, "async");
        second.Send(notebook, "sync");
        first.Send(notebook, "last");
        await AwaitCondition(() => Journal.Writes.Count == 1);
        Journal.ReleaseWrites();
        Assert.Equal(
            [("async", notebook), "async deferred", ("last", notebook), "last deferred"], await first.ReceiveN(4));
        Assert.Equal([("sync", notebook), "sync deferred"], await second.ReceiveN(2));
    }

    [Fact]
    public async Task Sequence_numbers_have_no_gap_over_restarts_rejections_and_reopening()
    {
        var probe = CreateTestProbe();
        var script = new Script
        {
            Receive = (self, message) =>
            {
                switch (message)
                {
                    case "fail":
                        throw new FormatException("fail");
                    case "reject":
                        self.Persist(new Secret("x"), _ => { });
                        break;
                    default:
                        self.Persist(new Noted((string)message), _ => self.Respond(self.Last));
                        break;
                }
            },
        };
        var notebook = Open("a", script);
        foreach (var message in new[] { "a", "fail", "b", "reject", "c" })
            probe.Send(notebook, message);
        Assert.Equal([1L, 2L, 3L], await probe.ReceiveN(3));
        await CloseAsync(notebook);
        probe.Send(Open("a", script), "d");
        await probe.ExpectMsg(4L);
        Assert.Equal([1, 2, 3, 4], Journal.Writes.Select(write => write.FirstSequenceNr));
    }

    [Fact]
    public async Task Deleted_events_are_not_recovered_and_their_numbers_are_not_used_again()
    {
        var probe = CreateTestProbe();
        var script = new Script
        {
            Receive = (self, message) =>
            {
                switch (message)
                {
                    case long to:
                        self.DeleteEvents(to);
                        break;
                    case EventsDeleted:
                        probe.Ref.Tell(message);
                        break;
                    default:
                        self.Persist(new Noted((string)message), _ => self.Respond(self.Last));
                        break;
                }
            },
        };
        var notebook = Open("a", script);
        foreach (var text in new[] { "a", "b", "c" })
            probe.Send(notebook, text);
        Assert.Equal([1L, 2L, 3L], await probe.ReceiveN(3));
        await EventFilter.Exception<ArgumentOutOfRangeException>().Expect(1, () => notebook.Tell(4L));
        probe.Send(notebook, 2L);
        await probe.ExpectMsg(new EventsDeleted(2));
        await CloseAsync(notebook);
        var reopened = Open("a", script);
        Assert.Equal("c", await ReadAsync(reopened));
        probe.Send(reopened, 3L);
        await probe.ExpectMsg(new EventsDeleted(3));
        await CloseAsync(reopened);
        probe.Send(Open("a", script), "d");
        await probe.ExpectMsg(4L);
    }

    [Fact]
    public async Task A_deletion_that_is_under_way_has_ended_before_the_next_incarnation_recovers()
    {
        Put("a", "a", "b", "c");
        var notebook = Open("a", new Script
        {
            Receive = (self, message) =>
            {
                if (message is "fail")
                    throw new FormatException("fail");
                if (message is "delete")
                    self.DeleteEvents(2);
            },
        });
        Assert.Equal("a b c", await ReadAsync(notebook));
        Journal.HoldWrites();
        notebook.Tell("delete");
        notebook.Tell("fail");
        var notes = notebook.Ask<string>(new Read(), 20 * Second);
        await AdvanceAsync(Second);
        Assert.False(notes.IsCompleted);
        Journal.ReleaseWrites();
        Assert.Equal("c", await AwaitAsync(notes));
    }
}
