using LogosActors.Actors.Persistence;
using LogosActors.Actors.TestKit;
using Xunit.Abstractions;

namespace LogosActors.Actors.Tests.Conformance;

public sealed class PersistFailureOnEmbeddedHost(ITestOutputHelper output) : PersistFailureRules(Hosts.Embedded, output);

public sealed class PersistFailureOnDeterministicHost(ITestOutputHelper output) : PersistFailureRules(Hosts.Deterministic, output);

/// <summary>The contract about writes that fail or are rejected, and about failures, restarts and stops around a write.</summary>
public abstract class PersistFailureRules(HostFactory host, ITestOutputHelper output) : PersistenceSuite(host, output)
{
    [Fact]
    public async Task A_write_that_fails_stops_the_actor_and_its_event_is_not_applied()
    {
        var probe = CreateTestProbe();
        var notebook = Open("a", new Script { Failed = (cause, failed, sequenceNr) => probe.Ref.Tell((cause.Message, failed, sequenceNr)) });
        probe.Watch(notebook);
        await NoteAsync(notebook, "stored");
        Journal.FailNextWrite(new JournalException("The disk is full."));
        await EventFilter.Error("a: event 2 (Noted) was not stored").Expect(1, () =>
        {
            probe.Send(notebook, "lost");
            notebook.Tell("comes too late");
        });
        await probe.ExpectMsg(("The disk is full.", (object)new Noted("lost"), 2L));
        await probe.ExpectTerminated(notebook);
        await probe.ExpectNoMsg();
        var reopened = Open("a");
        Assert.Equal("stored", await ReadAsync(reopened));
        await NoteAsync(reopened, "goes on");
    }

    [Fact]
    public async Task A_write_whose_answer_is_lost_stops_the_actor_and_its_event_is_recovered()
    {
        var probe = CreateTestProbe();
        var notebook = Open("a");
        probe.Watch(notebook);
        Journal.StoresBeforeFailing = true;
        Journal.FailNextWrite(new JournalException("The connection is lost."));
        probe.Send(notebook, "stored all the same");
        await probe.ExpectTerminated(notebook);
        Assert.Equal("stored all the same", await ReadAsync(Open("a")));
    }

    [Fact]
    public async Task An_actor_whose_failure_hook_throws_stops_all_the_same()
    {
        var probe = CreateTestProbe();
        var notebook = Open("a", new Script { Failed = (_, _, _) => throw new FormatException("hook") });
        probe.Watch(notebook);
        Journal.FailNextWrite(new JournalException("The disk is full."));
        probe.Send(notebook, "lost");
        await probe.ExpectTerminated(notebook);
        Assert.Equal("", await ReadAsync(Open("a")));
    }

    [Fact]
    public async Task A_rejected_event_is_told_and_the_actor_goes_on_without_it()
    {
        var probe = CreateTestProbe();
        var notebook = Open("a", new Script
        {
            Receive = (self, message) =>
            {
                if (message is "secret")
                    self.Persist(new Secret("secret"), _ => self.Respond("handled"));
                else
                    self.Note((string)message);
            },
            Rejected = (cause, rejected, sequenceNr) => probe.Ref.Tell((cause.GetType(), rejected, sequenceNr)),
        });
        foreach (var text in new[] { "before", "secret", "after" })
            probe.Send(notebook, text);
        await probe.ExpectMsg("before");
        await probe.ExpectMsg((typeof(JournalRejectedException), (object)new Secret("secret"), 2L));
        await probe.ExpectMsg("after");
        Assert.Equal("before after", await ReadAsync(notebook));
    }

    [Fact]
    public async Task A_write_that_the_journal_rejects_does_not_take_its_neighbours_along()
    {
        var probe = CreateTestProbe();
        Journal.Rejects = write => write.Events.Any(stored => stored.Payload.Span.SequenceEqual("bad"u8));
        var notebook = Open("a", new Script
        {
            Receive = (self, message) => self.PersistAsync(new Noted((string)message), noted =>
            {
                self.Apply(noted);
                self.Respond((noted.Text, self.Last));
            }),
            Rejected = (_, rejected, sequenceNr) => probe.Ref.Tell((((Noted)rejected).Text, sequenceNr)),
        });
        // The first is on its way while the others gather into one write.
        Journal.HoldWrites();
        foreach (var text in new[] { "first", "good", "bad", "better" })
            probe.Send(notebook, text);
        Assert.Equal("", await ReadAsync(notebook));
        Journal.ReleaseWrites();
        Assert.Equal(
            [("first", 1L), ("good", 2L), ("bad", 3L), ("better", 3L)], (await probe.ReceiveN(4)).Cast<(string, long)>());
        await CloseAsync(notebook);
        Assert.Equal("first good better", await ReadAsync(Open("a")));
    }

    [Fact]
    public async Task A_handler_that_throws_restarts_the_actor_and_its_event_is_there()
    {
        var notebook = Open("a", new Script
        {
            Receive = (self, message) => self.Persist(new Noted((string)message), noted =>
                throw new FormatException(noted.Text)),
        });
        await EventFilter.Exception<FormatException>("stored").Expect(1, () => notebook.Tell("stored"));
        Assert.Equal("stored", await ReadAsync(notebook));
    }

