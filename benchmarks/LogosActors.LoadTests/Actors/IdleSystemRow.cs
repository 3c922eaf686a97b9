using Akka.Actor;
using Akka.Configuration;
using LogosActors.Actors;
using LogosActors.LoadTests.Libp2p;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogosActors.LoadTests.Actors;

/// <summary>What an actor system takes of a core with a timer once a second.</summary>
internal sealed class IdleSystemRow : Row
{
    /// <summary>For the JIT, which is done late with what runs seldom.</summary>
    static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(20);

    static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public override string Name => "idle actor system, of a core";

    public override async Task<Outcome> MeasureAsync(Budget budget) =>
        new(await LoadAsync("", budget), "%", new Peer("with Akka's scheduler, ticks of 10 ms", await LoadAsync($"akka.scheduler.implementation = {typeof(HashedWheelTimerScheduler).FullName}", budget)), new Target.Printed());

    static async Task<double> LoadAsync(string configuration, Budget budget)
    {
        var system = LogosSystem.Create("idle", NullLoggerFactory.Instance, ConfigurationFactory.ParseString(configuration));
        // Akka's scheduler ticks from its first timer on.
        system.Scheduler.Advanced.ScheduleRepeatedly(Second, Second, static () => { });
        await Task.Delay(WarmUp);
        var time = await Processor.TimeAsync(() => Task.Delay(budget.Steady));
        await system.Terminate();
        return time / budget.Steady * 100;
    }
}
