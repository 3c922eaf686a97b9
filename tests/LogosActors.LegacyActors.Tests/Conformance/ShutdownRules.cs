using System.Collections.Concurrent;
using LogosActors.Actors.TestKit;
using Microsoft.Extensions.Logging;
using Xunit.Abstractions;

namespace LogosActors.Actors.Tests.Conformance;

public sealed class ShutdownOnEmbeddedHost(ITestOutputHelper output) : ShutdownRules(Hosts.Embedded, output)
{
    [Fact]
    public async Task Actors_that_other_threads_spawn_while_the_system_terminates_are_stopped_or_refused()
    {
        for (var round = 0; round < 300; round++)
        {
            await using var system = ActorSystem.Create("busy", new ActorSystemOptions { Time = new VirtualTime() });
            var (started, stopped) = (new StrongBox(), new StrongBox());
            var spawner = Task.Run(() =>
            {
                for (; ; )
                {
                    try
                    {
                        system.Spawn(Props.Create(() => new Counted(started, stopped)));
                    }
                    catch (InvalidOperationException)
                    {
                        return;
                    }
                }
            });
            await system.TerminateAsync().WaitAsync(TimeSpan.FromSeconds(30));
            await spawner.WaitAsync(TimeSpan.FromSeconds(30));
            await system.WhenTerminated.WaitAsync(TimeSpan.FromSeconds(30));
            Assert.Empty(system.Tree());
            Assert.Equal(started.Count, stopped.Count);
        }
    }

    sealed class StrongBox
    {
        int _count;

        public int Count => Volatile.Read(ref _count);

        public void Add() => Interlocked.Increment(ref _count);
    }

    sealed class Counted(StrongBox started, StrongBox stopped) : Actor
    {
        protected override void PreStart() => started.Add();

        protected override void PostStop() => stopped.Add();
    }
}

public sealed class ShutdownOnDeterministicHost(ITestOutputHelper output) : ShutdownRules(Hosts.Deterministic, output);

