using System.Collections.Concurrent;
using LogosActors.Actors.TestKit;
using Xunit.Abstractions;

namespace LogosActors.Actors.Tests.Conformance;

public sealed class LifecycleOnEmbeddedHost(ITestOutputHelper output) : LifecycleRules(Hosts.Embedded, output);

public sealed class LifecycleOnDeterministicHost(ITestOutputHelper output) : LifecycleRules(Hosts.Deterministic, output);

/// <summary>The contract about messages, starts, restarts and stops.</summary>
public abstract class LifecycleRules(HostFactory host, ITestOutputHelper output) : ConformanceSuite(host, output)
{
    [Fact]
    public async Task Messages_of_one_sender_arrive_in_the_order_in_which_they_were_told()
    {
        const int Senders = 5;
        const int Each = 400;
        var probe = CreateTestProbe();
        for (var i = 0; i < Senders; i++)
        {
            var sender = i;
            System.Spawn(Props.Create(() => new ScriptedActor
            {
                OnPreStart = self =>
                {
                    for (var n = 0; n < Each; n++)
                        probe.Ref.Tell((sender, n), self.Self);
                },
            }));
        }

        var next = new int[Senders];
        foreach (var (sender, n) in (await probe.ReceiveN(Senders * Each)).Cast<(int, int)>())
            Assert.Equal(next[sender]++, n);
    }

    [Fact]
    public async Task Sender_and_self_are_the_same_after_an_await_as_before_it()
    {
        var (first, second) = (CreateTestProbe(), CreateTestProbe());
        var actor = System.Spawn(Props.Create(() => new AwaitingActor(async (self, message) =>
        {
            await Task.Delay(Second, self.Time);
            self.Reply((message, self.Self));
        })));
        first.Send(actor, "from first");
        second.Send(actor, "from second");
        await AdvanceAsync(2 * Second);
        await first.ExpectMsg(((object)"from first", actor));
        Assert.Equal(actor, first.LastSender);
        await second.ExpectMsg(((object)"from second", actor));
    }

    [Fact]
    public async Task Messages_wait_while_an_asynchronous_handler_is_under_way()
    {
        var probe = CreateTestProbe();
        var actor = System.Spawn(Props.Create(() => new AwaitingActor(async (self, message) =>
        {
            probe.Ref.Tell($"{message} begins");
            await Task.Delay(Second, self.Time);
            probe.Ref.Tell($"{message} ends");
        })));
        actor.Tell("one");
        actor.Tell("two");
        await probe.ExpectMsg("one begins");
        await probe.ExpectNoMsg(Second / 2);
        await AdvanceAsync(2 * Second);
        Assert.Equal(["one ends", "two begins", "two ends"], await probe.ReceiveN(3));
    }

