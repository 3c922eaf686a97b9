using LogosActors.Actors.TestKit;
using Xunit.Abstractions;

namespace LogosActors.Actors.Tests.Conformance;

public sealed class MailboxesOnEmbeddedHost(ITestOutputHelper output) : MailboxRules(Hosts.Embedded, output);

public sealed class MailboxesOnDeterministicHost(ITestOutputHelper output) : MailboxRules(Hosts.Deterministic, output);

/// <summary>The contract about bounded and unbounded mailboxes.</summary>
public abstract class MailboxRules(HostFactory host, ITestOutputHelper output) : ConformanceSuite(host, output)
{
    [Fact]
    public async Task With_backpressure_senders_wait_for_room_and_are_admitted_in_their_order()
    {
        var probe = CreateTestProbe();
        var actor = await HeldAsync(probe, MailboxOptions.Bounded(3, MailboxOverflow.Backpressure));
        Task[] told = [.. Enumerable.Range(0, 10).Select(i => actor.TellAsync(i).AsTask())];
        await AdvanceAsync(Second);
        Assert.Equal(3, told.Count(t => t.IsCompletedSuccessfully));
        Assert.All(told.Skip(3), task => Assert.False(task.IsCompleted));
        Gate.SetResult();
        Assert.Equal(Enumerable.Range(0, 10).Cast<object>(), await probe.ReceiveN(10));
        foreach (var task in told)
            await AwaitAsync(task);
    }

