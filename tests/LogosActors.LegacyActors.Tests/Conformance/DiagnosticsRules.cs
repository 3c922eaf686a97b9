using LogosActors.Actors.TestKit;
using Microsoft.Extensions.Logging;
using Xunit.Abstractions;

namespace LogosActors.Actors.Tests.Conformance;

public sealed class DiagnosticsOnEmbeddedHost(ITestOutputHelper output) : DiagnosticsRules(Hosts.Embedded, output);

public sealed class DiagnosticsOnDeterministicHost(ITestOutputHelper output) : DiagnosticsRules(Hosts.Deterministic, output);

/// <summary>The contract about what an operator sees: logs, the live tree and dead letters.</summary>
public abstract class DiagnosticsRules(HostFactory host, ITestOutputHelper output) : ConformanceSuite(host, output)
{
    [Fact]
    public async Task What_an_actor_logs_carries_its_path_and_its_system_as_scope()
    {
        var parent = Spawn(
            (self, message) =>
            {
                if (message is "spawn")
                    self.Context.Spawn(Props.Create(() => new ScriptedActor((child, said) => child.Context.Log.LogInformation("{Said}", said))), "child").Tell("hello");
                else
                    self.Context.Log.LogInformation("{Said}", message);
            },
            "parent");
        await EventFilter.Information("hello").Expect(1, () => parent.Tell("spawn"));
        await EventFilter.Information("good day").Expect(1, () => parent.Tell("good day"));
        Assert.Equal(("/parent/child", System.Name), ScopeOf("hello"));
        Assert.Equal(("/parent", System.Name), ScopeOf("good day"));
    }

