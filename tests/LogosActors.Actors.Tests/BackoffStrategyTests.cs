using Akka.Actor;
using Akka.Event;
using Akka.TestKit.Xunit2;
using Google.Protobuf.WellKnownTypes;
using Xunit.Abstractions;

namespace LogosActors.Actors.Tests;

public sealed class BackoffStrategyTests(ITestOutputHelper output) : TestKit("akka.loglevel = WARNING\nakka.scheduler.tick-duration = 10ms", output: output)
{
    static readonly TimeSpan Min = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan Max = TimeSpan.FromMilliseconds(800);

    [Fact]
    public async Task What_arrives_while_a_child_waits_for_its_restart_is_handled_afterwards_in_order()
    {
        var child = await StartAsync(Props.Create(() => new Child(TestActor, null)));
        await ExpectMsgAsync("started");
        child.Tell("fail");
        foreach (var number in Enumerable.Range(0, 100))
            child.Tell(number);
        await ExpectMsgAsync("stopped");
        await ExpectMsgAsync("started");
        foreach (var number in Enumerable.Range(0, 100))
            await ExpectMsgAsync(number);
    }

    [Fact]
    public async Task A_child_is_not_restarted_before_its_wait_is_over_and_each_wait_is_twice_as_long()
    {
        var child = await StartAsync(Props.Create(() => new Child(TestActor, null)));
        await ExpectMsgAsync("started");
        foreach (var expected in (int[])[200, 400, 800])
        {
            var since = Sys.Scheduler.MonotonicClock;
            child.Tell("fail");
            await ExpectMsgAsync("started", hint: "after a failure", timeout: TimeSpan.FromSeconds(5), skip: "stopped");
            var wait = Sys.Scheduler.MonotonicClock - since;
            Assert.True(wait >= TimeSpan.FromMilliseconds(expected - 20), $"{wait}");
        }
    }

    [Fact]
    public async Task A_child_that_has_not_failed_for_long_is_restarted_after_the_shortest_wait_again()
    {
        var child = await StartAsync(Props.Create(() => new Child(TestActor, null)), Min, TimeSpan.FromMilliseconds(400));
        await ExpectMsgAsync("started");
        for (var i = 0; i < 3; i++)
        {
            child.Tell("fail");
            await ExpectMsgAsync("started", hint: "after a failure", timeout: TimeSpan.FromSeconds(5), skip: "stopped");
        }
        await Task.Delay(TimeSpan.FromMilliseconds(1_000));
        var since = Sys.Scheduler.MonotonicClock;
        child.Tell("fail");
        await ExpectMsgAsync("started", hint: "after a failure", timeout: TimeSpan.FromSeconds(5), skip: "stopped");
        Assert.InRange((Sys.Scheduler.MonotonicClock - since).TotalMilliseconds, 0, 390);
    }

    [Theory]
    [InlineData("constructor")]
    [InlineData("PreStart")]
    [InlineData("PostRestart")]
    public async Task A_child_that_cannot_start_is_tried_again_until_it_can(string where)
    {
        var attempts = 0;
        Action<string> at = place =>
        {
            if (place == where && ++attempts <= 2)
                throw new InvalidDataException($"attempt {attempts}");
        };
        var child = await StartAsync(Props.Create(() => new Child(TestActor, at)), TimeSpan.FromMilliseconds(20), Max);
        if (where == "PostRestart")
            child.Tell("fail");
        child.Tell("hello");
        await FishForMessageAsync<string>(text => text == "hello", TimeSpan.FromSeconds(5));
        Assert.Equal(3, attempts);
    }

    [Fact]
    public async Task A_child_that_waits_for_its_restart_can_be_stopped()
    {
        var child = await StartAsync(Props.Create(() => new Child(TestActor, null)), TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(1));
        await ExpectMsgAsync("started");
        Watch(child);
        await FailAsync(child);
        Sys.Stop(child);
        await ExpectMsgAsync("stopped");
        await ExpectTerminatedAsync(child, TimeSpan.FromMilliseconds(400));
        await ExpectNoMsgAsync(TimeSpan.FromMilliseconds(700));
    }

    [Fact]
    public async Task A_parent_that_stops_while_a_child_waits_takes_it_along()
    {
        var child = await StartAsync(Props.Create(() => new Child(TestActor, null)), TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(1));
        Watch(child);
        await FailAsync(child);
        Sys.Stop(LastParent);
        await FishForMessageAsync<Terminated>(_ => true, TimeSpan.FromMilliseconds(400));
    }

    [Fact]
    public async Task A_parent_that_fails_while_a_child_waits_starts_with_a_new_child()
    {
        var child = await StartAsync(Props.Create(() => new Child(TestActor, null)), TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(1));
        await ExpectMsgAsync("started");
        await FailAsync(child);
        LastParent.Tell(new InvalidDataException());
        await ExpectMsgAsync("stopped");
        await ExpectMsgAsync("started");
        await ExpectNoMsgAsync(TimeSpan.FromMilliseconds(600));
    }

    [Fact]
    public async Task Siblings_are_not_affected_and_each_has_a_count_of_its_own()
    {
        var first = await StartAsync(Props.Create(() => new Child(TestActor, null)), TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(30));
        await ExpectMsgAsync("started");
        LastParent.Tell(Props.Create(() => new Child(TestActor, null)));
        var second = await ExpectMsgAsync<IActorRef>();
        await ExpectMsgAsync("started");
        for (var i = 0; i < 4; i++)
        {
            first.Tell("fail");
            await ExpectMsgAsync("started", hint: "first", timeout: TimeSpan.FromSeconds(5), skip: "stopped");
        }
        first.Tell("fail");
        second.Tell(1);
        await ExpectMsgAsync(1);
        second.Tell("fail");
        await ExpectMsgAsync("stopped");
        await ExpectMsgAsync("started", TimeSpan.FromMilliseconds(500));
        second.Tell(2);
        await ExpectMsgAsync(2, TimeSpan.FromMilliseconds(300));
    }

