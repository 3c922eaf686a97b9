using Akka.Actor;
using Akka.Actor.Setup;

namespace LogosActors.Actors;

/// <summary>Gives an actor system a clock other than the machine's: a host's, or a simulation's.</summary>
public sealed class TimeProviderSetup(TimeProvider time) : Setup
{
    /// <summary>The clock.</summary>
    public TimeProvider Time => time;
}

/// <summary>Gives an actor system the source of its random numbers, so that a run can be repeated.</summary>
public sealed class RandomSetup(Random random) : Setup
{
    /// <summary>The source; used by one thread at a time.</summary>
    public Random Random => random;
}

/// <summary>The clock and the random numbers of an actor system.</summary>
public static class SystemTime
{
    /// <summary>Wall-clock readings and, outside of actors, timers; <see cref="System.TimeProvider.System"/> unless a <see cref="TimeProviderSetup"/> or
    /// <see cref="UseTimeProvider"/> says otherwise.</summary>
    public static TimeProvider TimeProvider(this ActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        var setup = system.Settings.Setup.Get<TimeProviderSetup>();
        return setup.HasValue ? setup.Value.Time : system.WithExtension<Clock, ClockProvider>().Time;
    }

    /// <summary>Gives a system that runs, such as an application's own, the clock of its host. A <see cref="TimeProviderSetup"/> takes priority.</summary>
    /// <param name="system">The system.</param>
    /// <param name="time">The clock.</param>
    public static void UseTimeProvider(this ActorSystem system, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(time);
        system.WithExtension<Clock, ClockProvider>().Time = time;
    }

    /// <summary>Random numbers for jitter and choices; <see cref="System.Random.Shared"/> unless a <see cref="RandomSetup"/> says otherwise.</summary>
    public static Random Random(this ActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        var setup = system.Settings.Setup.Get<RandomSetup>();
        return setup.HasValue ? setup.Value.Random : System.Random.Shared;
    }

    sealed class Clock : IExtension
    {
        TimeProvider _time = System.TimeProvider.System;

        public TimeProvider Time
        {
            get => Volatile.Read(ref _time);
            set => Volatile.Write(ref _time, value);
        }
    }

    sealed class ClockProvider : ExtensionIdProvider<Clock>
    {
        public override Clock CreateExtension(ExtendedActorSystem system) => new();
    }
}
