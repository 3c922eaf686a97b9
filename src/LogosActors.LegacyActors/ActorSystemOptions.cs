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
        init => field = OptionRange.Check(value, 1, 100_000, $"{nameof(ActorSystemOptions)}.{nameof(Throughput)}");
    } = 128;

    /// <summary>How long each phase of the shutdown may take.</summary>
    /// <value>Default 5 s (as Akka's default-phase-timeout). Range 1 ms – 1 h.</value>
    public TimeSpan PhaseTimeout
    {
        get;
        init => field = OptionRange.Check(value, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1), $"{nameof(ActorSystemOptions)}.{nameof(PhaseTimeout)}");
    } = TimeSpan.FromSeconds(5);

    /// <summary>Where persistent actors keep their events.</summary>
    public PersistenceOptions Persistence { get; init; } = new();

    /// <summary>What decides everything that is left to chance on the deterministic host, which sets it; without effect elsewhere.</summary>
    /// <value>Default null. Faults that a test injects may draw on it.</value>
    public int? Seed { get; init; }

    sealed class NoServices : IServiceProvider
    {
        public static readonly NoServices Instance = new();

        public object? GetService(Type serviceType) => null;
    }
}