    [Fact]
    public async Task A_failure_is_logged_once_under_the_path_of_the_actor_that_failed()
    {
        var actor = Spawn((_, message) => throw new FormatException($"{message}"), "faulty");
        await EventFilter.Exception<FormatException>("on purpose").Expect(1, () => actor.Tell("on purpose"));
        await EventFilter.Exception<FormatException>().Expect(0, () => { });
        var entry = Assert.Single(Logs.Entries, e => e.Exception is FormatException);
        Assert.Equal(LogLevel.Error, entry.Level);
        Assert.Contains(new("ActorPath", "/faulty"), entry.Scope);
        Assert.Contains(nameof(Directive.Restart), entry.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_tree_lists_every_actor_with_its_path_parents_before_children()
    {
        var root = Spawn((self, message) => self.Context.Spawn(Props.Create(() => new ScriptedActor(Grow)), (string)message), "a");
        foreach (var name in new[] { "b", "c" })
            root.Tell(name);
        await AwaitCondition(() => System.Tree().Count == 3);
        root.Tell("d");
        await AwaitCondition(() => System.Tree().Count == 4);
        var listed = System.Tree();
        Assert.Equal(["/a", "/a/b", "/a/c", "/a/d"], listed.Select(info => info.Actor.Path));
        Assert.All(listed, info => Assert.Equal(typeof(ScriptedActor), info.ActorType));
        Assert.Equal("/a", listed[0].Actor.Path);
        await AwaitAsync(System.StopAsync(root, 9 * Second));
        Assert.Empty(System.Tree());

        static void Grow(ScriptedActor self, object message) => self.Context.Spawn(Props.Create(() => new ScriptedActor((_, _) => { })), (string)message);
    }

    [Fact]
    public async Task An_actor_at_rest_is_idle_and_one_that_awaits_is_awaiting_with_its_waiting_messages_counted()
    {
        var gate = new TaskCompletionSource();
        var actor = System.Spawn(Props.Create(() => new AwaitingActor(async (_, _) => await gate.Task)), "waiting");
        await AwaitCondition(() => Info(actor).State == ActorState.Idle);
        for (var i = 0; i < 4; i++)
            actor.Tell(i);
        await AwaitCondition(() => Info(actor) is { State: ActorState.Awaiting, MailboxDepth: 3 });
        gate.SetResult();
        await AwaitCondition(() => Info(actor) is { State: ActorState.Idle, MailboxDepth: 0 });
    }

    [Fact]
    public async Task An_actor_in_backoff_is_restarting_with_its_restarts_and_kept_messages_counted()
    {
        var parent = System.Spawn(
            Props.Create(() => new ScriptedActor((self, _) => self.Context.Spawn(Props.Create(() => new ScriptedActor((_, message) =>
            {
                if (message is "fail")
                    throw new FormatException("fail");
            })), "child"))) with
            {
                SupervisorStrategy = new OneForOneStrategy { Backoff = new ExponentialBackoff(Second, 8 * Second, jitter: 0) },
            },
            "parent");
        parent.Tell("spawn");
        await AwaitCondition(() => System.Tree().Count == 2);
        var child = System.Tree()[1].Actor;
        foreach (var message in new[] { "fail", "kept", "also kept" })
            child.Tell(message);
        await AwaitCondition(() => Info(child) is { State: ActorState.Restarting, MailboxDepth: 2, Restarts: 1 });
        await AdvanceAsync(2 * Second);
        await AwaitCondition(() => Info(child) is { State: ActorState.Idle, MailboxDepth: 0, Restarts: 1 });
    }

    [Fact]
    public async Task An_actor_that_waits_for_its_children_is_stopping_and_stays_in_the_tree()
    {
        var gate = new TaskCompletionSource();
        var parent = Spawn((self, message) => self.Context.Spawn(Props.Create(() => new AwaitingActor(async (_, _) => await gate.Task)), "child").Tell(message), "parent");
        parent.Tell("work");
        await AwaitCondition(() => System.Tree().Any(info => info.State == ActorState.Awaiting));
        System.Stop(parent);
        await AwaitCondition(() => Info(parent).State == ActorState.Stopping);
        Assert.Equal(["/parent", "/parent/child"], System.Tree().Select(info => info.Actor.Path));
        gate.SetResult();
        await AwaitCondition(() => System.Tree().Count == 0);
    }

    [Fact]
    public async Task Dead_letters_are_counted_and_published_with_sender_recipient_and_reason()
    {
        var (probe, letters) = (CreateTestProbe(), CreateTestProbe());
        System.EventStream.Subscribe<DeadLetter>(letters);
        var actor = Spawn((_, _) => { });
        await AwaitAsync(System.StopAsync(actor, 9 * Second));
        var before = System.DeadLetterCount;
        probe.Send(actor, "late");
        await letters.ExpectMsg(new DeadLetter("late", probe.Ref, actor, DeadLetterReason.RecipientStopped));
        Spawn((self, _) => self.Reply("answer")).Tell("from nobody");
        Assert.Equal(DeadLetterReason.NoRecipient, (await letters.ExpectMsg<DeadLetter>(predicate: l => l.Message is "answer")).Reason);
        Assert.Equal(before + 2, System.DeadLetterCount);
    }

    [Fact]
    public async Task A_message_that_an_actor_has_no_use_for_is_published()
    {
        var (probe, unhandled) = (CreateTestProbe(), CreateTestProbe());
        System.EventStream.Subscribe<UnhandledMessage>(unhandled);
        var actor = Spawn((self, message) => self.Unhandled(message));
        probe.Send(actor, "what?");
        await unhandled.ExpectMsg(new UnhandledMessage("what?", probe.Ref, actor));
    }

    ActorInfo Info(ActorRef actor) => System.Tree().Single(info => info.Actor == actor);

    (object? Path, object? System) ScopeOf(string message)
    {
        var scope = Assert.Single(Logs.Entries, e => string.Equals(e.Message, message, StringComparison.Ordinal)).Scope;
        return (scope.Single(v => v.Key is "ActorPath").Value, scope.Single(v => v.Key is "ActorSystem").Value);
    }
}
