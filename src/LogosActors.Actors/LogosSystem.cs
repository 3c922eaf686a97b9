using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Hosting.Logging;
using Microsoft.Extensions.Logging;

namespace LogosActors.Actors;

/// <summary>Actor systems of our own: for a node or a channel's history that is not mounted in an application's system.</summary>
public static class LogosSystem
{
    /// <summary>What our systems are configured with beneath what a caller gives.</summary>
    public static Config Defaults { get; } = ConfigurationFactory.ParseString("""
        akka {
          loggers = ["LogosActors.Actors.ActorLogger, LogosActors.Actors"]
          loglevel = INFO
          stdout-loglevel = OFF
          stdout-logger-class = "LogosActors.Actors.NoOutput, LogosActors.Actors"
          log-dead-letters = 0
          log-dead-letters-during-shutdown = off
          scheduler.implementation = "LogosActors.Actors.TicklessScheduler, LogosActors.Actors"
          actor.serialization-settings.allow-unregistered-types = false
          coordinated-shutdown {
            run-by-clr-shutdown-hook = off
            run-by-actor-system-terminate = off
            exit-clr = off
          }
        }
        """);

    /// <summary>Creates a system.</summary>
    /// <param name="name">Its name: letters, digits, hyphens.</param>
    /// <param name="logs">Where its actors log.</param>
    /// <param name="configuration">Takes priority over <see cref="Defaults"/>; null: nothing.</param>
    /// <param name="setups">Further set-ups, such as a <see cref="TimeProviderSetup"/>.</param>
    public static ActorSystem Create(string name, ILoggerFactory logs, Config? configuration = null, params Setup[] setups)
    {
        ArgumentNullException.ThrowIfNull(logs);
        ArgumentNullException.ThrowIfNull(setups);
        var config = configuration is null ? Defaults : configuration.WithFallback(Defaults);
        Setup[] all = [BootstrapSetup.Create().WithConfig(config), new LoggerFactorySetup(logs), .. setups];
        return ActorSystem.Create(name, ActorSystemSetup.Create(all));
    }
}
