using Akka.Actor;
using LogosActors.Actors;
using LogosActors.TestKit;

namespace LogosActors.Documentation.Tests;

/// <summary>The code that docs/testing.md shows.</summary>
public sealed class TestingSamples
{
    // sample: virtual-time
    [Fact]
    public void A_reminder_comes_after_a_day_and_not_before()
    {
        using var simulation = new Simulation();
        var probe = simulation.CreateProbe();
        simulation.System.ActorOf(Props.Create(() => new ReminderActor(probe.Ref, TimeSpan.FromDays(1))));

        probe.ExpectNoMessage(TimeSpan.FromHours(23));          // takes milliseconds
        probe.ExpectMessage("time to go", TimeSpan.FromHours(2));
    }
    // end sample

    // sample: explore
    [Fact]
    public void Of_two_who_want_the_last_ticket_one_gets_it() => Simulation.Explore(seeds: 200, simulation =>
    {
        var office = simulation.System.ActorOf(Props.Create(() => new TicketOfficeActor(1)), "office");
        var (first, second) = (simulation.AskAsync<bool>(office, "buy"), simulation.AskAsync<bool>(office, "buy"));

        Assert.True(simulation.Wait(first) ^ simulation.Wait(second));
    });
    // end sample

    // sample: faults
    [Fact]
    public void A_count_that_was_acknowledged_survives_crashes_and_a_failing_journal() => Simulation.Explore(
        seeds: 50,
        simulation =>
        {
            var counters = simulation.System.ActorOf(CountersActor.Props(Simulated), "counters");
            var acknowledged = 0L;
            for (var i = 0; i < 20; i++)
            {
                var answer = simulation.AskAsync<object>(counters, Counter.Increment.Instance, timeout: TimeSpan.FromMinutes(1));
                if (simulation.RunUntil(() => answer.IsCompleted, TimeSpan.FromMinutes(2)) && answer is { IsCompletedSuccessfully: true, Result: long count })
                    acknowledged = count;                       // otherwise nothing was promised
            }

            simulation.Faults = SimulationFaults.None;          // let it settle, then judge
            simulation.Storage.Faults = StorageFaults.None;
            Assert.True(simulation.Ask<long>(counters, Counter.Increment.Instance) > acknowledged);
        },
        new SimulationOptions
        {
            Faults = new SimulationFaults { CrashProbability = 0.05, ClockStepProbability = 0.1 },
            StorageFaults = new StorageFaults { WriteFailure = 0.1, WriteFailureAfterCommit = 0.1, MaxLatency = TimeSpan.FromSeconds(1) },
        });

    static readonly PersistencePlugins Simulated = new("akka.persistence.journal.simulated", "akka.persistence.snapshot-store.simulated");
    // end sample

    // sample: kill
    [Fact]
    public void A_count_survives_the_process()
    {
        using var simulation = new Simulation();
        var before = simulation.CreateSystem("shop");
        simulation.Ask<long>(before.ActorOf(CountersActor.Props(Simulated)), Counter.Increment.Instance);

        simulation.Kill(before);                                // no PostStop, no timer; writes under way are lost or not, by the seed
        var after = simulation.CreateSystem("shop", simulation.StorageOf(before));

        Assert.Equal(2, simulation.Ask<long>(after.ActorOf(CountersActor.Props(Simulated)), Counter.Increment.Instance));
    }
    // end sample

    sealed class TicketOfficeActor(int tickets) : UntypedActor
    {
        int _left = tickets;

        protected override void OnReceive(object message) => Sender.Tell(_left-- > 0);
    }
}

// sample: reminder
sealed class ReminderActor(IActorRef target, TimeSpan delay) : UntypedActor, IWithTimers
{
    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => Timers.StartSingleTimer("reminder", "time to go", delay);

    protected override void OnReceive(object message) => target.Tell(message);
}
// end sample

// sample: probe
public sealed class ShopTests : Akka.TestKit.Xunit2.TestKit
{
    [Fact]
    public async Task A_customer_gets_the_price()
    {
        var shop = Sys.ActorOf(Props.Create(() => new ShopActor(() => Task.FromResult(7m))));

        shop.Tell(Shop.GetPrice.Instance, TestActor);

        await ExpectMsgAsync(new Shop.Price(7));
    }
}
// end sample
