using LogosActors.Actors.Persistence;
using LogosActors.Actors.Persistence.Journals;
using LogosActors.Actors.TestKit;
using Xunit.Abstractions;
using CounterActor = LogosActors.Actors.Tests.Documentation.ReadmeSamples.CounterActor;
using Incremented = Google.Protobuf.WellKnownTypes.Empty;

namespace LogosActors.Actors.Tests.Documentation;

// sample: probe
public sealed class GreeterTests(ITestOutputHelper output) : XunitTestKit(output)
{
    [Fact]
    public async Task A_guest_is_greeted_by_name()
    {
        var guest = CreateTestProbe();
        var greeter = System.Spawn(Props.Create(() => new GreeterActor()));
        guest.Send(greeter, new Greeter.Greet("Ada"));
        await guest.ExpectMsg(new Greeter.Greeted("Hello, Ada"));
        await guest.ExpectNoMsg();
    }
}
// end sample

// sample: virtual-time
public sealed class ReminderTests(ITestOutputHelper output)
    : XunitTestKit(output, logs => new EmbeddedTestHost(new ActorSystemOptions { LoggerFactory = logs, Time = new VirtualTime() }))
{
    [Fact]
    public async Task A_reminder_comes_after_a_day_and_not_before()
    {
        var probe = CreateTestProbe();
        System.Spawn(Props.Create(() => new ReminderActor(probe, TimeSpan.FromDays(1))));
        await AdvanceAsync(TimeSpan.FromHours(23));
        await probe.ExpectNoMsg();
        await AdvanceAsync(TimeSpan.FromHours(1));
        await probe.ExpectMsg("time to go");
    }
}

sealed class ReminderActor(ActorRef target, TimeSpan delay) : Actor
{
    protected override void PreStart() => Context.StartSingleTimer("reminder", "time to go", delay);

    protected override void Receive(object message) => target.Tell(message);
}
// end sample

public sealed class TestingSamples(ITestOutputHelper output) : XunitTestKit(output)
{
    static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    // sample: explore
    [Fact]
    public void Of_two_who_want_the_last_ticket_one_gets_it() =>
        DeterministicHost.Explore(firstSeed: 1, count: 200, host =>
        {
            var office = host.System.Spawn(Props.Create(() => new TicketOfficeActor(tickets: 1)), "office");
            var (first, second) = (office.Ask<bool>("buy", Minute), office.Ask<bool>("buy", Minute));
            Assert.True(host.Await(first) ^ host.Await(second));
        });
    // end sample

    // sample: faults
    [Fact]
    public void A_count_that_was_acknowledged_survives_crashes_and_a_failing_journal() =>
        DeterministicHost.Explore(
            firstSeed: 1,
            count: 50,
            async host =>
            {
                var acknowledged = 0L;
                for (var i = 0; i < 20; i++)
                {
                    var counter = host.System.Spawn(Props.Create(() => new CounterActor()));
                    try
                    {
                        acknowledged = await counter.Ask<long>("increment", Minute);
                    }
                    catch (AskTimeoutException)
                    {
                        // It crashed, or its write failed: nothing was promised.
                    }

                    await host.System.StopAsync(counter, Minute);
                }

                host.Faults = FaultPlan.None;                                             // let it settle, then judge
                ((FaultyJournal)host.System.Options.Persistence.Journal!).IsFaulty = false;
                var survivor = host.System.Spawn(Props.Create(() => new CounterActor()));
                Assert.True(await survivor.Ask<long>("increment", Minute) > acknowledged);
            },
            options => options with
            {
                Persistence = new PersistenceOptions
                {
                    Journal = new FaultyJournal(
                        new InMemoryJournal(),
                        new JournalFaults { FailBeforeWrite = 0.1, FailAfterWrite = 0.1, MaxDelay = TimeSpan.FromSeconds(1) },
                        options.Time,
                        options.Seed!.Value),
                    Serialization = EventSerialization.CreateBuilder().Add(Incremented.Parser).Build(),
                },
            },
            new FaultPlan { CrashProbability = 0.1, ClockStepProbability = 0.1 });
    // end sample

    [Fact]
    public async Task Expectations_about_the_log_and_dead_letters()
    {
        var probe = CreateTestProbe();
        // sample: event-filter
        var office = System.Spawn(Props.Create(() => new TicketOfficeActor(1)), "office");
        await EventFilter.Exception<ArgumentException>("dance").Expect(1, () => office.Tell("dance"));
        await AwaitCondition(() => System.Tree().Single(info => info.Actor == office).Restarts == 1);
        probe.Watch(office);
        System.Stop(office);
        await probe.ExpectTerminated(office);
        await EventFilter.DeadLetter<string>().Expect(1, () => office.Tell("too late"));
        // end sample
    }

    sealed class TicketOfficeActor(int tickets) : Actor
    {
        int _left = tickets;

        protected override void Receive(object message)
        {
            if (message is not "buy")
                throw new ArgumentException($"The office does not {message}.", nameof(message));
            Reply(_left-- > 0);
        }
    }
}