    [Fact]
    public async Task A_command_that_fails_has_persisted_nothing()
    {
        var notebook = await ResumedAsync((self, message) =>
        {
            self.Persist(new Noted((string)message), self.Apply);
            if (message is "bad")
                throw new FormatException("bad");
        });
        foreach (var text in new[] { "good", "bad", "better" })
            notebook.Tell(text);
        Assert.Equal("good better", await ReadAsync(notebook));
    }

    [Fact]
    public async Task A_resumed_actor_runs_the_handlers_that_are_left_before_the_next_message()
    {
        var probe = CreateTestProbe();
        var notebook = await ResumedAsync((self, message) => self.PersistAll(
            ((string)message).Split(' ').Select(text => new Noted(text)),
            noted =>
            {
                self.Apply(noted);
                if (noted.Text is "bad")
                    throw new FormatException("bad");
                self.Respond((noted.Text, self.Last));
            }));
        probe.Send(notebook, "one bad three");
        probe.Send(notebook, new Read());
        probe.Send(notebook, "four");
        await probe.ExpectMsg(("one", 1L));
        await probe.ExpectMsg(("three", 3L));
        await probe.ExpectMsg("one bad three");
        await probe.ExpectMsg(("four", 4L));
    }

    [Fact]
    public async Task A_resumed_actor_runs_the_asynchronous_handlers_that_are_left_though_no_message_comes()
    {
        var probe = CreateTestProbe();
        var notebook = await ResumedAsync((self, message) =>
        {
            foreach (var text in ((string)message).Split(' '))
            {
                self.PersistAsync(new Noted(text), noted =>
                {
                    if (noted.Text is "bad")
                        throw new FormatException("bad");
                    self.Respond((noted.Text, self.Last));
                });
            }
        });
        probe.Send(notebook, "one bad three");
        await probe.ExpectMsg(("one", 1L));
        await probe.ExpectMsg(("three", 3L));
    }

    [Fact]
    public async Task A_stop_during_a_write_waits_for_it_and_its_handler_runs()
    {
        var probe = CreateTestProbe();
        var notebook = Open("a");
        probe.Watch(notebook);
        Journal.HoldWrites();
        probe.Send(notebook, "stored");
        await AwaitCondition(() => Journal.Writes.Count == 1);
        System.Stop(notebook);
        await probe.ExpectNoMsg();
        Journal.ReleaseWrites();
        await probe.ExpectMsg("stored");
        await probe.ExpectTerminated(notebook);
        Assert.Equal("stored", await ReadAsync(Open("a")));
    }

    [Fact]
    public async Task A_stop_during_an_asynchronous_write_waits_for_it_and_leaves_no_dead_letter()
    {
        var probe = CreateTestProbe();
        var notebook = Open("a", new Script { Receive = (self, message) => self.PersistAsync(new Noted((string)message), self.Apply) });
        probe.Watch(notebook);
        Journal.HoldWrites();
        notebook.Tell("stored");
        await AwaitCondition(() => Journal.Writes.Count == 1);
        await EventFilter.DeadLetter<object>().Expect(0, async () =>
        {
            System.Stop(notebook);
            await probe.ExpectNoMsg();
            Journal.ReleaseWrites();
            await probe.ExpectTerminated(notebook);
        });
        Assert.Equal("stored", await ReadAsync(Open("a")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_restart_during_a_write_waits_for_it_and_recovers_its_event(bool asynchronously)
    {
        var probe = CreateTestProbe();
        var script = new Script
        {
            Receive = (self, message) =>
            {
                if (asynchronously)
                    self.PersistAsync(new Noted((string)message), self.Apply);
                else
                    self.Persist(new Noted((string)message), self.Apply);
            },
        };
        var (_, children) = await SpawnUnderAsync(
            new AllForOneStrategy(),
            Props.Create(() => new Notebook("a", script)),
            Props.Create(() => new ScriptedActor((_, _) => throw new FormatException("fail"))));
        var (notebook, sibling) = (children[0], children[1]);
        Journal.HoldWrites();
        probe.Send(notebook, "stored");
        await AwaitCondition(() => Journal.Writes.Count == 1);
        sibling.Tell("fail");
        await AdvanceAsync(Second);
        var notes = notebook.Ask<string>(new Read(), 20 * Second);
        await AdvanceAsync(Second);
        Assert.False(notes.IsCompleted);
        Journal.ReleaseWrites();
        Assert.Equal("stored", await AwaitAsync(notes));
        Assert.Single(Journal.Writes);
    }

    /// <summary>A notebook under a supervisor that resumes it after each failure.</summary>
    async Task<ActorRef> ResumedAsync(Action<INotebook, object> receive) =>
        (await SpawnUnderAsync(
            new OneForOneStrategy { Decider = _ => Directive.Resume },
            Props.Create(() => new Notebook("a", new Script { Receive = receive })))).Children[0];
}
