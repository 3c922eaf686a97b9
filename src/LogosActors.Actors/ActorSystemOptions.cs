using LogosActors.Actors.Persistence;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogosActors.Actors;

/// <summary>Settings of an actor system. Immutable; checked when set.</summary>
public sealed record ActorSystemOptions
{
    /// <summary>The clock of timers, time-outs and backoffs.</summary>
    /// <value>Default the system's.</value>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where logs go.</summary>
    /// <value>Default nowhere.</value>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>The application's services.</summary>
    /// <value>Default none.</value>
    public IServiceProvider Services { get; init; } = NoServices.Instance;

    /// <summary>How failures of top-level actors are answered.</summary>
    /// <value>Default <see cref="SupervisorStrategy.Default"/>. What it escalates ends the system.</value>
    public SupervisorStrategy RootStrategy { get; init; } = SupervisorStrategy.Default;

    /// <summary>How many messages an actor handles before it gives way to others.</summary>
    /// <value>Default 128 (measured, see benchmarks/run actors). Range 1 – 100,000.</value>
    public int Throughput
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(Throughput));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 100_000, nameof(Throughput));
            field = value;
        }
    } = 128;

    /// <summary>How long each phase of the shutdown may take.</summary>
    /// <value>Default 5 s (as Akka's default-phase-timeout). Range 1 ms – 1 h.</value>
    public TimeSpan PhaseTimeout
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.FromMilliseconds(1), nameof(PhaseTimeout));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromHours(1), nameof(PhaseTimeout));
            field = value;
        }
    } = TimeSpan.FromSeconds(5);

    /// <summary>Where persistent actors keep their events.</summary>
    public PersistenceOptions Persistence { get; init; } = new();

    /// <summary>The seed of <see cref="ActorContext.Random"/>; null for one of the operating system's.</summary>
    public int? Seed { get; init; }

    sealed class NoServices : IServiceProvider
    {
        public static readonly NoServices Instance = new();

        public object? GetService(Type serviceType) => null;
    }
}
