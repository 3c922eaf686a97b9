using LogosActors.Actors.TestKit;
using Xunit.Abstractions;

namespace LogosActors.Actors.Tests.Conformance;

public sealed class BehavioursOnEmbeddedHost(ITestOutputHelper output) : BehaviourRules(Hosts.Embedded, output);

public sealed class BehavioursOnDeterministicHost(ITestOutputHelper output) : BehaviourRules(Hosts.Deterministic, output);

/// <summary>The contract about stashing and about changed behaviour.</summary>
public abstract class BehaviourRules(HostFactory host, ITestOutputHelper output) : ConformanceSuite(host, output)
{
    [Fact]
    public async Task Stashed_messages_come_back_in_their_order_and_in_front_of_the_mailbox()
    {
        var probe = CreateTestProbe();
        Scripted((self, message) => Door(self, message, probe), "a", "b", "open", "c", "d");
        Assert.Equal(["a", "b", "c", "d"], await probe.ReceiveN(4));
    }

    [Fact]
    public async Task Messages_that_are_stashed_again_stay_in_front_of_those_that_have_not_come_back_yet()
    {
        var probe = CreateTestProbe();
        var opened = false;
        var stashedAgain = false;
        Scripted(
            (self, message) =>
            {
                if (message is "open")
                    opened = true;
                if (!opened || (message is "a" && !stashedAgain))
                {
                    stashedAgain = opened;
                    self.Context.Stash();
                    return;
                }

                if (message is "open" or "b")
                    self.Context.UnstashAll();
                probe.Ref.Tell(message);
            },
            "a", "b", "c", "open", "d");
        Assert.Equal(["open", "b", "a", "c", "d"], await probe.ReceiveN(5));
    }

    [Fact]
    public async Task A_stashed_message_keeps_its_sender()
    {
        var (first, second) = (CreateTestProbe(), CreateTestProbe());
        var actor = Spawn((self, message) =>
        {
            if (message is "open")
            {
                self.Context.Become(later => self.Reply(later));
                self.Context.UnstashAll();
            }
            else
            {
                self.Context.Stash();
            }
        });
        first.Send(actor, 1);
        second.Send(actor, 2);
        await AdvanceAsync(TimeSpan.Zero);
        actor.Tell("open");
        await first.ExpectMsg(1);
        await second.ExpectMsg(2);
    }

    [Fact]
    public async Task A_message_can_be_stashed_after_an_await()
    {
        var probe = CreateTestProbe();
        var seen = 0;
        var actor = System.Spawn(Props.Create(() => new AwaitingActor(async (self, message) =>
        {
            await Task.Delay(Second, self.Context.System.Time);
            if (message is "later" && ++seen == 1)
            {
                self.Context.Stash();
                return;
            }

            probe.Ref.Tell((message, self.Sender));
            self.Context.UnstashAll();
        })));
        probe.Send(actor, "later");
        probe.Send(actor, "now");
        await AdvanceAsync(10 * Second);
        await probe.ExpectMsg(((object)"now", probe.Ref));
        await probe.ExpectMsg(((object)"later", probe.Ref));
    }

    [Fact]
    public async Task A_full_stash_fails_the_actor_and_what_was_stashed_comes_back()
    {
        var probe = CreateTestProbe();
        var incarnations = 0;
        var actor = System.Spawn(Props.Create(() =>
        {
            var incarnation = Interlocked.Increment(ref incarnations);
            return new ScriptedActor((self, message) =>
            {
                if (incarnation == 1)
                    self.Context.Stash();
                else
                    probe.Ref.Tell(message);
            });
        }) with
        { StashCapacity = 2 });
        await EventFilter.Exception<StashOverflowException>("has stashed 2 messages").Expect(1, () =>
        {
            foreach (var message in new[] { "a", "b", "one too many", "d" })
                actor.Tell(message);
        });
        Assert.Equal(["a", "b", "d"], await probe.ReceiveN(3));
        await probe.ExpectNoMsg();
    }

    [Fact]
    public async Task A_message_is_stashed_once_and_only_while_it_is_handled()
    {
        var probe = CreateTestProbe();
        var actor = System.Spawn(Props.Create(() => new ScriptedActor((self, message) =>
        {
            if (message is "open")
            {
                self.Context.Become(later => probe.Ref.Tell(later));
                self.Context.UnstashAll();
                return;
            }

            self.Context.Stash();
            Assert.Throws<InvalidOperationException>(self.Context.Stash);
        })
        {
            OnPreStart = self =>
            {
                Assert.Throws<InvalidOperationException>(self.Context.Stash);
                probe.Ref.Tell("started");
            },
        }));
        await probe.ExpectMsg("started");
        actor.Tell("a");
        actor.Tell("open");
        await probe.ExpectMsg("a");
        await probe.ExpectNoMsg();
    }

    [Fact]
    public async Task What_a_timer_or_a_watch_told_can_be_stashed()
    {
        var probe = CreateTestProbe();
        var watched = System.Spawn(Props.Create(() => new ScriptedActor((_, _) => { })));
        var actor = Spawn((self, message) =>
        {
            switch (message)
            {
                case "start":
                    self.Context.StartSingleTimer("key", "timer", Second);
                    self.Context.Watch(watched);
                    break;
                case "open":
                    self.Context.Become(later => probe.Ref.Tell(later));
                    self.Context.UnstashAll();
                    break;
                default:
                    self.Context.Stash();
                    break;
            }
        });
        actor.Tell("start");
        await AdvanceAsync(2 * Second);
        await AwaitAsync(System.StopAsync(watched, Second));
        actor.Tell("open");
        Assert.Equal(["timer", new Terminated(watched)], await probe.ReceiveN(2));
    }

