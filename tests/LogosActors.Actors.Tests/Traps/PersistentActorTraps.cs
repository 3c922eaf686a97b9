using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.Persistence;
using Akka.Persistence.TestKit;
using Akka.TestKit.Xunit2;
using Xunit.Abstractions;

namespace LogosActors.Actors.Tests.Traps;

/// <summary>What this project relies on, or guards against, in Akka's persistent actors.</summary>
public sealed class PersistentActorTraps : TestKit
{
    readonly ITestJournal _journal;

    public PersistentActorTraps(ITestOutputHelper output)
        : base(
            ConfigurationFactory.ParseString("akka.loglevel = ERROR, akka.persistence.journal.test.recovery-event-timeout = 300ms")
                .WithFallback(ConfigurationFactory.FromResource<TestJournal>("Akka.Persistence.TestKit.config.conf")),
            output: output) =>
        _journal = TestJournal.FromRef(Akka.Persistence.Persistence.Instance.Apply(Sys).JournalFor("akka.persistence.journal.test"));

    [Fact]
    public async Task PersistAllAsync_without_events_throws()
    {
        var actor = Start("none", (self, message) => self.PersistAllAsync(Array.Empty<string>(), _ => { }));
        await EventFilter.Exception<ArgumentException>().ExpectOneAsync(() =>
        {
            actor.Tell("go");
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task The_next_command_is_handled_before_the_handler_of_the_first_events()
    {
        var actor = Start("next", (self, message) =>
        {
            TestActor.Tell($"command {message}");
            self.PersistAllAsync([$"{message}"], stored => TestActor.Tell($"stored {stored}"));
        });
        actor.Tell(new Batch([1, 2, 3]));
        await ExpectMsgAsync("command 1");
        await ExpectMsgAsync("command 2");
        await ExpectMsgAsync("command 3");
        await ExpectMsgAsync("stored 1");
        await ExpectMsgAsync("stored 2");
        await ExpectMsgAsync("stored 3");
    }

    [Fact]
    public async Task What_is_deferred_runs_at_once_unless_writes_are_under_way()
    {
        var actor = Start("defer", (self, message) =>
        {
            self.DeferAsync("first", text => TestActor.Tell(text));
            TestActor.Tell("command");
            self.PersistAllAsync(["event"], text => TestActor.Tell(text));
            self.DeferAsync("second", text => TestActor.Tell(text));
            TestActor.Tell("end");
        });
        actor.Tell("go");
        foreach (var expected in (string[])["first", "command", "end", "event", "second"])
            await ExpectMsgAsync(expected);
    }

    [Fact]
    public async Task A_failed_write_stops_the_actor_whatever_its_supervisor_says_and_what_is_deferred_does_not_run()
    {
        await _journal.OnWrite.Fail();
        var actor = Start("failed", (self, message) =>
        {
            self.PersistAllAsync(["event"], text => TestActor.Tell(text));
            self.DeferAsync("deferred", text => TestActor.Tell(text));
        });
        Watch(actor);
        actor.Tell("go");
        await ExpectTerminatedAsync(actor);
    }

    [Fact]
    public async Task What_waits_behind_a_failed_write_becomes_dead_letters()
    {
        await _journal.OnWrite.Fail();
        Sys.EventStream.Subscribe(TestActor, typeof(DeadLetter));
        // Persist, unlike PersistAllAsync, lets commands wait.
        var actor = Start("letters", (self, message) => self.Persist("event", _ => { }));
        actor.Tell(new Batch([1, 2, 3]));
        await ExpectMsgAsync<DeadLetter>();
        await ExpectMsgAsync<DeadLetter>();
    }

    [Fact]
    public async Task The_first_message_behind_a_failed_Persist_comes_back_last()
    {
        // The reason why Persist, which stashes, is not used with RecreatedChild where the order matters.
        await _journal.OnWrite.Fail();
        Sys.EventStream.Subscribe(TestActor, typeof(DeadLetter));
        var actor = Start("order", (self, message) => self.Persist("event", _ => { }));
        actor.Tell(new Batch([0, 1, 2, 3]));
        foreach (var expected in (int[])[2, 3, 1])
            Assert.Equal(expected, (await ExpectMsgAsync<DeadLetter>()).Message);
    }

    [Fact]
    public async Task The_sequence_number_of_a_snapshot_counts_what_is_stored_not_what_is_decided()
    {
        var actor = Start("snapshot", (self, message) =>
        {
            self.PersistAllAsync(["a"], _ => TestActor.Tell(self.SnapshotSequenceNr));
            self.PersistAllAsync(["b"], _ => TestActor.Tell(self.SnapshotSequenceNr));
            TestActor.Tell(self.SnapshotSequenceNr);
        });
        actor.Tell("go");
        await ExpectMsgAsync(0L);
        await ExpectMsgAsync(1L);
        await ExpectMsgAsync(2L);
    }

    [Fact]
    public async Task A_rejected_event_leaves_Akkas_own_actor_running_with_a_state_that_is_ahead()
    {
        await _journal.OnWrite.Reject();
        var actor = Start("rejected", (self, message) =>
        {
            if (message is "ping")
                TestActor.Tell("pong");
            else
                self.PersistAllAsync(["event"], text => TestActor.Tell(text));
        });
        actor.Tell("go");
        actor.Tell("ping");
        await ExpectMsgAsync("pong");
        await ExpectNoMsgAsync(TimeSpan.FromMilliseconds(100));
        actor.Tell("ping");
        await ExpectMsgAsync("pong");
    }

    [Fact]
    public async Task An_event_that_cannot_be_applied_stops_the_actor_and_the_end_of_the_recovery_that_throws_restarts_it()
    {
        var actor = Start("apply", (self, message) => self.PersistAllAsync(["event"], text => TestActor.Tell(text)));
        actor.Tell("go");
        await ExpectMsgAsync("event");
        await StopAsync(actor);

        var stopped = Start("apply", (_, _) => { }, message => Throw(message is string));
        Watch(stopped);
        await ExpectTerminatedAsync(stopped);

        var attempts = 0;
        var restarted = Start("apply", (_, _) => TestActor.Tell("running"), message => Throw(message is RecoveryCompleted && ++attempts == 1));
        restarted.Tell("go");
        await FishForMessageAsync<string>(text => text == "running");
        Assert.Equal(2, attempts);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_recovery_that_fails_or_takes_too_long_stops_the_actor(bool isSlow)
    {
        var first = Start($"recovery-{isSlow}", (self, message) => self.PersistAllAsync(["event"], text => TestActor.Tell(text)));
        first.Tell("go");
        await ExpectMsgAsync("event");
        await StopAsync(first);
        if (isSlow)
            await _journal.OnRecovery.PassWithDelay(TimeSpan.FromSeconds(2));
        else
            await _journal.OnRecovery.Fail();
        var second = Start($"recovery-{isSlow}", (_, _) => { });
        Watch(second);
        await ExpectTerminatedAsync(second);
    }

    [Fact]
    public void Without_a_plugin_of_its_own_an_actor_would_use_the_memory_and_a_folder_and_a_journal_JSON_for_everything()
    {
        var config = Akka.Persistence.Persistence.DefaultConfig();
        Assert.Equal("akka.persistence.journal.inmem", config.GetString("akka.persistence.journal.plugin"));
        Assert.Equal("akka.persistence.snapshot-store.local", config.GetString("akka.persistence.snapshot-store.plugin"));
        Assert.Equal("json", config.GetString("akka.persistence.journal-plugin-fallback.serializer"));
        Assert.Equal("repair-by-discard-old", config.GetString("akka.persistence.journal-plugin-fallback.replay-filter.mode"));
    }

    [Fact]
    public async Task A_write_that_the_circuit_breaker_reports_as_failed_may_be_stored_later()
    {
        Sys.Settings.InjectTopLevelFallback(ConfigurationFactory.ParseString($$"""
            slow-journal {
              class = "{{typeof(SlowJournal).FullName}}, LogosActors.Actors.Tests"
              plugin-dispatcher = "akka.actor.default-dispatcher"
              circuit-breaker.call-timeout = 100ms
            }
            """));
        var actor = Start("slow", (self, _) => self.PersistAllAsync(["event"], text => TestActor.Tell(text)), journal: "slow-journal");
        Watch(actor);
        actor.Tell("go");
        await ExpectTerminatedAsync(actor);
        await AwaitAssertAsync(
            async () =>
            {
                var again = Start("slow", (_, _) => { }, journal: "slow-journal");
                await ExpectMsgAsync("recovered event", TimeSpan.FromMilliseconds(300));
                Sys.Stop(again);
            },
            TimeSpan.FromSeconds(5));
    }

    static void Throw(bool isDue)
    {
        if (isDue)
            throw new InvalidDataException();
    }

    IActorRef Start(string id, Action<Scripted, object> command, Action<object>? recover = null, string journal = "akka.persistence.journal.test")
    {
        var probe = TestActor;
        return Sys.ActorOf(Props.Create(() => new Scripted(id, journal, probe, command, recover)));
    }

    async Task StopAsync(IActorRef actor)
    {
        Watch(actor);
        Sys.Stop(actor);
        await ExpectTerminatedAsync(actor);
    }

    /// <summary>Handles all of its messages before it sees anything else.</summary>
    sealed record Batch(int[] Messages);

    sealed class Scripted : UntypedPersistentActor
    {
        readonly string _id;
        readonly IActorRef _probe;
        readonly Action<Scripted, object> _command;
        readonly Action<object>? _recover;

        public Scripted(string id, string journal, IActorRef probe, Action<Scripted, object> command, Action<object>? recover)
        {
            (_id, _probe, _command, _recover) = (id, probe, command, recover);
            (JournalPluginId, SnapshotPluginId) = (journal, "akka.persistence.snapshot-store.test");
        }

        public override string PersistenceId => _id;

        protected override void OnRecover(object message)
        {
            _recover?.Invoke(message);
            if (message is string text)
                _probe.Tell($"recovered {text}");
        }

        protected override void OnCommand(object message)
        {
            if (message is Batch batch)
                foreach (var next in batch.Messages)
                    Self.Tell(next);
            else
                _command(this, message);
        }

        protected override void Unhandled(object message)
        {
        }
    }

    sealed class SlowJournal : Akka.Persistence.Journal.MemoryJournal
    {
        protected override async Task<System.Collections.Immutable.IImmutableList<Exception>> WriteMessagesAsync(
            IEnumerable<AtomicWrite> messages, CancellationToken cancellationToken)
        {
            var all = messages.ToArray();
            await Task.Delay(500, CancellationToken.None);
            return await base.WriteMessagesAsync(all, CancellationToken.None);
        }
    }
}