/// <summary>The contract about the end of a system.</summary>
public abstract class ShutdownRules(HostFactory host, ITestOutputHelper output)
    : ConformanceSuite(host, output, options => options with
    {
        PhaseTimeout = PhaseTimeout,
        RootStrategy = new OneForOneStrategy { Decider = e => e is NotSupportedException ? Directive.Escalate : Directive.Restart },
    })
{
    static readonly TimeSpan PhaseTimeout = TimeSpan.FromSeconds(5);

    readonly ConcurrentQueue<string> _order = new();

    [Fact]
    public async Task Phases_run_in_their_order_whatever_the_order_of_registration()
    {
        foreach (var phase in Enum.GetValues<ShutdownPhase>().Reverse())
            Add(phase, $"{phase}");
        Spawn("worker");
        await AwaitAsync(System.TerminateAsync());
        Assert.Equal(
            [
                nameof(ShutdownPhase.BeforeServiceUnbind), nameof(ShutdownPhase.ServiceUnbind), nameof(ShutdownPhase.ServiceRequestsDone),
                nameof(ShutdownPhase.ServiceStop), nameof(ShutdownPhase.BeforeActorSystemTerminate), "worker",
                nameof(ShutdownPhase.ActorSystemTerminate),
            ],
            _order);
    }

    [Fact]
    public async Task Tasks_of_one_phase_run_side_by_side_and_the_next_phase_waits_for_all()
    {
        var (first, second) = (new TaskCompletionSource(), new TaskCompletionSource());
        // Each ends only when the other has begun.
        Add(ShutdownPhase.ServiceStop, "first", () =>
        {
            first.SetResult();
            return second.Task;
        });
        Add(ShutdownPhase.ServiceStop, "second", () =>
        {
            second.SetResult();
            return first.Task;
        });
        Add(ShutdownPhase.ServiceStop, "slow", () => Task.Delay(PhaseTimeout / 2, System.Time));
        Add(ShutdownPhase.BeforeActorSystemTerminate, "next");
        var terminated = System.TerminateAsync();
        await AdvanceAsync(PhaseTimeout / 4);
        Assert.Equal(["first", "second"], _order.Order(StringComparer.Ordinal));
        await AdvanceAsync(PhaseTimeout / 2);
        await AwaitAsync(terminated);
        Assert.Equal(["slow", "next"], _order.Skip(2));
    }

    [Fact]
    public async Task A_task_that_fails_is_logged_and_the_others_go_on()
    {
        Add(ShutdownPhase.ServiceStop, "throws", () => throw new FormatException("thrown"));
        Add(ShutdownPhase.ServiceStop, "fails", () => Task.FromException(new FormatException("failed")));
        Add(ShutdownPhase.ServiceStop, "neighbour");
        Add(ShutdownPhase.BeforeActorSystemTerminate, "next");
        await EventFilter.Exception<FormatException>().Expect(2, () => AwaitAsync(System.TerminateAsync()));
        Assert.Equal(["neighbour", "next"], _order);
        Assert.Contains(Logs.Entries, e => e.Level == LogLevel.Error && e.Message.Contains("'throws' failed", StringComparison.Ordinal));
        Assert.True(System.WhenTerminated.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_task_that_does_not_end_is_named_in_the_log_and_the_next_phase_goes_on_after_the_time_out()
    {
        var cancelled = false;
        System.Shutdown.AddTask(ShutdownPhase.ServiceUnbind, "stuck", timeout =>
        {
            timeout.Register(() => cancelled = true);
            return new TaskCompletionSource().Task;
        });
        Add(ShutdownPhase.ServiceStop, "next");
        var terminated = System.TerminateAsync();
        await AdvanceAsync(PhaseTimeout / 2);
        Assert.Empty(_order);
        await AdvanceAsync(PhaseTimeout);
        await AwaitAsync(terminated);
        Assert.Equal(["next"], _order);
        Assert.True(cancelled);
        var entry = Assert.Single(Logs.Entries, e => e.Level == LogLevel.Warning);
        Assert.Contains("'stuck'", entry.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(ShutdownPhase.ServiceUnbind), entry.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_actor_that_does_not_stop_is_named_in_the_log_and_does_not_hold_up_the_shutdown()
    {
        var gate = new TaskCompletionSource();
        var actor = System.Spawn(Props.Create(() => new AwaitingActor(async (_, _) => await gate.Task)), "stuck");
        actor.Tell("work");
        await AwaitCondition(() => System.Tree().Any(info => info.State == ActorState.Awaiting));
        Add(ShutdownPhase.ActorSystemTerminate, "last");
        var terminated = System.TerminateAsync();
        await AdvanceAsync(2 * PhaseTimeout);
        await AwaitAsync(terminated);
        Assert.Equal(["last"], _order);
        Assert.False(System.WhenTerminated.IsCompleted);
        Assert.Contains(Logs.Entries, e => e.Level == LogLevel.Warning && e.Message.Contains("/stuck (Awaiting)", StringComparison.Ordinal));
        gate.SetResult();
        await AwaitAsync(System.WhenTerminated);
    }

    [Fact]
    public async Task The_shutdown_runs_once_and_everybody_waits_for_it()
    {
        Add(ShutdownPhase.ServiceStop, "task", () => Task.Delay(PhaseTimeout / 2, System.Time));
        var first = System.TerminateAsync(new ShutdownReason("first"));
        var second = System.TerminateAsync(new ShutdownReason("second"));
        Assert.True(System.Shutdown.IsRunning);
        Assert.Throws<InvalidOperationException>(() => Add(ShutdownPhase.ServiceStop, "late"));
        Assert.False(second.IsCompleted);
        await AdvanceAsync(PhaseTimeout);
        await AwaitAsync(Task.WhenAll(first, second, System.Shutdown.RunAsync()));
        Assert.Equal(["task"], _order);
        Assert.Equal("first", System.Shutdown.Reason?.Description);
    }

    [Fact]
    public async Task The_reason_is_told_to_the_tasks_and_to_the_log()
    {
        ShutdownReason? told = null;
        Add(ShutdownPhase.BeforeServiceUnbind, "ask why", () =>
        {
            told = System.Shutdown.Reason;
            return Task.CompletedTask;
        });
        Assert.Null(System.Shutdown.Reason);
        await AwaitAsync(System.TerminateAsync(new ShutdownReason("the disk is full")));
        Assert.Equal("the disk is full", told?.Description);
        Assert.Contains(Logs.Entries, e => e.Level == LogLevel.Information && e.Message.Contains("the disk is full", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_failure_escalated_to_the_root_runs_the_phases_and_is_the_reason()
    {
        Add(ShutdownPhase.ServiceStop, "task");
        var actor = base.Spawn((_, _) => throw new NotSupportedException("beyond repair"));
        actor.Tell("fail");
        var error = await Assert.ThrowsAsync<EscalatedToRootException>(() => AwaitAsync(System.WhenTerminated));
        Assert.IsType<NotSupportedException>(error.InnerException);
        await AwaitAsync(System.TerminateAsync());
        Assert.Equal(["task"], _order);
        Assert.Same(error.InnerException, System.Shutdown.Reason?.Cause);
        Assert.Contains(Logs.Entries, e => e.Level == LogLevel.Error && e.Message.Contains("shuts down", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Children_stop_before_their_parents_to_the_last_generation()
    {
        Spawn("grandparent", "parent", "child");
        await AwaitCondition(() => System.Tree().Count == 3);
        await AwaitAsync(System.TerminateAsync());
        Assert.Equal(["child", "parent", "grandparent"], _order);
        Assert.Empty(System.Tree());
    }

    [Fact]
    public async Task A_system_that_has_terminated_makes_no_actors_and_takes_no_messages()
    {
        var actor = Spawn("worker");
        await AwaitAsync(System.TerminateAsync());
        var error = Assert.Throws<InvalidOperationException>(() => Spawn("late"));
        Assert.Contains(System.Name, error.Message, StringComparison.Ordinal);
        var before = System.DeadLetterCount;
        actor.Tell("late");
        Assert.Equal(before + 1, System.DeadLetterCount);
    }

    void Add(ShutdownPhase phase, string name, Func<Task>? run = null) => System.Shutdown.AddTask(phase, name, async _ =>
    {
        await (run?.Invoke() ?? Task.CompletedTask);
        _order.Enqueue(name);
    });

    /// <summary>Spawns an actor that says when it stops, with a child for the next name, and so on.</summary>
    ActorRef Spawn(string name, params string[] descendants) =>
        System.Spawn(Props.Create(() => new LastWords(_order, name, descendants)), name);

    sealed class LastWords(ConcurrentQueue<string> order, string name, string[] descendants) : Actor
    {
        protected override void PreStart()
        {
            if (descendants is [var child, .. var rest])
                Context.Spawn(Props.Create(() => new LastWords(order, child, rest)), child);
        }

        protected override void PostStop() => order.Enqueue(name);
    }
}