    [Fact]
    public async Task A_stop_during_an_await_cancels_the_token_and_waits_for_the_end_of_the_handler()
    {
        var probe = CreateTestProbe();
        var actor = System.Spawn(Props.Create(() => new AwaitingActor(async (self, _) =>
        {
            probe.Ref.Tell("begun");
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, self.Time, self.Context.Stopping);
            }
            catch (OperationCanceledException)
            {
                await Task.Delay(Second, self.Time);
                probe.Ref.Tell("cleaned up");
                throw;
            }
        })));
        probe.Watch(actor);
        actor.Tell("work");
        await probe.ExpectMsg("begun");
        System.Stop(actor);
        await probe.ExpectNoMsg(Second / 2);
        await AdvanceAsync(Second);
        await probe.ExpectMsg("cleaned up");
        await probe.ExpectTerminated(actor);
        Assert.DoesNotContain(Logs.Entries, e => e.Exception is not null);
    }

    [Fact]
    public async Task A_name_is_taken_until_the_stop_has_completed_and_free_after_it()
    {
        var actor = System.Spawn(Props.Create(() => new AwaitingActor(async (self, _) => await Task.Delay(Second, self.Time))), "name");
        actor.Tell("work");
        Assert.Throws<InvalidActorNameException>(() => System.Spawn(Props.Create(() => new ScriptedActor()), "name"));
        var stopped = System.StopAsync(actor, 9 * Second);
        await AdvanceAsync(2 * Second);
        await AwaitAsync(stopped);
        var successor = System.Spawn(Props.Create(() => new ScriptedActor((self, _) => self.Reply("successor"))), "name");
        Assert.Equal("successor", await AwaitAsync(successor.Ask<string>("who", 9 * Second)));
        Assert.NotEqual(actor, successor);
    }

    [Fact]
    public async Task A_restart_drops_the_failing_message_and_keeps_the_mailbox_and_the_address()
    {
        var probe = CreateTestProbe();
        var incarnations = 0;
        var actor = System.Spawn(Props.Create(() =>
        {
            var incarnation = Interlocked.Increment(ref incarnations);
            return new ScriptedActor((_, message) =>
            {
                if (message is "fail")
                    throw new FormatException("fail");
                probe.Ref.Tell((incarnation, message));
            });
        }));
        await EventFilter.Exception<FormatException>().Expect(1, () =>
        {
            foreach (var message in new[] { "before", "fail", "after", "last" })
                actor.Tell(message);
        });
        await probe.ExpectMsg((1, (object)"before"));
        await probe.ExpectMsg((2, (object)"after"));
        await probe.ExpectMsg((2, (object)"last"));
        await probe.ExpectNoMsg();
    }

    [Fact]
    public async Task A_restart_ends_timers_behaviour_and_children_before_the_new_instance_starts()
    {
        var probe = CreateTestProbe();
        var incarnations = 0;
        var actor = System.Spawn(Props.Create(() =>
        {
            var incarnation = Interlocked.Increment(ref incarnations);
            return new ScriptedActor
            {
                OnPreStart = self => probe.Ref.Tell($"{incarnation} starts with {self.Context.Children.Count} children"),
                OnReceive = (self, message) =>
                {
                    switch (message)
                    {
                        case "prepare":
                            self.Context.StartPeriodicTimer("tick", "tick", Second);
                            self.Context.Spawn(Props.Create(() => new ScriptedActor { OnPostStop = _ => probe.Ref.Tell("child stopped") }), "child");
                            self.Context.Become(changed => throw new FormatException($"{changed}"));
                            break;
                        default:
                            probe.Ref.Tell(message);
                            break;
                    }
                },
            };
        }));
        await probe.ExpectMsg("1 starts with 0 children");
        actor.Tell("prepare");
        actor.Tell("fails the changed behaviour");
        Assert.Equal(["child stopped", "2 starts with 0 children"], await probe.ReceiveN(2));
        await probe.ExpectNoMsg(3 * Second);
        actor.Tell("own behaviour again");
        await probe.ExpectMsg("own behaviour again");
    }

    [Fact]
    public async Task A_restart_puts_back_what_was_stashed_in_front_of_the_mailbox()
    {
        var probe = CreateTestProbe();
        var incarnations = 0;
        var actor = System.Spawn(Props.Create(() =>
        {
            var incarnation = Interlocked.Increment(ref incarnations);
            return new ScriptedActor((self, message) =>
            {
                if (message is "fail")
                    throw new FormatException("fail");
                if (incarnation == 1)
                    self.Context.Stash();
                else
                    probe.Ref.Tell((message, self.Sender));
            });
        }));
        foreach (var message in new[] { "a", "b", "fail", "c" })
            probe.Send(actor, message);
        foreach (var message in new[] { "a", "b", "c" })
            await probe.ExpectMsg(((object)message, probe.Ref));
    }

    [Fact]
    public async Task A_watcher_gets_exactly_one_Terminated_after_everything_that_the_dead_actor_sent()
    {
        var probe = CreateTestProbe();
        var actor = System.Spawn(Props.Create(() => new ScriptedActor
        {
            OnReceive = (self, _) =>
            {
                for (var i = 0; i < 100; i++)
                    self.Reply(i);
                self.Context.Stop(self.Self);
            },
            OnPostStop = _ => probe.Ref.Tell("last words"),
        }));
        probe.Watch(actor);
        probe.Watch(actor);
        probe.Send(actor, "go");
        Assert.Equal(Enumerable.Range(0, 100).Cast<object>().Append("last words"), await probe.ReceiveN(101));
        await probe.ExpectTerminated(actor);
        await probe.ExpectNoMsg();
        var late = CreateTestProbe();
        late.Watch(actor);
        await late.ExpectTerminated(actor);
    }

    [Fact]
    public async Task A_Terminated_that_waits_in_the_mailbox_is_not_delivered_after_an_unwatch()
    {
        var probe = CreateTestProbe();
        var watched = Spawn((_, _) => { });
        var watcher = System.Spawn(Props.Create(() => new AwaitingActor(async (self, message) =>
        {
            if (message is not "watch")
            {
                probe.Ref.Tell(message);
                return;
            }

            self.Context.Watch(watched);
            self.Reply("watching");
            await Gate.Task;
            self.Context.Unwatch(watched);
        })));
        probe.Send(watcher, "watch");
        await probe.ExpectMsg("watching");
        await AwaitAsync(System.StopAsync(watched, 9 * Second));
        watcher.Tell("after");
        Gate.SetResult();
        await probe.ExpectMsg("after");
        await probe.ExpectNoMsg();
    }

    [Fact]
    public async Task A_stop_overtakes_the_messages_that_wait_and_those_become_dead_letters()
    {
        var handled = new ConcurrentQueue<object>();
        var actor = System.Spawn(Props.Create(() => new ScriptedActor((self, message) =>
        {
            handled.Enqueue(message);
            for (var i = 0; i < 10; i++)
                self.Self.Tell(i);
            self.Context.Stop(self.Self);
        })));
        var probe = CreateTestProbe();
        probe.Watch(actor);
        await EventFilter.DeadLetter<int>(letter => letter.Recipient == actor && letter.Reason == DeadLetterReason.RecipientStopped)
            .Expect(10, () => actor.Tell("go"));
        await probe.ExpectTerminated(actor);
        Assert.Equal(["go"], handled);
    }

    [Fact]
    public async Task A_poison_pill_stops_after_everything_that_was_told_before_it()
    {
        var probe = CreateTestProbe();
        var actor = System.Spawn(Props.Create(() => new ScriptedActor((_, message) => probe.Ref.Tell(message))));
        probe.Watch(actor);
        actor.Tell(1);
        actor.Tell(2);
        actor.Tell(PoisonPill.Instance);
        actor.Tell(3);
        Assert.Equal([1, 2], await probe.ReceiveN(2));
        await probe.ExpectTerminated(actor);
        await probe.ExpectNoMsg();
    }

    [Fact]
    public async Task Children_stop_before_their_parent_has_stopped()
    {
        var probe = CreateTestProbe();
        var parent = System.Spawn(Props.Create(() => new ScriptedActor
        {
            OnPreStart = self =>
            {
                for (var i = 0; i < 3; i++)
                {
                    var name = $"child-{i}";
                    self.Context.Spawn(Props.Create(() => new ScriptedActor { OnPostStop = _ => probe.Ref.Tell(name) }), name);
                }
            },
            OnPostStop = _ => probe.Ref.Tell("parent"),
        }));
        probe.Watch(parent);
        System.Stop(parent);
        var stops = await probe.ReceiveN(4);
        Assert.Equal("parent", stops[3]);
        Assert.Equal(["child-0", "child-1", "child-2"], stops.Take(3).Cast<string>().Order());
        await probe.ExpectTerminated(parent);
    }
}
