using LogosActors.Actors.Persistence;
using LogosActors.Actors.TestKit;
using Xunit.Abstractions;

namespace LogosActors.Actors.Tests.Conformance;

public sealed class SingleWriterOnEmbeddedHost(ITestOutputHelper output) : SingleWriterRules(Hosts.Embedded, output);

public sealed class SingleWriterOnDeterministicHost(ITestOutputHelper output) : SingleWriterRules(Hosts.Deterministic, output);

/// <summary>The contract that a history has one living writer, and that it is free as soon as that has stopped.</summary>
public abstract class SingleWriterRules(HostFactory host, ITestOutputHelper output)
    : PersistenceSuite(host, output, static options => options with { RecoveryTimeout = 5 * Second })
{
    ActorRef? _parent;

    /// <summary>How an actor may come to its end.</summary>
    public enum End
    {
        Stop,
        PoisonPill,
        StopItself,
        StopDuringAWrite,
        StopDuringTheRecovery,
        FirstConstructorFails,
        FirstStartHookFails,
        RecoveryTimesOut,
        RecoveryFails,
        WriteFails,
        ParentStops,
        StopDuringTheBackoff,
        ConstructorFailsAtTheRestart,
        StartHookFailsAtTheRestart,
        SecondRecoveryFails,
    }

    public static TheoryData<End> Ends => new(Enum.GetValues<End>());

    [Fact]
    public async Task A_second_writer_of_a_history_in_the_same_system_does_not_start()
    {
        var probe = CreateTestProbe();
        var first = Open("a");
        await NoteAsync(first, "one");
        var second = Open("a", new Script { RecoveryFailed = cause => probe.Ref.Tell(cause) });
        probe.Watch(second);
        var error = await probe.ExpectMsg<WriterFencedException>();
        Assert.Equal("a", error.PersistenceId);
        Assert.Contains(first.Path, error.Message, StringComparison.Ordinal);
        Assert.Contains(second.Path, error.Message, StringComparison.Ordinal);
        await probe.ExpectTerminated(second);
        await NoteAsync(first, "two");
        Assert.Equal("one two", await ReadAsync(first));
    }

    [Fact]
    public async Task Of_two_writers_in_two_systems_the_one_whose_number_is_taken_is_stopped()
    {
        var probe = CreateTestProbe();
        var mine = Open("a", new Script { Failed = (cause, _, sequenceNr) => probe.Ref.Tell((cause, sequenceNr)) });
        probe.Watch(mine);
        await NoteAsync(mine, "both know this");
        await using (var other = StartOtherSystem())
        {
            var theirs = other.System.Spawn(Props.Create(() => new Notebook("a", new Script())));
            Assert.Equal("theirs", await other.AwaitAsync(theirs.Ask<string>("theirs", 20 * Second)));
            mine.Tell("mine");
            var (cause, sequenceNr) = await probe.ExpectMsg<(Exception, long)>();
            Assert.Equal("a", Assert.IsType<WriterFencedException>(cause).PersistenceId);
            Assert.Equal(2, sequenceNr);
            await probe.ExpectTerminated(mine);
            Assert.Equal("theirs too", await other.AwaitAsync(theirs.Ask<string>("theirs too", 20 * Second)));
        }

        Assert.Equal("both know this theirs theirs too", await ReadAsync(Open("a")));
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task A_history_is_free_when_its_writer_has_stopped_in_whatever_way(End end)
    {
        Put("a", "stored");
        var probe = CreateTestProbe();
        var incarnations = 0;
        var notebook = await OpenUnderAsync(end, () => Interlocked.Increment(ref incarnations));
        await EndAsync(end, notebook, probe);
        // At once: the watcher has just been told.
        var successor = Open("a");
        Assert.StartsWith("stored", await ReadAsync(successor), StringComparison.Ordinal);
        await NoteAsync(successor, "free");
    }

    [Fact]
    public async Task An_actor_keeps_its_history_while_it_waits_for_its_restart()
    {
        var probe = CreateTestProbe();
        var notebook = await OpenPatientAsync(new Script { Receive = FailOrNote });
        await NoteAsync(notebook, "one");
        notebook.Tell("fail");
        await AwaitCondition(() => System.Tree().Any(info => info.Actor == notebook && info.State == ActorState.Restarting));
        var second = Open("a", new Script { RecoveryFailed = cause => probe.Ref.Tell(cause) });
        probe.Watch(second);
        await probe.ExpectMsg<WriterFencedException>();
        await probe.ExpectTerminated(second);
        await AdvanceAsync(30 * Second);
        Assert.Equal("one", await ReadAsync(notebook));
        await NoteAsync(notebook, "two");
    }

    static void FailOrNote(INotebook self, object message)
    {
        switch (message)
        {
            case "fail":
                throw new FormatException("fail");
            case "stop":
                self.Own.Stop(self.Address);
                break;
            default:
                self.Note((string)message);
                break;
        }
    }

    async Task<ActorRef> OpenUnderAsync(End end, Func<int> count)
    {
        void Construct()
        {
            var incarnation = count();
            if (end == End.FirstConstructorFails || (end == End.ConstructorFailsAtTheRestart && incarnation > 1))
                throw new FormatException("constructor");
        }

        var started = 0;
        var script = new Script
        {
            Receive = FailOrNote,
            Starts = _ =>
            {
                if (end == End.FirstStartHookFails || (end == End.StartHookFailsAtTheRestart && ++started > 1))
                    throw new FormatException("start hook");
            },
            Recovers = (_, message) =>
            {
                if (message is Noted && (end == End.RecoveryFails || (end == End.SecondRecoveryFails && ++started > 1)))
                    throw new FormatException("recovery");
            },
        };
        if (end is End.RecoveryTimesOut or End.StopDuringTheRecovery)
            Journal.HoldReads();
        return end is End.StopDuringTheBackoff or End.ParentStops
            ? await OpenPatientAsync(script)
            : System.Spawn(Props.Create(() => Make(script, Construct)));
    }

    async Task EndAsync(End end, ActorRef notebook, TestProbe probe)
    {
        probe.Watch(notebook);
        switch (end)
        {
            case End.Stop:
                await ReadAsync(notebook);
                System.Stop(notebook);
                break;
            case End.PoisonPill:
                notebook.Tell(PoisonPill.Instance);
                break;
            case End.StopItself:
                notebook.Tell("stop");
                break;
            case End.StopDuringAWrite:
                Journal.HoldWrites();
                notebook.Tell("written");
                await AwaitCondition(() => Journal.Writes.Count == 1);
                System.Stop(notebook);
                Journal.ReleaseWrites();
                break;
            case End.StopDuringTheRecovery:
                await AwaitCondition(() => Journal.Reading == 1);
                System.Stop(notebook);
                break;
            case End.RecoveryTimesOut:
                await AwaitCondition(() => Journal.Reading == 1);
                await AdvanceAsync(6 * Second);
                break;
            case End.WriteFails:
                Journal.FailNextWrite(new JournalException("The disk is full."));
                notebook.Tell("lost");
                break;
            case End.ParentStops:
                await ReadAsync(notebook);
                System.Stop(_parent!);
                break;
            case End.StopDuringTheBackoff:
                notebook.Tell("fail");
                await AwaitCondition(() => System.Tree().Any(info => info.Actor == notebook && info.State == ActorState.Restarting));
                await AdvanceAsync(Second);
                System.Stop(notebook);
                break;
            case End.ConstructorFailsAtTheRestart or End.StartHookFailsAtTheRestart or End.SecondRecoveryFails:
                await ReadAsync(notebook);
                notebook.Tell("fail");
                break;
        }

        await probe.ExpectTerminated(notebook);
        Journal.ReleaseReads();
    }

    static Notebook Make(Script script, Action construct)
    {
        construct();
        return new Notebook("a", script);
    }

    /// <summary>A notebook that waits ten seconds before each restart.</summary>
    async Task<ActorRef> OpenPatientAsync(Script script)
    {
        (_parent, var children) = await SpawnUnderAsync(
            new OneForOneStrategy { Backoff = new ExponentialBackoff(10 * Second, 10 * Second) },
            Props.Create(() => new Notebook("a", script)));
        return children[0];
    }
}