    [Fact]
    public async Task A_sender_that_gives_up_waiting_takes_its_message_back()
    {
        var probe = CreateTestProbe();
        var letters = DeadLetterProbe();
        var actor = await HeldAsync(probe, MailboxOptions.Bounded(1, MailboxOverflow.Backpressure));
        using var cancellation = new CancellationTokenSource();
        actor.Tell("has room");
        var first = actor.TellAsync("waits").AsTask();
        var given = actor.TellAsync("gives up", sender: null, cancellation.Token).AsTask();
        var last = actor.TellAsync("waits, too").AsTask();
        Cancel(cancellation);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => AwaitAsync(given));
        Gate.SetResult();
        Assert.Equal(["has room", "waits", "waits, too"], await probe.ReceiveN(3));
        await AwaitAsync(first);
        await AwaitAsync(last);
        await probe.ExpectNoMsg();
        Assert.Equal(0, letters.Waiting);
    }

    [Fact]
    public async Task A_sender_whose_token_is_cancelled_beforehand_tells_nothing()
    {
        var probe = CreateTestProbe();
        var actor = await HeldAsync(probe, MailboxOptions.Bounded(1, MailboxOverflow.Backpressure));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await actor.TellAsync("x", sender: null, new CancellationToken(canceled: true)));
        Gate.SetResult();
        await probe.ExpectNoMsg();
    }

    [Theory]
    [InlineData(MailboxOverflow.Backpressure)]
    [InlineData(MailboxOverflow.Fail)]
    public async Task A_sender_that_cannot_wait_learns_whose_mailbox_is_full(MailboxOverflow rule)
    {
        var probe = CreateTestProbe();
        var actor = await HeldAsync(probe, MailboxOptions.Bounded(2, rule));
        actor.Tell(1);
        actor.Tell(2);
        var full = Assert.Throws<MailboxFullException>(() => actor.Tell(3));
        Assert.Equal(actor, full.Recipient);
        Assert.Contains(actor.Path, full.Message, StringComparison.Ordinal);
        Assert.Contains("2 messages", full.Message, StringComparison.Ordinal);
        Gate.SetResult();
        Assert.Equal([1, 2], await probe.ReceiveN(2));
        await probe.ExpectNoMsg();
    }

    [Fact]
    public async Task With_the_rule_to_fail_nobody_waits()
    {
        var probe = CreateTestProbe();
        var actor = await HeldAsync(probe, MailboxOptions.Bounded(1, MailboxOverflow.Fail));
        await actor.TellAsync("has room");
        await Assert.ThrowsAsync<MailboxFullException>(async () => await actor.TellAsync("has none"));
        Gate.SetResult();
        await probe.ExpectMsg("has room");
        await probe.ExpectNoMsg();
    }

    [Theory]
    [InlineData(MailboxOverflow.DropOldest, new[] { 2, 3, 4 }, new[] { 0, 1 })]
    [InlineData(MailboxOverflow.DropNewest, new[] { 0, 1, 2 }, new[] { 3, 4 })]
    public async Task A_full_mailbox_drops_by_its_rule_and_what_it_drops_is_a_dead_letter(MailboxOverflow rule, int[] kept, int[] dropped)
    {
        var probe = CreateTestProbe();
        var letters = DeadLetterProbe();
        var actor = await HeldAsync(probe, MailboxOptions.Bounded(3, rule));
        for (var i = 0; i < 4; i++)
            probe.Send(actor, i);
        await actor.TellAsync(4, probe.Ref);
        foreach (var message in dropped)
            await letters.ExpectMsg(new DeadLetter(message, probe.Ref, actor, DeadLetterReason.MailboxOverflow));
        Gate.SetResult();
        Assert.Equal(kept, (await probe.ReceiveN(3)).Cast<int>());
        await probe.ExpectNoMsg();
        Assert.Equal(0, letters.Waiting);
    }

    [Fact]
    public async Task A_message_that_has_been_taken_makes_room_for_exactly_one()
    {
        var probe = CreateTestProbe();
        var actor = System.Spawn(Props.Create(() => new AwaitingActor(async (self, message) =>
        {
            probe.Ref.Tell(message);
            await Task.Delay(Second, self.Context.System.Time, self.Context.Stopping);
        })) with
        { Mailbox = MailboxOptions.Bounded(2, MailboxOverflow.Fail) });
        actor.Tell(0);
        await probe.ExpectMsg(0);
        actor.Tell(1);
        actor.Tell(2);
        for (var i = 3; i < 6; i++)
        {
            Assert.Throws<MailboxFullException>(() => actor.Tell("too many"));
            await AdvanceAsync(Second);
            await probe.ExpectMsg(i - 2);
            actor.Tell(i);
        }
    }

    [Theory]
    [InlineData(MailboxOverflow.Backpressure)]
    [InlineData(MailboxOverflow.DropOldest)]
    [InlineData(MailboxOverflow.DropNewest)]
    [InlineData(MailboxOverflow.Fail)]
    public async Task What_the_system_says_passes_beyond_the_bound_and_takes_no_room(MailboxOverflow rule)
    {
        var probe = CreateTestProbe();
        var watched = System.Spawn(Props.Create(() => new ScriptedActor((_, _) => { })));
        var actor = Held(probe, MailboxOptions.Bounded(2, rule));
        actor.Tell(Do(context =>
        {
            context.Watch(watched);
            context.StartSingleTimer("key", "timer", Second);
        }));
        await HoldAsync(actor, probe);
        actor.Tell("first");
        await AdvanceAsync(2 * Second);
        await AwaitAsync(System.StopAsync(watched, Second));
        actor.Tell("second");
        Gate.SetResult();
        Assert.Equal(["first", "timer", new Terminated(watched), "second"], await probe.ReceiveN(4));
    }

    [Fact]
    public async Task The_oldest_message_is_dropped_and_never_a_signal_of_the_system()
    {
        var probe = CreateTestProbe();
        var actor = Held(probe, MailboxOptions.Bounded(1, MailboxOverflow.DropOldest));
        actor.Tell(Do(context => context.StartSingleTimer("key", "timer", Second)));
        await AdvanceAsync(TimeSpan.Zero);
        await HoldAsync(actor, probe);
        await AdvanceAsync(2 * Second);
        actor.Tell("dropped");
        actor.Tell("kept");
        Gate.SetResult();
        Assert.Equal(["timer", "kept"], await probe.ReceiveN(2));
        await probe.ExpectNoMsg();
    }

    [Fact]
    public async Task A_full_mailbox_takes_a_poison_pill()
    {
        var probe = CreateTestProbe();
        var actor = await HeldAsync(probe, MailboxOptions.Bounded(1, MailboxOverflow.Fail));
        probe.Watch(actor);
        actor.Tell("before");
        actor.Tell(PoisonPill.Instance);
        Gate.SetResult();
        await probe.ExpectMsg("before");
        await probe.ExpectTerminated(actor);
    }

    [Fact]
    public async Task A_failed_child_is_restarted_while_its_parent_awaits_and_messages_of_users_wait()
    {
        var probe = CreateTestProbe();
        var parent = Held(probe, MailboxOptions.Bounded(1, MailboxOverflow.Fail));
        parent.Tell(Do(context => probe.Ref.Tell(context.Spawn(Props.Create(() => new ScriptedActor((_, message) =>
        {
            if (message is "fail")
                throw new FormatException("fail");
            probe.Ref.Tell(message);
        }))))));
        var child = await probe.ExpectMsg<ActorRef>();
        await HoldAsync(parent, probe);
        parent.Tell("waits");
        child.Tell("fail");
        child.Tell("restarted");
        await probe.ExpectMsg("restarted");
        Gate.SetResult();
        await probe.ExpectMsg("waits");
    }

    [Fact]
    public async Task When_an_actor_stops_all_that_waits_becomes_dead_letters_and_waiting_senders_go_on()
    {
        var probe = CreateTestProbe();
        var letters = DeadLetterProbe();
        var actor = await HeldAsync(probe, MailboxOptions.Bounded(2, MailboxOverflow.Backpressure));
        Task[] told = [.. Enumerable.Range(0, 5).Select(i => actor.TellAsync(i, probe.Ref).AsTask())];
        System.Stop(actor);
        Gate.SetResult();
        for (var i = 0; i < told.Length; i++)
        {
            await letters.ExpectMsg(new DeadLetter(i, probe.Ref, actor, DeadLetterReason.RecipientStopped));
            await AwaitAsync(told[i]);
        }

        await AwaitAsync(actor.TellAsync("late", probe.Ref).AsTask());
        await letters.ExpectMsg(new DeadLetter("late", probe.Ref, actor, DeadLetterReason.RecipientStopped));
        await letters.ExpectNoMsg();
    }

    [Fact]
    public async Task A_restart_keeps_a_bounded_mailbox_and_the_senders_that_wait()
    {
        var probe = CreateTestProbe();
        var actor = Held(probe, MailboxOptions.Bounded(2, MailboxOverflow.Backpressure), failing: true);
        await HoldAsync(actor, probe);
        Task[] told = [.. Enumerable.Range(0, 5).Select(i => actor.TellAsync(i).AsTask())];
        Gate.SetResult();
        Assert.Equal(Enumerable.Range(0, 5).Cast<object>(), await probe.ReceiveN(5));
        foreach (var task in told)
            await AwaitAsync(task);
    }

    [Fact]
    public async Task The_pressure_travels_upstream_through_an_actor_that_awaits_its_telling()
    {
        var probe = CreateTestProbe();
        var tight = MailboxOptions.Bounded(1, MailboxOverflow.Backpressure);
        var sink = await HeldAsync(probe, tight);
        var middle = System.Spawn(
            Props.Create(() => new AwaitingActor(async (self, message) => await sink.TellAsync(message, self.Self))) with { Mailbox = tight });
        var told = new List<Task>();
        for (var i = 0; i < 10; i++)
        {
            told.Add(middle.TellAsync(i).AsTask());
            await AdvanceAsync(Second);
        }

        // One waits before the sink, one is in the middle's hands, one waits before the middle.
        Assert.Equal(3, told.Count(t => t.IsCompleted));
        Gate.SetResult();
        Assert.Equal(Enumerable.Range(0, 10).Cast<object>(), await probe.ReceiveN(10));
    }

    [Fact]
    public async Task An_unbounded_mailbox_holds_whatever_comes()
    {
        const int Many = 20_000;
        var probe = CreateTestProbe();
        var actor = await HeldAsync(probe, MailboxOptions.Unbounded);
        for (var i = 0; i < Many; i += 2)
        {
            actor.Tell(i);
            await actor.TellAsync(i + 1);
        }

        Assert.Equal(Many, System.Tree().Single(a => a.Actor == actor).MailboxDepth);
        Gate.SetResult();
        Assert.Equal(Enumerable.Range(0, Many).Cast<object>(), await probe.ReceiveN(Many, 30 * Second));
    }

    static Action<ActorContext> Do(Action<ActorContext> act) => act;

    // Not CancelAsync, which leaves the thread of the deterministic host.
    static void Cancel(CancellationTokenSource source) => source.Cancel();

    TestProbe DeadLetterProbe()
    {
        var letters = CreateTestProbe();
        System.EventStream.Subscribe<DeadLetter>(letters.Ref);
        return letters;
    }

    async Task<ActorRef> HeldAsync(TestProbe probe, MailboxOptions mailbox)
    {
        var actor = Held(probe, mailbox);
        await HoldAsync(actor, probe);
        return actor;
    }

    /// <summary>An actor that handles nothing more after "hold", until the gate opens; then it tells the probe what it gets.</summary>
    ActorRef Held(TestProbe probe, MailboxOptions mailbox, bool failing = false) =>
        System.Spawn(Props.Create(() => new AwaitingActor(async (self, message) =>
        {
            switch (message)
            {
                case Action<ActorContext> act:
                    act(self.Context);
                    break;
                case "hold":
                    probe.Ref.Tell("holding");
                    await Gate.Task;
                    if (failing)
                        throw new FormatException("fail");
                    break;
                default:
                    probe.Ref.Tell(message);
                    break;
            }
        })) with
        { Mailbox = mailbox });

    static async Task HoldAsync(ActorRef actor, TestProbe probe)
    {
        actor.Tell("hold");
        await probe.ExpectMsg("holding");
    }
}