    [Fact]
    public async Task The_stash_of_an_actor_that_stops_becomes_dead_letters_before_its_mailbox()
    {
        var letters = CreateTestProbe();
        System.EventStream.Subscribe<DeadLetter>(letters.Ref);
        Scripted(
            (self, message) =>
            {
                if (message is "stop")
                    self.Context.Stop(self.Self);
                else
                    self.Context.Stash();
            },
            "a", "b", "stop", "c");
        Assert.Equal(["a", "b", "c"], (await letters.ReceiveN(3)).Select(l => ((DeadLetter)l).Message));
    }

    [Fact]
    public async Task The_failing_message_can_be_stashed_before_the_restart_and_comes_back()
    {
        var probe = CreateTestProbe();
        var incarnations = 0;
        var actor = System.Spawn(Props.Create(() =>
        {
            var incarnation = Interlocked.Increment(ref incarnations);
            return new ScriptedActor((self, message) =>
            {
                if (incarnation > 1)
                    probe.Ref.Tell((message, self.Sender));
                else if (message is "fail")
                    throw new FormatException("fail");
                else
                    self.Context.Stash();
            })
            {
                OnPreRestart = (self, _, _) => self.Context.Stash(),
            };
        }));
        foreach (var message in new[] { "a", "fail", "b" })
            probe.Send(actor, message);
        foreach (var message in new[] { "a", "fail", "b" })
            await probe.ExpectMsg(((object)message, probe.Ref));
        await probe.ExpectNoMsg();
    }

    [Fact]
    public async Task A_new_behaviour_replaces_the_one_before_it_and_ends_with_unbecome()
    {
        var probe = CreateTestProbe();
        Scripted(
            (self, message) =>
            {
                probe.Ref.Tell($"own {message}");
                self.Context.Become(first =>
                {
                    probe.Ref.Tell($"first {first}");
                    self.Context.Become(second =>
                    {
                        probe.Ref.Tell($"second {second}");
                        self.Context.Unbecome();
                    });
                });
            },
            1, 2, 3, 4);
        Assert.Equal(["own 1", "first 2", "second 3", "own 4"], await probe.ReceiveN(4));
    }

    [Fact]
    public async Task An_asynchronous_behaviour_holds_the_mailbox_and_keeps_the_sender()
    {
        var probe = CreateTestProbe();
        var actor = Spawn((self, message) =>
        {
            self.Reply($"own {message}");
            self.Context.BecomeAsync(async changed =>
            {
                self.Reply($"{changed} begins");
                await Task.Delay(Second, self.Context.System.Time);
                self.Reply($"{changed} ends");
                if (changed is 3)
                    self.Context.Unbecome();
            });
        });
        for (var i = 1; i <= 4; i++)
            probe.Send(actor, i);
        await AdvanceAsync(5 * Second);
        Assert.Equal(["own 1", "2 begins", "2 ends", "3 begins", "3 ends", "own 4"], await probe.ReceiveN(6));
        Assert.Equal(actor, probe.LastSender);
    }

    [Theory]
    [InlineData(Directive.Restart, "own after")]
    [InlineData(Directive.Resume, "changed after")]
    public async Task A_restart_returns_to_the_own_behaviour_and_a_resume_keeps_the_changed_one(Directive directive, string expected)
    {
        var probe = CreateTestProbe();
        var parent = System.Spawn(Props.Create(() => new ScriptedActor((self, _) =>
        {
            var child = self.Context.Spawn(Props.Create(() => new ScriptedActor((actor, message) =>
            {
                probe.Ref.Tell($"own {message}");
                actor.Context.BecomeAsync(async changed =>
                {
                    await Task.Yield();
                    if (changed is "fail")
                        throw new FormatException("fail");
                    probe.Ref.Tell($"changed {changed}");
                });
            })));
            foreach (var message in new[] { "before", "fail", "after" })
                child.Tell(message);
        })) with
        { SupervisorStrategy = new OneForOneStrategy { Decider = _ => directive } });
        parent.Tell("go");
        Assert.Equal(["own before", expected], await probe.ReceiveN(2));
    }

    [Fact]
    public async Task There_is_no_behaviour_that_is_null()
    {
        var probe = CreateTestProbe();
        Spawn((self, message) =>
        {
            Assert.Throws<ArgumentNullException>(() => self.Context.Become(null!));
            Assert.Throws<ArgumentNullException>(() => self.Context.BecomeAsync(null!));
            probe.Ref.Tell(message);
        }).Tell("kept");
        await probe.ExpectMsg("kept");
    }

    /// <summary>Stashes until it is opened; then tells the probe.</summary>
    static void Door(ScriptedActor self, object message, TestProbe probe)
    {
        if (message is not "open")
        {
            self.Context.Stash();
            return;
        }

        self.Context.Become(later => probe.Ref.Tell(later));
        self.Context.UnstashAll();
    }

    /// <summary>Spawns an actor that finds all these messages in its mailbox when it handles the first.</summary>
    void Scripted(Action<ScriptedActor, object> receive, params object[] messages) =>
        System.Spawn(Props.Create(() => new ScriptedActor(receive)
        {
            OnPreStart = self =>
            {
                foreach (var message in messages)
                    self.Self.Tell(message);
            },
        }));
}
