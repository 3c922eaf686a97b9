using LogosActors.Actors.TestKit;
using Xunit.Abstractions;

namespace LogosActors.Actors.Tests.Conformance;

public sealed class AskOnEmbeddedHost(ITestOutputHelper output) : AskRules(Hosts.Embedded, output);

public sealed class AskOnDeterministicHost(ITestOutputHelper output) : AskRules(Hosts.Deterministic, output);

/// <summary>The contract about requests with an answer, and about results of tasks.</summary>
public abstract class AskRules(HostFactory host, ITestOutputHelper output) : ConformanceSuite(host, output)
{
    [Fact]
    public async Task An_ask_completes_with_the_first_answer_and_a_second_one_is_a_dead_letter()
    {
        var letters = DeadLetterProbe();
        var actor = Spawn((self, _) =>
        {
            self.Reply("first");
            self.Reply("second");
        });
        Assert.Equal("first", await AwaitAsync(actor.Ask<string>("question", Second)));
        var letter = await letters.ExpectMsg<DeadLetter>();
        Assert.Equal(("second", actor, DeadLetterReason.NoRecipient), (letter.Message, letter.Sender, letter.Reason));
    }

    [Fact]
    public async Task A_time_out_names_the_recipient_the_message_and_the_time()
    {
        var actor = Spawn((_, _) => { }, "silent");
        var asked = actor.Ask<string>(new Question("?"), 1.5 * Second);
        await AdvanceAsync(1.4 * Second);
        Assert.False(asked.IsCompleted);
        await AdvanceAsync(0.1 * Second);
        var timeout = await Assert.ThrowsAsync<AskTimeoutException>(() => AwaitAsync(asked));
        Assert.Equal("/silent did not answer Question within 1500 ms.", timeout.Message);
    }

    [Fact]
    public async Task An_answer_after_the_time_out_is_a_dead_letter()
    {
        var letters = DeadLetterProbe();
        var probe = CreateTestProbe();
        var asked = probe.Ref.Ask<string>("question", Second);
        await probe.ExpectMsg("question");
        await AdvanceAsync(2 * Second);
        await Assert.ThrowsAsync<AskTimeoutException>(() => AwaitAsync(asked));
        probe.Reply("late");
        var letter = await letters.ExpectMsg<DeadLetter>();
        Assert.Equal(
            ("late", probe.Ref, probe.LastSender, DeadLetterReason.NoRecipient),
            (letter.Message, letter.Sender, letter.Recipient, letter.Reason));
        Assert.Equal(1, System.DeadLetterCount);
    }