    [Fact]
    public async Task The_decider_may_resume_stop_or_escalate()
    {
        var child = await StartAsync(
            Props.Create(() => new Child(TestActor, null)), Min, Max,
            cause => cause is FormatException ? Directive.Resume : cause is InvalidCastException ? Directive.Stop : Directive.Escalate);
        await ExpectMsgAsync("started");
        child.Tell(new FormatException());
        child.Tell(1);
        await ExpectMsgAsync(1);
        Watch(child);
        child.Tell(new InvalidCastException());
        await ExpectMsgAsync("stopped");
        await ExpectTerminatedAsync(child);
    }

    [Fact]
    public async Task A_persistent_child_recovers_and_finds_its_mailbox_and_its_stash()
    {
        var notebook = await StartAsync(Notebook.Props("backoff", PersistencePlugins.Memory), TimeSpan.FromMilliseconds(100), Max);
        notebook.Tell(new Notebook.Write("a"), TestActor);
        await ExpectMsgAsync(new Notebook.Written("a"));
        notebook.Tell(new Notebook.Hold(), TestActor);
        notebook.Tell(new Notebook.Write("b"), TestActor);
        notebook.Tell(new Notebook.Write("c"), TestActor);
        notebook.Tell(new Notebook.Fail(new InvalidDataException()), TestActor);
        notebook.Tell(new Notebook.Write("d"), TestActor);
        foreach (var line in (string[])["b", "c", "d"])
            await ExpectMsgAsync(new Notebook.Written(line));
        notebook.Tell(new Notebook.Read(), TestActor);
        Assert.Equal(["a", "b", "c", "d"], (await ExpectMsgAsync<Notebook.Lines>()).All);
    }

    [Fact]
    public async Task A_persistent_child_whose_recovery_throws_at_its_end_is_throttled()
    {
        var attempts = new List<TimeSpan>();
        var notebook = await StartAsync(
            Notebook.Props("throttled", PersistencePlugins.Memory, new NotebookOptions(Recovering: message =>
            {
                if (message is not Akka.Persistence.RecoveryCompleted)
                    return;
                attempts.Add(Sys.Scheduler.MonotonicClock);
                if (attempts.Count <= 2)
                    throw new InvalidDataException("not yet");
            })),
            Min, Max);
        notebook.Tell(new Notebook.Write("a"), TestActor);
        await ExpectMsgAsync(new Notebook.Written("a"), TimeSpan.FromSeconds(5));
        Assert.Equal(3, attempts.Count);
        Assert.True(attempts[1] - attempts[0] >= TimeSpan.FromMilliseconds(180));
        Assert.True(attempts[2] - attempts[1] >= TimeSpan.FromMilliseconds(380));
    }

    IActorRef LastParent { get; set; } = ActorRefs.Nobody;

    async Task<IActorRef> StartAsync(Props child, TimeSpan? min = null, TimeSpan? max = null, Func<Exception, Directive>? decider = null)
    {
        LastParent = Sys.ActorOf(Props.Create(() => new Parent(min ?? Min, max ?? Max, decider, child)));
        return await LastParent.Ask<IActorRef>("child", TimeSpan.FromSeconds(3));
    }

    // A child is suspended before its parent hears, and reports, that it has failed.
    async Task FailAsync(IActorRef child)
    {
        var failures = CreateTestProbe();
        Sys.EventStream.Subscribe(failures, typeof(Error));
        child.Tell("fail");
        await failures.FishForMessageAsync<Error>(error => error.LogClass == typeof(BackoffStrategy));
    }

    async Task ExpectMsgAsync(string expected, string hint, TimeSpan timeout, string skip) =>
        Assert.Equal(expected, await FishForMessageAsync<string>(text => text != skip, timeout, hint));

    sealed class Parent : UntypedActor
    {
        readonly TimeSpan _min;
        readonly TimeSpan _max;
        readonly Func<Exception, Directive>? _decider;
        readonly IActorRef _child;

        public Parent(TimeSpan min, TimeSpan max, Func<Exception, Directive>? decider, Props child)
        {
            (_min, _max, _decider) = (min, max, decider);
            _child = Context.ActorOf(child, "child");
        }

        protected override SupervisorStrategy SupervisorStrategy() => new BackoffStrategy(_min, _max, _decider);

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case Props sibling:
                    Sender.Tell(Context.ActorOf(sibling));
                    break;
                case Exception cause:
                    throw cause;
                default:
                    Sender.Tell(_child);
                    break;
            }
        }
    }

    sealed class Child : UntypedActor
    {
        readonly IActorRef _probe;
        readonly Action<string>? _at;

        public Child(IActorRef probe, Action<string>? at)
        {
            (_probe, _at) = (probe, at);
            _at?.Invoke("constructor");
        }

        protected override void PreStart()
        {
            _at?.Invoke("PreStart");
            _probe.Tell("started");
        }

        protected override void PostRestart(Exception reason)
        {
            _at?.Invoke("PostRestart");
            base.PostRestart(reason);
        }

        protected override void PostStop() => _probe.Tell("stopped");

        protected override void OnReceive(object message)
        {
            if (message is "fail")
                throw new InvalidDataException("fail");
            if (message is Exception cause)
                throw cause;
            _probe.Tell(message);
        }
    }
}
