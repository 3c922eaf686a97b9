using LogosActors.Actors.TestKit;
using Xunit.Abstractions;

namespace LogosActors.Actors.Tests.Conformance;

/// <summary>Makes the host that a conformance suite runs on.</summary>
/// <param name="logs">What the system logs to.</param>
/// <param name="configure">What the test wants changed in the options; the clock is the host's own.</param>
public delegate ITestHost HostFactory(LogCapture logs, Func<ActorSystemOptions, ActorSystemOptions> configure);

/// <summary>The hosts that this machine can build. Another host joins with one line here and a subclass per suite.</summary>
public static class Hosts
{
    /// <summary>The embedded host: the thread pool, in virtual time.</summary>
    public static ITestHost Embedded(LogCapture logs, Func<ActorSystemOptions, ActorSystemOptions> configure) =>
        new EmbeddedTestHost(configure(new ActorSystemOptions { LoggerFactory = logs, Time = new VirtualTime() }));

    /// <summary>The deterministic host: one thread, virtual time, another seed on each run, which a failure prints.</summary>
    public static ITestHost Deterministic(LogCapture logs, Func<ActorSystemOptions, ActorSystemOptions> configure) =>
        new DeterministicTestHost(Random.Shared.Next(), options => configure(options with { LoggerFactory = logs }));
}

/// <summary>The rules of the actor contract, each a test; every host must pass all of them.</summary>
/// <remarks>A suite is an abstract class of rules and one sealed subclass per host. A rule waits only by the means of
/// <see cref="ActorTestKit"/>, so that it means the same on every host.</remarks>
public abstract class ConformanceSuite(HostFactory host, ITestOutputHelper output, Func<ActorSystemOptions, ActorSystemOptions>? configure = null)
    : XunitTestKit(output, logs => host(logs, configure ?? (static options => options)))
{
    protected static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>What a handler may await that is to last until the test opens the gate, or ends.</summary>
    protected TaskCompletionSource Gate { get; } = new();

    public override ValueTask DisposeAsync()
    {
        Gate.TrySetResult();
        GC.SuppressFinalize(this);
        return base.DisposeAsync();
    }

    /// <summary>Spawns an actor whose handler is written in the test.</summary>
    protected ActorRef Spawn(Action<ScriptedActor, object> receive, string? name = null) =>
        System.Spawn(Props.Create(() => new ScriptedActor(receive)), name);
}
