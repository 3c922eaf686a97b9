using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using LogosActors.Actors;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogosActors.Libp2p.Tests.Hosting;

/// <summary>An actor system of a test, which ends with it.</summary>
internal sealed class TestSystem(ActorSystem system) : IAsyncDisposable
{
    public ActorSystem System => system;

    public static implicit operator ActorSystem(TestSystem system) => system.System;

    /// <summary>A system with a clock of the test's; its actors' timers follow the machine's clock.</summary>
    public static TestSystem Create(TimeProvider? time = null, string configuration = "")
    {
        Setup[] setups = time is null ? [] : [new TimeProviderSetup(time)];
        return new TestSystem(LogosSystem.Create("test", NullLoggerFactory.Instance, ConfigurationFactory.ParseString(configuration), setups));
    }

    /// <summary>The actors beneath a path that match a pattern, such as <c>/user/host-*/listen-0</c>.</summary>
    public async Task<IActorRef> FindAsync(string path) => await system.ActorSelection(path).ResolveOne(TimeSpan.FromSeconds(10));

    public async ValueTask DisposeAsync() => await system.Terminate();
}
