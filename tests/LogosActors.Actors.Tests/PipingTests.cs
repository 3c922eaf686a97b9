using Akka.Actor;
using Akka.TestKit.Xunit2;
using Xunit.Abstractions;

namespace LogosActors.Actors.Tests;

public sealed class PipingTests(ITestOutputHelper output) : TestKit(output: output)
{
    [Fact]
    public async Task The_result_of_a_task_that_is_already_there_is_behind_what_waits_in_the_mailbox()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Piper(TestActor)));
        actor.Tell(Task.FromResult(7));
        Assert.Equal("7", await ExpectMsgAsync<string>());
    }

    [Fact]
    public async Task A_result_is_sent_by_the_thread_that_completes_the_task()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Piper(TestActor)));
        var completion = new TaskCompletionSource<int>();
        actor.Tell(completion.Task);
        await AwaitIdleAsync(actor);
        var mapped = new TaskCompletionSource<int>();
        actor.Tell(new Mapped(completion.Task, _ =>
        {
            mapped.SetResult(Environment.CurrentManagedThreadId);
            return "mapped";
        }));
        await AwaitIdleAsync(actor);
        var thread = 0;
        var completer = new Thread(() =>
        {
            thread = Environment.CurrentManagedThreadId;
            completion.SetResult(8);
        });
        completer.Start();
        completer.Join();
        Assert.True(mapped.Task.IsCompleted);
        Assert.Equal(thread, await mapped.Task);
        await ExpectMsgAsync("8");
        await ExpectMsgAsync("mapped");
    }

    [Fact]
    public async Task A_task_without_a_result_is_followed_by_the_message_for_its_end()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Piper(TestActor)));
        var completion = new TaskCompletionSource();
        actor.Tell(new Plain(completion.Task, "over"));
        await ExpectNoMsgAsync(TimeSpan.FromMilliseconds(50));
        completion.SetResult();
        await ExpectMsgAsync("over");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_actor_that_does_not_handle_the_failure_of_a_task_fails_with_its_cause(bool isLate)
    {
        var parent = Sys.ActorOf(Props.Create(() => new Witness(TestActor, Props.Create(() => new Piper(TestActor)))));
        var completion = new TaskCompletionSource<int>();
        if (!isLate)
            completion.SetException(new InvalidDataException("bad"));
        parent.Tell(completion.Task);
        if (isLate)
            completion.SetException(new InvalidDataException("bad"));
        Assert.Equal("bad", (await ExpectMsgAsync<InvalidDataException>()).Message);
        parent.Tell(Task.FromResult(1));
        await ExpectMsgAsync("1");
    }

    [Fact]
    public async Task A_cancelled_task_is_a_failure()
    {
        var parent = Sys.ActorOf(Props.Create(() => new Witness(TestActor, Props.Create(() => new Piper(TestActor)))));
        parent.Tell(Task.FromCanceled<int>(new CancellationToken(canceled: true)));
        await ExpectMsgAsync<TaskCanceledException>();
        parent.Tell(new Plain(Task.FromCanceled(new CancellationToken(canceled: true)), "never"));
        await ExpectMsgAsync<TaskCanceledException>();
    }

    [Fact]
    public async Task An_exception_of_the_mapping_and_a_result_of_null_are_failures()
    {
        var parent = Sys.ActorOf(Props.Create(() => new Witness(TestActor, Props.Create(() => new Piper(TestActor)))));
        parent.Tell(new Mapped(Task.FromResult(1), _ => throw new InvalidDataException("map")));
        Assert.Equal("map", (await ExpectMsgAsync<InvalidDataException>()).Message);
        parent.Tell(new Mapped(Task.FromResult(1), _ => null!));
        await ExpectMsgAsync<InvalidOperationException>();
    }

    [Fact]
    public async Task A_failure_that_is_handled_leaves_the_actor_running()
    {
        var parent = Sys.ActorOf(Props.Create(() => new Witness(TestActor, Props.Create(() => new Piper(TestActor, handles: true)))));
        parent.Tell(Task.FromException<int>(new InvalidDataException("bad")));
        await ExpectMsgAsync("handled bad");
        parent.Tell(Task.FromResult(1));
        await ExpectMsgAsync("1");
    }

    [Fact]
    public async Task A_persistent_actor_that_does_not_handle_the_failure_of_a_task_fails_too()
    {
        var parent = Sys.ActorOf(Props.Create(() => new Witness(TestActor, Props.Create(() => new PersistentPiper(TestActor)))));
        parent.Tell(Task.FromException<int>(new InvalidDataException("bad")));
        await ExpectMsgAsync<InvalidDataException>();
        parent.Tell(Task.FromResult(1));
        await ExpectMsgAsync("1");
    }

    async Task AwaitIdleAsync(IActorRef actor) => await actor.Ask<ActorIdentity>(new Identify(null), RemainingOrDefault);

    sealed record Plain(Task Task, object Completed);

    sealed record Mapped(Task<int> Task, Func<int, object> Map);

    sealed class Piper(IActorRef probe, bool handles = false) : SupervisedActor
    {
        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case Task<int> task:
                    PipeToSelf(task, result => $"{result}");
                    break;
                case Mapped mapped:
                    PipeToSelf(mapped.Task, mapped.Map);
                    break;
                case Plain plain:
                    PipeToSelf(plain.Task, plain.Completed);
                    break;
                case PipeFailure failure when handles:
                    probe.Tell($"handled {failure.Cause.Message}");
                    break;
                case string text:
                    probe.Tell(text);
                    break;
                default:
                    Unhandled(message);
                    break;
            }
        }
    }

    sealed class PersistentPiper(IActorRef probe) : SupervisedPersistentActor(PersistencePlugins.Memory)
    {
        public override string PersistenceId => "piper";

        protected override void OnRecover(object message)
        {
        }

        protected override void OnCommand(object message)
        {
            switch (message)
            {
                case Task<int> task:
                    PipeToSelf(task, result => $"{result}");
                    break;
                case string text:
                    probe.Tell(text);
                    break;
                default:
                    Unhandled(message);
                    break;
            }
        }
    }

    /// <summary>Reports what its child fails of, and restarts it.</summary>
    sealed class Witness : UntypedActor
    {
        readonly IActorRef _probe;
        readonly IActorRef _child;

        public Witness(IActorRef probe, Props child) => (_probe, _child) = (probe, Context.ActorOf(child));

        protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(cause =>
        {
            _probe.Tell(cause);
            return Directive.Restart;
        });

        protected override void OnReceive(object message) => _child.Forward(message);
    }
}
