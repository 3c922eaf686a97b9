using LogosActors.Actors.TestKit;
using Microsoft.Extensions.Logging;
using Xunit.Abstractions;

namespace LogosActors.Actors.Tests.Conformance;

public sealed class SupervisionOnEmbeddedHost(ITestOutputHelper output) : SupervisionRules(Hosts.Embedded, output);

public sealed class SupervisionOnDeterministicHost(ITestOutputHelper output) : SupervisionRules(Hosts.Deterministic, output);

/// <summary>The contract about what supervisors decide, and whom it concerns.</summary>
public abstract class SupervisionRules(HostFactory host, ITestOutputHelper output) : SupervisionSuite(host, output)
{
    [Fact]
    public async Task One_for_one_restarts_the_failed_child_and_leaves_its_siblings_alone()
    {
        var supervisor = SpawnSupervisor(new OneForOneStrategy());
        var (failing, sibling) = (await SpawnCounter(supervisor), await SpawnCounter(supervisor));
        failing.Tell("one");
        sibling.Tell("one");
        Crash(failing);
        Assert.Equal(0, await Count(failing));
        Assert.Equal(1, await Count(sibling));
        Assert.Equal((1, 0), (RestartsOf(failing), RestartsOf(sibling)));
    }

    [Fact]
    public async Task All_for_one_restarts_the_siblings_too_and_cancels_the_token_of_those_that_await()
    {
        var probe = CreateTestProbe();
        var supervisor = SpawnSupervisor(new AllForOneStrategy());
        var (failing, sibling) = (await SpawnCounter(supervisor), await SpawnCounter(supervisor));
        var awaiting = await SpawnChild(supervisor, Props.Create(() => new AwaitingActor(async (self, message) =>
        {
            probe.Ref.Tell(message);
            if (message is "work")
                await Task.Delay(Timeout.InfiniteTimeSpan, self.Time, self.Context.Stopping);
        })));
        sibling.Tell("one");
        Assert.Equal(1, await Count(sibling));
        awaiting.Tell("work");
        await probe.ExpectMsg("work");
        awaiting.Tell("after the restart");
        Crash(failing);
        await probe.ExpectMsg("after the restart");
        await AwaitCondition(() => RestartsOf(sibling) == 1);
        Assert.Equal(0, await Count(sibling));
        Assert.Equal((1, 1), (RestartsOf(failing), RestartsOf(awaiting)));
    }

    [Fact]
    public async Task All_for_one_stops_all_siblings_when_that_is_the_decision()
    {
        var probe = CreateTestProbe();
        var supervisor = SpawnSupervisor(new AllForOneStrategy { Decider = _ => Directive.Stop });
        ActorRef[] children = [await SpawnCounter(supervisor), await SpawnCounter(supervisor), await SpawnCounter(supervisor)];
        foreach (var child in children)
            probe.Watch(child);
        Crash(children[1]);
        var ends = await probe.ReceiveN(3);
        Assert.Equal(children.ToHashSet(), ends.Cast<Terminated>().Select(t => t.Actor).ToHashSet());
    }

    [Fact]
    public async Task Resume_keeps_the_state_and_drops_only_the_failing_message()
    {
        var child = await SpawnCounter(SpawnSupervisor(Always(Directive.Resume)));
        child.Tell("one");
        Crash(child);
        child.Tell("two");
        Assert.Equal(2, await Count(child));
        Assert.Equal(0, RestartsOf(child));
    }

    [Fact]
    public async Task The_decider_sees_the_failure_and_may_stop_the_child()
    {
        var probe = CreateTestProbe();
        var supervisor = SpawnSupervisor(new OneForOneStrategy { Decider = e => e.Message is "stop" ? Directive.Stop : Directive.Restart });
        var child = await SpawnCounter(supervisor, "child");
        probe.Watch(child);
        Crash(child, "restart");
        Assert.Equal(0, await Count(child));
        Crash(child, "stop");
        await probe.ExpectTerminated(child);
        Assert.NotEqual(child, await SpawnCounter(supervisor, "child"));
    }

    [Fact]
    public async Task Escalate_fails_the_supervisor_with_the_same_failure_level_by_level()
    {
        var probe = CreateTestProbe();
        var top = SpawnSupervisor(new OneForOneStrategy
        {
            Decider = e =>
            {
                probe.Ref.Tell(e.Message);
                return Directive.Restart;
            },
        });
        Props escalating = Props.Create(() => new ScriptedActor()) with { SupervisorStrategy = Always(Directive.Escalate) };
        var upper = await SpawnChild(top, escalating);
        var lower = await SpawnChild(upper, escalating);
        var child = await SpawnCounter(lower);
        probe.Watch(lower);
        Crash(child, "from the depth");
        await probe.ExpectMsg("from the depth");
        await probe.ExpectTerminated(lower);
        await AwaitCondition(() => RestartsOf(upper) == 1);
        Assert.Null(RestartsOf(child));
    }

    [Fact]
    public async Task A_supervisor_that_is_resumed_after_an_escalation_resumes_the_child_that_failed()
    {
        var top = SpawnSupervisor(Always(Directive.Resume));
        var middle = await SpawnChild(top, Props.Create(() => new ScriptedActor()) with { SupervisorStrategy = Always(Directive.Escalate) });
        var child = await SpawnCounter(middle);
        child.Tell("one");
        Crash(child);
        child.Tell("two");
        Assert.Equal(2, await Count(child));
        Assert.Equal((0, 0), (RestartsOf(middle), RestartsOf(child)));
    }

