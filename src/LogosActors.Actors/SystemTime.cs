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
    /// <summary>Wall-clock readings and, outside of actors, timers; <see cref="System.TimeProvider.System"/> unless a <see cref="TimeProviderSetup"/> says otherwise.</summary>
    public static TimeProvider TimeProvider(this ActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        var setup = system.Settings.Setup.Get<TimeProviderSetup>();
        return setup.HasValue ? setup.Value.Time : System.TimeProvider.System;
    }

    /// <summary>Random numbers for jitter and choices; <see cref="System.Random.Shared"/> unless a <see cref="RandomSetup"/> says otherwise.</summary>
    public static Random Random(this ActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        var setup = system.Settings.Setup.Get<RandomSetup>();
        return setup.HasValue ? setup.Value.Random : System.Random.Shared;
    }
}