    [Fact]
    public async Task An_answer_of_another_type_is_an_error_that_names_both_types()
    {
        var actor = Spawn((self, _) => self.Reply(42));
        var unexpected = await Assert.ThrowsAsync<UnexpectedAnswerException>(() => AwaitAsync(actor.Ask<string>("question", Second)));
        Assert.Equal(42, unexpected.Answer);
        Assert.Contains(typeof(int).FullName!, unexpected.Message, StringComparison.Ordinal);
        Assert.Contains(typeof(string).FullName!, unexpected.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_of_a_derived_type_is_an_answer()
    {
        var actor = Spawn((self, _) => self.Reply(new List<int> { 1, 2 }));
        Assert.Equal([1, 2], await AwaitAsync(actor.Ask<IEnumerable<int>>("question", Second)));
    }

    [Fact]
    public async Task The_cause_of_a_failure_that_is_answered_is_thrown_whatever_was_expected()
    {
        var cause = new FormatException("no such question");
        var actor = Spawn((self, _) => self.Reply(new Failure(cause)));
        Assert.Same(cause, await Assert.ThrowsAsync<FormatException>(() => AwaitAsync(actor.Ask<string>("question", Second))));
        Assert.Same(cause, await Assert.ThrowsAsync<FormatException>(() => AwaitAsync(actor.Ask<object>("question", Second))));
        Assert.Same(cause, (await AwaitAsync(actor.Ask<Failure>("question", Second))).Cause);
    }

    [Fact]
    public async Task A_cancelled_ask_ends_at_once()
    {
        var actor = Spawn((_, _) => { });
        using var cancellation = new CancellationTokenSource();
        var asked = actor.Ask<string>("question", 60 * Second, cancellation: cancellation.Token);
        Assert.False(asked.IsCompleted);
        Cancel(cancellation);
        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => AwaitAsync(asked));
        Assert.Equal(cancellation.Token, cancelled.CancellationToken);
    }

    [Fact]
    public async Task An_actor_that_has_stopped_does_not_answer_and_the_request_is_a_dead_letter()
    {
        var letters = DeadLetterProbe();
        var actor = Spawn((self, _) => self.Reply("answer"));
        await AwaitAsync(System.StopAsync(actor, Second));
        var asked = actor.Ask<string>("question", Second);
        var letter = await letters.ExpectMsg<DeadLetter>();
        Assert.Equal(("question", actor, DeadLetterReason.RecipientStopped), (letter.Message, letter.Recipient, letter.Reason));
        await AdvanceAsync(Second);
        await Assert.ThrowsAsync<AskTimeoutException>(() => AwaitAsync(asked));
    }

    [Fact]
    public async Task Each_of_many_asks_gets_its_own_answer()
    {
        var actor = Spawn((self, message) => self.Reply((int)message * 2));
        Task<int>[] asked = [.. Enumerable.Range(0, 200).Select(i => actor.Ask<int>(i, 9 * Second))];
        for (var i = 0; i < asked.Length; i++)
            Assert.Equal(2 * i, await AwaitAsync(asked[i]));
    }

    [Fact]
    public async Task An_actor_may_await_an_answer_of_another()
    {
        var oracle = Spawn((self, message) => self.Reply($"{message}!"));
        var asking = System.Spawn(Props.Create(() => new AwaitingActor(async (self, message) =>
            self.Reply(await oracle.Ask<string>(message, Second)))));
        Assert.Equal("question!", await AwaitAsync(asking.Ask<string>("question", Second)));
    }

    [Fact]
    public void An_ask_that_would_wait_for_no_time_or_for_ever_is_refused()
    {
        var actor = Spawn((self, _) => self.Reply("answer"));
        foreach (var timeout in new[] { TimeSpan.Zero, -Second, Timeout.InfiniteTimeSpan, TimeSpan.MaxValue, TimeSpan.FromMilliseconds(uint.MaxValue) })
            Assert.Throws<ArgumentOutOfRangeException>(() => { _ = actor.Ask<string>("question", timeout); });
        Assert.Throws<ArgumentNullException>(() => { _ = actor.Ask<string>(null!, Second); });
        Assert.Equal(0, System.DeadLetterCount);
    }

    [Fact]
    public async Task An_ask_that_finds_the_mailbox_full_fails_at_once_and_leaves_no_timer()
    {
        var probe = CreateTestProbe();
        var actor = System.Spawn(Props.Create(() => new AwaitingActor(async (_, message) =>
        {
            probe.Ref.Tell(message);
            await Gate.Task;
        })) with
        { Mailbox = MailboxOptions.Bounded(1, MailboxOverflow.Fail) });
        actor.Tell("hold");
        await probe.ExpectMsg("hold");
        actor.Tell("fills the mailbox");
        await Assert.ThrowsAsync<MailboxFullException>(() => AwaitAsync(actor.Ask<string>("question", Second)));
        Assert.Null(((VirtualTime)System.Time).UntilNextTimer);
    }

    [Fact]
    public async Task No_message_and_no_answer_is_null()
    {
        var probe = CreateTestProbe();
        var asked = probe.Ref.Ask<string>("question", Second);
        await probe.ExpectMsg("question");
        Assert.Throws<ArgumentNullException>(() => probe.Reply(null!));
        Assert.Throws<ArgumentNullException>(() => System.DeadLetters.Tell(null!));
        Assert.Throws<ArgumentNullException>(() => probe.Ref.Tell(null!));
        probe.Reply("answer");
        Assert.Equal("answer", await AwaitAsync(asked));
    }

    [Fact]
    public async Task The_result_of_a_piped_task_arrives_as_a_message_of_the_actor_itself()
    {
        var probe = CreateTestProbe();
        var result = new TaskCompletionSource<int>();
        var actor = Piping(probe, context => context.PipeTo(result.Task));
        actor.Tell("start");
        actor.Tell("other work goes on");
        await probe.ExpectMsg(((object)"other work goes on", System.DeadLetters));
        result.SetResult(42);
        await probe.ExpectMsg(((object)42, actor));
    }

    [Fact]
    public async Task The_result_of_a_piped_task_is_mapped_to_a_message()
    {
        var probe = CreateTestProbe();
        var actor = Piping(probe, context => context.PipeTo(Task.FromResult(42), map: number => $"number {number}"));
        actor.Tell("start");
        await probe.ExpectMsg(((object)"number 42", actor));
    }

    [Fact]
    public async Task A_piped_task_that_fails_or_yields_nothing_arrives_as_a_failure()
    {
        var probe = CreateTestProbe();
        var failed = new FormatException("fail");
        Piping(probe, context =>
        {
            context.PipeTo(Task.FromException<int>(failed));
            context.PipeTo(Task.FromResult(1), map: _ => throw failed);
            context.PipeTo(Task.FromCanceled<int>(new CancellationToken(canceled: true)));
            context.PipeTo(Task.FromResult<string?>(null));
        }).Tell("start");
        var failures = (await probe.ReceiveN(4)).Select(m => ((PipeFailure)(((object, ActorRef))m).Item1).Cause).ToArray();
        Assert.Equal([failed, failed], failures.OfType<FormatException>());
        Assert.Single(failures.OfType<OperationCanceledException>());
        Assert.Single(failures.OfType<InvalidOperationException>());
    }

    [Fact]
    public async Task A_failure_that_the_actor_does_not_handle_fails_it_with_its_cause()
    {
        var probe = CreateTestProbe();
        var parent = System.Spawn(Props.Create(() => new ScriptedActor((self, _) =>
            self.Context.Spawn(Props.Create(() => new ScriptedActor((child, message) =>
            {
                if (message is "start")
                    child.Context.PipeTo(Task.FromException<int>(new FormatException("disk full")));
                else
                    child.Unhandled(message);
            }))).Tell("start"))) with
        {
            SupervisorStrategy = new OneForOneStrategy
            {
                Decider = cause =>
                {
                    probe.Ref.Tell(cause);
                    return Directive.Stop;
                },
            },
        });
        parent.Tell("go");
        var cause = await probe.ExpectMsg<UnhandledPipeFailureException>();
        Assert.IsType<FormatException>(cause.InnerException);
        Assert.Contains("disk full", cause.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_task_may_be_piped_to_another_recipient()
    {
        var (probe, other) = (CreateTestProbe(), CreateTestProbe());
        var actor = Piping(probe, context =>
        {
            context.PipeTo(Task.FromResult(42), other.Ref);
            context.PipeTo(Task.FromException<int>(new FormatException("fail")), other.Ref);
        });
        actor.Tell("start");
        var received = await other.ReceiveN(2);
        Assert.Equal(actor, other.LastSender);
        Assert.Single(received.OfType<int>(), 42);
        Assert.IsType<FormatException>(Assert.Single(received.OfType<PipeFailure>()).Cause);
        await probe.ExpectNoMsg();
    }

    [Fact]
    public async Task A_piped_result_that_the_recipient_cannot_take_is_a_dead_letter()
    {
        var letters = DeadLetterProbe();
        var probe = CreateTestProbe();
        var full = System.Spawn(Props.Create(() => new AwaitingActor(async (_, message) =>
        {
            probe.Ref.Tell((message, System.DeadLetters));
            await Gate.Task;
        })) with
        { Mailbox = MailboxOptions.Bounded(1, MailboxOverflow.Fail) });
        full.Tell("hold");
        await probe.ExpectMsg(((object)"hold", System.DeadLetters));
        full.Tell("fills the mailbox");
        var actor = Piping(probe, context => context.PipeTo(Task.FromResult(42), full));
        actor.Tell("start");
        await letters.ExpectMsg(new DeadLetter(42, actor, full, DeadLetterReason.MailboxOverflow));
    }

    [Fact]
    public async Task The_result_for_an_actor_that_has_stopped_meanwhile_is_a_dead_letter()
    {
        var letters = DeadLetterProbe();
        var result = new TaskCompletionSource<int>();
        var actor = Piping(CreateTestProbe(), context => context.PipeTo(result.Task));
        actor.Tell("start");
        actor.Tell(PoisonPill.Instance);
        await AwaitCondition(() => System.Tree().All(a => a.Actor != actor));
        result.SetResult(42);
        await letters.ExpectMsg(new DeadLetter(42, actor, actor, DeadLetterReason.RecipientStopped));
    }

    // Not CancelAsync, which leaves the thread of the deterministic host.
    static void Cancel(CancellationTokenSource source) => source.Cancel();

    TestProbe DeadLetterProbe()
    {
        var letters = CreateTestProbe();
        System.EventStream.Subscribe<DeadLetter>(letters.Ref);
        return letters;
    }

    /// <summary>Pipes on "start" and tells the probe everything else, with its sender.</summary>
    ActorRef Piping(TestProbe probe, Action<ActorContext> pipe) =>
        Spawn((self, message) =>
        {
            if (message is "start")
                pipe(self.Context);
            else
                probe.Ref.Tell((message, self.Sender));
        });

    sealed record Question(string Text);
}
