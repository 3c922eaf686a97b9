using LogosActors.Actors.TestKit;
using Microsoft.Extensions.Logging;
using Xunit.Abstractions;

namespace LogosActors.Actors.Tests.Conformance;

public sealed class OverloadOnEmbeddedHost(ITestOutputHelper output) : OverloadRules(Hosts.Embedded, output);

public sealed class OverloadOnDeterministicHost(ITestOutputHelper output) : OverloadRules(Hosts.Deterministic, output);

/// <summary>The contract about actors that take too long or get too much: the others do not suffer.</summary>
public abstract class OverloadRules(HostFactory host, ITestOutputHelper output) : SupervisionSuite(host, output)
{
    [Fact]
    public async Task A_stop_that_waits_for_a_handler_without_end_times_out_and_names_the_actor()
    {
        var gate = new TaskCompletionSource();
        var stuck = await SpawnStuck(gate.Task, "stuck");
        var stopped = System.StopAsync(stuck, 2 * Second);
        await AdvanceAsync(3 * Second);
        var error = await Assert.ThrowsAsync<TimeoutException>(() => AwaitAsync(stopped));
        Assert.Contains("/stuck (Awaiting)", error.Message, StringComparison.Ordinal);
        var other = SpawnSupervisor(new OneForOneStrategy());
        Assert.Equal(0, await Count(await SpawnCounter(other)));
        var probe = CreateTestProbe();
        probe.Watch(stuck);
        gate.SetResult();
        await probe.ExpectTerminated(stuck);
    }

    [Fact]
    public async Task A_shutdown_goes_on_without_an_actor_that_does_not_stop_and_names_it()
    {
        var gate = new TaskCompletionSource();
        var after = 0;
        await SpawnStuck(gate.Task, "stuck");
        System.Shutdown.AddTask(ShutdownPhase.ActorSystemTerminate, "after the actors", _ =>
        {
            after++;
            return Task.CompletedTask;
        });
        var terminated = System.TerminateAsync();
        await AdvanceAsync(2 * System.Options.PhaseTimeout);
        await AwaitAsync(terminated);
        Assert.Equal(1, after);
        Assert.Contains(Logs.Entries, e => e.Level == LogLevel.Warning
            && e.Message.Contains("ActorSystemTerminate", StringComparison.Ordinal) && e.Message.Contains("/stuck (Awaiting)", StringComparison.Ordinal));
        Assert.False(System.WhenTerminated.IsCompleted);
        gate.SetResult();
        await AwaitAsync(System.WhenTerminated);
    }

    [Fact]
    public async Task An_actor_that_floods_itself_does_not_keep_others_from_their_turns()
    {
        var flooding = true;
        var flooder = Spawn((self, message) =>
        {
            if (Volatile.Read(ref flooding))
                self.Self.Tell(message);
        });
        for (var i = 0; i < 1000; i++)
            flooder.Tell(i);
        var other = Spawn((self, message) => self.Reply(message));
        for (var i = 0; i < 100; i++)
            Assert.Equal(i, await AwaitAsync(other.Ask<int>(i, Second)));
        Volatile.Write(ref flooding, false);
    }

    [Fact]
    public async Task Work_that_yields_without_end_does_not_keep_others_from_their_turns()
    {
        var yielding = true;
        var yielder = System.Spawn(Props.Create(() => new AwaitingActor(async (_, _) =>
        {
            while (Volatile.Read(ref yielding))
                await Task.Yield();
        })));
        yielder.Tell("go");
        var other = Spawn((self, message) => self.Reply(message));
        for (var i = 0; i < 100; i++)
            Assert.Equal(i, await AwaitAsync(other.Ask<int>(i, Second)));
        Volatile.Write(ref yielding, false);
    }

    [Fact]
    public async Task Thousands_of_failing_children_are_all_restarted_and_others_get_their_turns()
    {
        const int Children = 2000;
        var probe = CreateTestProbe();
        var other = Spawn((self, message) => self.Reply(message));
        var supervisor = System.Spawn(Props.Create(() => new ScriptedActor
        {
            OnPreStart = self =>
            {
                for (var i = 0; i < Children; i++)
                    self.Context.Spawn(Props.Create(() => new ScriptedActor { OnPostRestart = (_, _) => probe.Ref.Tell("restarted") }));
            },
            OnReceive = (self, message) =>
            {
                foreach (var child in self.Context.Children)
                    Crash(child);
            },
        }));
        supervisor.Tell("crash them");
        for (var i = 0; i < 20; i++)
            Assert.Equal(i, await AwaitAsync(other.Ask<int>(i, Second)));
        Assert.Equal(Children, (await probe.ReceiveN(Children, 20 * Second)).Count);
    }

