using LogosActors.Actors.Persistence;
using LogosActors.Actors.Persistence.Journals;
using LogosActors.Actors.TestKit;
using Xunit.Abstractions;

namespace LogosActors.Actors.Tests.Conformance;

public sealed class StrayWorkOnEmbeddedHost(ITestOutputHelper output) : StrayWorkRules(Hosts.Embedded, output);

public sealed class StrayWorkOnDeterministicHost(ITestOutputHelper output) : StrayWorkRules(Hosts.Deterministic, output);

/// <summary>The contract about stops in the middle of something, and about work that goes on after its actor.</summary>
public abstract class StrayWorkRules(HostFactory host, ITestOutputHelper output)
    : SupervisionSuite(host, output, options => options with
    {
        Persistence = new PersistenceOptions
        {
            Journal = new FaultyJournal(new InMemoryJournal(), new JournalFaults { MaxDelay = 10 * Second }, options.Time, seed: 1),
        },
    })
{
    [Fact]
    public async Task A_token_that_is_asked_for_after_the_stop_was_requested_is_cancelled()
    {
        var probe = CreateTestProbe();
        var actor = System.Spawn(Props.Create(() => new AwaitingActor(async (self, _) =>
        {
            probe.Ref.Tell("begun");
            await Task.Delay(Second, self.Time);
            await Task.Delay(Timeout.InfiniteTimeSpan, self.Time, self.Context.Stopping);
        })));
        probe.Watch(actor);
        actor.Tell("go");
        await probe.ExpectMsg("begun");
        System.Stop(actor);
        await AdvanceAsync(2 * Second);
        await probe.ExpectTerminated(actor);
    }

    [Fact]
    public async Task A_stop_during_the_recovery_ends_it_and_frees_the_history()
    {
        var probe = CreateTestProbe();
        for (var i = 0; i < 3; i++)
        {
            var actor = System.Spawn(Props.Create(() => new Recovering(probe)), "recovering");
            probe.Watch(actor);
            actor.Tell("waits");
            System.Stop(actor);
            await probe.ExpectTerminated(actor);
        }

        Assert.Equal(3, System.DeadLetterCount);
        Assert.DoesNotContain(Logs.Entries, e => e.Exception is not null);
        var last = System.Spawn(Props.Create(() => new Recovering(probe)), "recovering");
        last.Tell("handled");
        await AdvanceAsync(TimeSpan.FromMinutes(2));
        Assert.Equal(["recovered", "handled"], await probe.ReceiveN(2));
    }

    [Fact]
    public async Task Work_that_outlives_its_actor_runs_on_but_gets_nothing_more_from_the_context()
    {
        var probe = CreateTestProbe();
        var bystander = Spawn((_, _) => { });
        var actor = System.Spawn(Props.Create(() => new AwaitingActor((self, _) =>
        {
            _ = StrayAsync(self);
            self.Reply("begun");
            return Task.CompletedTask;
        })));
        probe.Watch(actor);
        Assert.Equal("begun", await AwaitAsync(actor.Ask<string>("go", Second)));
        System.Stop(actor);
        await probe.ExpectTerminated(actor);
        await AdvanceAsync(20 * Second);
        await probe.ExpectMsg("refused 4, cancelled True");
        await probe.ExpectNoMsg();

        async Task StrayAsync(AwaitingActor self)
        {
            await Task.Delay(10 * Second, self.Time);
            var refused = 0;
            Action[] wishes =
            [
                () => self.Context.StartPeriodicTimer("tick", "tick", Second),
                () => self.Context.SetReceiveTimeout(Second),
                () => self.Context.Watch(bystander),
                () => self.Context.Spawn(Props.Create(() => new ScriptedActor())),
            ];
            foreach (var wish in wishes)
            {
                try
                {
                    wish();
                }
                catch (InvalidOperationException)
                {
                    refused++;
                }
            }

            probe.Ref.Tell($"refused {refused}, cancelled {self.Context.Stopping.IsCancellationRequested}");
        }
    }

    [Fact]
    public async Task Work_that_fails_after_its_actor_has_stopped_is_logged()
    {
        var probe = CreateTestProbe();
        var actor = System.Spawn(Props.Create(() => new AwaitingActor((self, _) =>
        {
            FailLater(self);
            probe.Ref.Tell("begun");
            return Task.CompletedTask;
        })));
        actor.Tell("go");
        probe.Watch(actor);
        await probe.ExpectMsg("begun");
        System.Stop(actor);
        await probe.ExpectTerminated(actor);
        await EventFilter.Exception<FormatException>("stray").Expect(1, () => AdvanceAsync(2 * Second));
    }

    [Fact]
    public async Task Work_that_fails_during_a_backoff_is_logged_and_changes_nothing()
    {
        var backoff = new ExponentialBackoff(10 * Second, 20 * Second, jitter: 0);
        var probe = CreateTestProbe();
        var actor = await SpawnChild(
            SpawnSupervisor(new OneForOneStrategy { Backoff = backoff }),
            Props.Create(() => new AwaitingActor((self, message) =>
            {
                if (message is "alive?")
                    probe.Ref.Tell("alive");
                else
                    FailLater(self);
                return message is "go" ? throw new FormatException("fails") : Task.CompletedTask;
            })));
        actor.Tell("go");
        actor.Tell("alive?");
        await EventFilter.Exception<FormatException>("stray").Expect(1, () => AdvanceAsync(9 * Second));
        Assert.Equal(ActorState.Restarting, System.Tree().Single(a => a.Actor == actor).State);
        await AdvanceAsync(2 * Second);
        await probe.ExpectMsg("alive");
        Assert.Equal(1, RestartsOf(actor));
    }

#pragma warning disable VSTHRD100, MA0155 // the very mistake that the rules are about
    static async void FailLater(AwaitingActor self)
#pragma warning restore VSTHRD100, MA0155
    {
        await Task.Delay(Second, self.Time);
        throw new FormatException("stray");
    }

    sealed class Recovering(TestProbe probe) : PersistentActor
    {
        protected override string PersistenceId => "recovering";

        protected override void Recover(object message) => probe.Ref.Tell("recovered");

        protected override void Receive(object message) => probe.Ref.Tell(message);
    }
}
