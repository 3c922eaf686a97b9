using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit.Xunit2;

namespace LogosActors.Actors.Tests;

public sealed class TicklessSchedulerTests()
    : TestKit(ConfigurationFactory.ParseString("""akka.loggers = ["Akka.TestKit.TestEventListener, Akka.TestKit"]""").WithFallback(LogosSystem.Defaults))
{
    IScheduler Scheduler => Sys.Scheduler;

    TicklessScheduler Tickless => (TicklessScheduler)Sys.Scheduler;

    [Fact]
    public async Task Messages_arrive_in_the_order_in_which_they_are_due_and_never_early()
    {
        var random = new Random(1);
        var due = Enumerable.Range(0, 200).Select(_ => random.Next(0, 100)).ToArray();
        var started = Tickless.MonotonicClock;
        foreach (var delay in due)
            Scheduler.ScheduleTellOnce(TimeSpan.FromMilliseconds(delay), TestActor, delay, ActorRefs.NoSender);

        var arrived = new List<int>();
        foreach (var _ in due)
        {
            var delay = await ExpectMsgAsync<int>(TimeSpan.FromSeconds(20));
            Assert.True(Tickless.MonotonicClock - started >= TimeSpan.FromMilliseconds(delay));
            arrived.Add(delay);
        }
        Assert.Equal(due.Order(), arrived);
    }

    [Fact]
    public async Task What_is_due_sooner_does_not_wait_for_what_was_scheduled_before()
    {
        Scheduler.ScheduleTellOnce(TimeSpan.FromDays(100), TestActor, "late", ActorRefs.NoSender);
        Scheduler.ScheduleTellOnce(TimeSpan.FromMilliseconds(10), TestActor, "soon", ActorRefs.NoSender);
        await ExpectMsgAsync("soon", TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task What_repeats_goes_on_until_it_is_cancelled()
    {
        var cancelable = new Cancelable(Scheduler);
        Scheduler.ScheduleTellRepeatedly(TimeSpan.Zero, TimeSpan.FromMilliseconds(5), TestActor, "tick", ActorRefs.NoSender, cancelable);
        for (var i = 0; i < 10; i++)
            await ExpectMsgAsync("tick", TimeSpan.FromSeconds(20));
        cancelable.Cancel();
        await AwaitConditionAsync(() => Task.FromResult(Tickless.Count == 0), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task What_is_cancelled_is_not_delivered_and_does_not_pile_up()
    {
        for (var i = 0; i < 100_000; i++)
        {
            var cancelable = new Cancelable(Scheduler);
            Scheduler.ScheduleTellOnce(TimeSpan.FromHours(1), TestActor, "cancelled", ActorRefs.NoSender, cancelable);
            cancelable.Cancel();
        }
        Assert.InRange(Tickless.Count, 1, 2048);

        var soon = new Cancelable(Scheduler);
        Scheduler.ScheduleTellOnce(TimeSpan.FromMilliseconds(20), TestActor, "cancelled", ActorRefs.NoSender, soon);
        soon.Cancel();
        Scheduler.ScheduleTellOnce(TimeSpan.FromMilliseconds(30), TestActor, "kept", ActorRefs.NoSender);
        await ExpectMsgAsync("kept", TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task An_action_that_throws_is_logged_and_the_others_run()
    {
        await EventFilter.Exception<InvalidDataException>().ExpectOneAsync(TimeSpan.FromSeconds(20), async () =>
        {
            Scheduler.Advanced.ScheduleOnce(TimeSpan.FromMilliseconds(5), static () => throw new InvalidDataException("broken"));
            Scheduler.Advanced.ScheduleOnce(TimeSpan.FromMilliseconds(5), () => TestActor.Tell("ran"));
            await ExpectMsgAsync("ran", TimeSpan.FromSeconds(20));
        });
    }

    [Fact]
    public async Task What_is_scheduled_from_many_threads_arrives_once()
    {
        await Parallel.ForAsync(0, 10_000, (i, _) =>
        {
            Scheduler.ScheduleTellOnce(TimeSpan.FromMilliseconds(i % 50), TestActor, i, ActorRefs.NoSender);
            return ValueTask.CompletedTask;
        });
        var arrived = new HashSet<int>();
        for (var i = 0; i < 10_000; i++)
            Assert.True(arrived.Add(await ExpectMsgAsync<int>(TimeSpan.FromSeconds(20))));
    }

    [Fact]
    public async Task Once_the_system_has_stopped_nothing_can_be_scheduled()
    {
        var (scheduler, tickless) = (Scheduler, Tickless);
        scheduler.ScheduleTellOnce(TimeSpan.FromHours(1), TestActor, "never", ActorRefs.NoSender);
        await Sys.Terminate();
        Assert.Equal(0, tickless.Count);
        Assert.Throws<SchedulerException>(() => scheduler.ScheduleTellOnce(TimeSpan.FromSeconds(1), TestActor, "never", ActorRefs.NoSender));
    }

    [Fact]
    public async Task A_configuration_can_name_another_scheduler()
    {
        var system = ActorSystem.Create("other", ConfigurationFactory.ParseString($"akka.scheduler.implementation = {typeof(HashedWheelTimerScheduler).FullName}").WithFallback(LogosSystem.Defaults));
        Assert.IsType<HashedWheelTimerScheduler>(system.Scheduler);
        await system.Terminate();
    }
}