    [Fact]
    public async Task A_supervisor_decides_while_its_own_handler_awaits()
    {
        var probe = CreateTestProbe();
        var supervisor = System.Spawn(Props.Create(() => new AwaitingActor(async (self, message) =>
        {
            var child = self.Context.Spawn(Props.Create(() => new ScriptedActor { OnPostRestart = (_, reason) => probe.Ref.Tell(reason.Message) }));
            Crash(child, "during the await");
            await Task.Delay(Second, self.Time);
            probe.Ref.Tell("handler ends");
        })));
        supervisor.Tell("go");
        await probe.ExpectMsg("during the await");
        await AdvanceAsync(2 * Second);
        await probe.ExpectMsg("handler ends");
    }

    [Fact]
    public async Task A_child_that_has_used_up_its_restarts_is_stopped()
    {
        var probe = CreateTestProbe();
        var child = await SpawnCounter(SpawnSupervisor(new OneForOneStrategy { MaxRestarts = 2, Within = Second }));
        probe.Watch(child);
        for (var i = 1; i <= 2; i++)
        {
            Crash(child);
            Assert.Equal(0, await Count(child));
            Assert.Equal(i, RestartsOf(child));
        }

        Crash(child);
        await probe.ExpectTerminated(child);
        Assert.Contains(Logs.Entries, e => e.Level == LogLevel.Error && e.Message.Contains("used up its 2 restarts", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Restarts_outside_the_time_window_are_forgotten()
    {
        var child = await SpawnCounter(SpawnSupervisor(new OneForOneStrategy { MaxRestarts = 1, Within = Second }));
        for (var i = 1; i <= 5; i++)
        {
            Crash(child);
            Assert.Equal(0, await Count(child));
            Assert.Equal(i, RestartsOf(child));
            await AdvanceAsync(2 * Second);
        }
    }

    [Fact]
    public async Task Without_a_window_restarts_count_for_the_whole_life()
    {
        var probe = CreateTestProbe();
        var child = await SpawnCounter(SpawnSupervisor(new OneForOneStrategy { MaxRestarts = 1 }));
        probe.Watch(child);
        Crash(child);
        Assert.Equal(0, await Count(child));
        await AdvanceAsync(TimeSpan.FromDays(1));
        Crash(child);
        await probe.ExpectTerminated(child);
    }

    [Fact]
    public async Task A_failure_is_logged_with_its_exception_the_path_and_the_decision()
    {
        var child = await SpawnCounter(SpawnSupervisor(Always(Directive.Restart)), "child");
        var cause = new FormatException("cause");
        await EventFilter
            .Custom(e => e.Level == LogLevel.Error && e.Exception == cause
                && e.Message.Contains(child.Path, StringComparison.Ordinal) && e.Message.Contains("Restart", StringComparison.Ordinal))
            .Expect(1, () => child.Tell(new ScriptedActor.Crash(cause)));
        Assert.EndsWith("/child", child.Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_watcher_hears_of_the_child_that_it_stopped_as_its_supervisor()
    {
        var probe = CreateTestProbe();
        var supervisor = System.Spawn(Props.Create(() => new ScriptedActor
        {
            OnFailureOfChild = () => SupervisorStrategy.Stopping,
            OnReceive = (self, message) =>
            {
                if (message is Props props)
                {
                    var child = self.Context.Spawn(props);
                    self.Context.Watch(child);
                    Crash(child);
                }
                else
                {
                    probe.Ref.Tell(message);
                }
            },
        }));
        supervisor.Tell(Props.Create(() => new ScriptedActor()));
        Assert.Equal(supervisor.Path, (await probe.ExpectMsg<Terminated>()).Actor.Path[..supervisor.Path.Length]);
    }

    [Fact]
    public async Task A_Terminated_that_is_not_handled_fails_the_watcher_and_by_default_stops_it()
    {
        var probe = CreateTestProbe();
        var watched = System.Spawn(Props.Create(() => new ScriptedActor()));
        var watcher = System.Spawn(Props.Create(() => new ScriptedActor
        {
            OnPreStart = self => self.Context.Watch(watched),
            OnReceive = (self, message) => self.Unhandled(message),
        }));
        probe.Watch(watcher);
        await EventFilter.Exception<DeathPactException>(watched.Path).Expect(1, () => System.Stop(watched));
        await probe.ExpectTerminated(watcher);
    }
}

public sealed class EscalationOnEmbeddedHost(ITestOutputHelper output) : EscalationRules(Hosts.Embedded, output);

public sealed class EscalationOnDeterministicHost(ITestOutputHelper output) : EscalationRules(Hosts.Deterministic, output);

/// <summary>The contract about failures that nobody answers.</summary>
public abstract class EscalationRules(HostFactory host, ITestOutputHelper output)
    : SupervisionSuite(host, output, options => options with { RootStrategy = Always(Directive.Escalate) })
{
    [Fact]
    public async Task A_failure_that_the_root_escalates_ends_the_system_and_says_why()
    {
        var bystander = CreateTestProbe();
        var cause = new FormatException("cause");
        var ran = false;
        System.Shutdown.AddTask(ShutdownPhase.ServiceStop, "task", _ =>
        {
            ran = true;
            return Task.CompletedTask;
        });
        System.Spawn(Props.Create(() => new ScriptedActor())).Tell(new ScriptedActor.Crash(cause));
        var error = await Assert.ThrowsAsync<EscalatedToRootException>(() => AwaitAsync(System.WhenTerminated));
        Assert.Same(cause, error.InnerException);
        Assert.True(ran);
        Assert.Empty(System.Tree());
        Assert.Throws<InvalidOperationException>(() => System.Spawn(Props.Create(() => new ScriptedActor())));
        bystander.Ref.Tell("too late");
        Assert.Equal(1, System.DeadLetterCount);
    }
}