    [Fact]
    public async Task A_storm_of_watches_leaves_each_watcher_with_the_one_Terminated_that_it_wants()
    {
        const int Watchers = 500;
        var probe = CreateTestProbe();
        var watched = Spawn((_, _) => { });
        var watchers = Enumerable.Range(0, Watchers).Select(i => Spawn((self, message) =>
        {
            if (message is Terminated)
            {
                probe.Ref.Tell(i);
                return;
            }

            for (var n = 0; n < 20; n++)
            {
                self.Context.Watch(watched);
                self.Context.Unwatch(watched);
            }

            if (i % 2 == 0)
                self.Context.Watch(watched);
            self.Reply("ready");
        })).ToArray();
        foreach (var watcher in watchers)
            Assert.Equal("ready", await AwaitAsync(watcher.Ask<string>("storm", Second)));
        System.Stop(watched);
        var told = await probe.ReceiveN(Watchers / 2);
        Assert.Equal(Enumerable.Range(0, Watchers).Where(i => i % 2 == 0), told.Cast<int>().Order());
        await probe.ExpectNoMsg();
    }

    [Theory]
    [InlineData(MailboxOverflow.DropNewest)]
    [InlineData(MailboxOverflow.DropOldest)]
    [InlineData(MailboxOverflow.Fail)]
    [InlineData(MailboxOverflow.Backpressure)]
    public async Task A_flood_into_a_bounded_mailbox_stays_within_its_bound(MailboxOverflow rule)
    {
        const int Capacity = 10;
        var gate = new TaskCompletionSource();
        var probe = CreateTestProbe();
        var busy = await SpawnBusy(gate.Task, probe, MailboxOptions.Bounded(Capacity, rule));
        var refused = 0;
        for (var i = 0; i < 1000; i++)
        {
            try
            {
                busy.Tell(i);
            }
            catch (MailboxFullException)
            {
                refused++;
            }
        }

        Assert.Equal(Capacity, System.Tree().Single(a => a.Actor == busy).MailboxDepth);
        Assert.Equal(1000 - Capacity, refused + System.DeadLetterCount);
        gate.SetResult();
        var kept = await probe.ReceiveN(Capacity);
        Assert.Equal(Enumerable.Range(rule == MailboxOverflow.DropOldest ? 1000 - Capacity : 0, Capacity).Cast<object>(), kept);
    }

    [Fact]
    public async Task A_sender_that_stops_waiting_for_room_has_told_nothing()
    {
        var gate = new TaskCompletionSource();
        var probe = CreateTestProbe();
        var busy = await SpawnBusy(gate.Task, probe, MailboxOptions.Bounded(1, MailboxOverflow.Backpressure));
        busy.Tell("second");
        using var cancellation = new CancellationTokenSource(Second, System.Time);
        var given = Enumerable.Range(0, 100).Select(i => busy.TellAsync(i, cancellation: cancellation.Token).AsTask()).ToArray();
        var patient = busy.TellAsync("third").AsTask();
        await AdvanceAsync(2 * Second);
        foreach (var one in given)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => AwaitAsync(one));
        gate.SetResult();
        await AwaitAsync(patient);
        Assert.Equal(["second", "third"], await probe.ReceiveN(2));
        await probe.ExpectNoMsg();
        Assert.Equal(0, System.DeadLetterCount);
    }

    [Fact]
    public async Task A_piped_result_that_finds_a_full_mailbox_is_a_dead_letter()
    {
        var gate = new TaskCompletionSource();
        var probe = CreateTestProbe();
        var busy = await SpawnBusy(gate.Task, probe, MailboxOptions.Bounded(1, MailboxOverflow.Fail));
        busy.Tell("second");
        var piping = Spawn((self, message) => self.Context.PipeTo(Task.FromResult(message), busy));
        await EventFilter.DeadLetter<string>(letter => letter.Recipient == busy && letter.Reason == DeadLetterReason.MailboxOverflow)
            .Expect(1, () => piping.Tell("result"));
        gate.SetResult();
        await probe.ExpectMsg("second");
    }

    /// <summary>An actor that hands each message to the probe, and is in the handler of the first until the task has ended.</summary>
    async Task<ActorRef> SpawnBusy(Task gate, TestProbe probe, MailboxOptions mailbox)
    {
        var props = Props.Create(() => new AwaitingActor(async (_, message) =>
        {
            probe.Ref.Tell(message);
            await gate;
        }));
        var busy = System.Spawn(props with { Mailbox = mailbox });
        busy.Tell("first");
        await probe.ExpectMsg("first");
        return busy;
    }

    /// <summary>An actor that is in a handler which ends with a task, whatever else is asked of it.</summary>
    async Task<ActorRef> SpawnStuck(Task gate, string name)
    {
        var stuck = System.Spawn(
            Props.Create(() => new AwaitingActor(async (self, _) =>
            {
                self.Reply("begun");
                await gate;
            })),
            name);
        Assert.Equal("begun", await AwaitAsync(stuck.Ask<string>("go", Second)));
        return stuck;
    }
}
