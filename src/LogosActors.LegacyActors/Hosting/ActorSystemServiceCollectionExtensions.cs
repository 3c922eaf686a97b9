using LogosActors.Actors.Persistence;
using LogosActors.Actors.Persistence.Journals;
using LogosActors.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogosActors.Actors.Hosting;

/// <summary>Runs an actor system inside a .NET generic host.</summary>
public static class ActorSystemServiceCollectionExtensions
{
    /// <summary>Adds an <see cref="ActorSystem"/> that lives as long as the host.</summary>
    /// <remarks>
    /// Its clock, logs and services are the application's; an <see cref="IJournal"/>, <see cref="ISnapshotStore"/> and
    /// <see cref="EventSerialization"/> among the services are used by persistent actors. The host's stop runs
    /// <see cref="ActorSystem.Shutdown"/> and waits for it (<see cref="ShutdownReason.HostStopping"/>). A system that ends
    /// by itself, or by a failure that is escalated to the root, stops the host.
    /// </remarks>
    /// <param name="services">The application's services.</param>
    /// <param name="name">The system's name.</param>
    /// <param name="configure">Changes the options; null for the defaults.</param>
    public static IServiceCollection AddActorSystem(
        this IServiceCollection services, string name, Func<IServiceProvider, ActorSystemOptions, ActorSystemOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ActorName.Validate(name);
        services.TryAddSingleton(provider => ActorSystem.Create(name, Options(provider, configure)));
        services.AddHostedService<ActorSystemService>();
        return services;
    }

    /// <summary>Adds an <see cref="ActorSystem"/> as the configuration says, with the journal that it names.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="name">The system's name.</param>
    /// <param name="configuration">The whole configuration.</param>
    /// <param name="section">Where the system's settings are, see <see cref="ActorSystemSettings"/>.</param>
    /// <exception cref="OptionsException">The configuration is not accepted; thrown here, before anything starts.</exception>
    public static IServiceCollection AddActorSystem(
        this IServiceCollection services, string name, IConfigurationRoot configuration, string section = "actors")
    {
        ArgumentNullException.ThrowIfNull(services);
        var settings = OptionsBinder.Bind<ActorSystemSettings>(configuration, section);
        services.AddJournal(settings.Persistence);
        return services.AddActorSystem(name, (_, options) => options with
        {
            Throughput = settings.Throughput,
            PhaseTimeout = settings.PhaseTimeout,
            Persistence = options.Persistence with
            {
                RecoveryTimeout = settings.Persistence.RecoveryTimeout,
                MaxConcurrentRecoveries = settings.Persistence.MaxConcurrentRecoveries,
                RecoveryPageSize = settings.Persistence.RecoveryPageSize,
            },
        });
    }

    static void AddJournal(this IServiceCollection services, PersistenceSettings settings)
    {
        // Made by the container, so that they are disposed with it, after the actors have stopped.
        switch (settings.Journal)
        {
            case JournalKind.Memory:
                services.TryAddSingleton<IJournal>(_ => new InMemoryJournal());
                services.TryAddSingleton<ISnapshotStore>(_ => new InMemorySnapshotStore());
                break;
            case JournalKind.Sqlite:
                var file = new SqliteJournalOptions { Path = settings.Path };
                services.TryAddSingleton<IJournal>(_ => new SqliteJournal(file));
                services.TryAddSingleton<ISnapshotStore>(_ => new SqliteSnapshotStore(file));
                break;
            case JournalKind.Postgres:
                var database = new PostgresJournalOptions { ConnectionString = settings.ConnectionString! };
                services.TryAddSingleton<IJournal>(_ => new PostgresJournal(database));
                services.TryAddSingleton<ISnapshotStore>(_ => new PostgresSnapshotStore(database));
                break;
        }
    }

    static ActorSystemOptions Options(
        IServiceProvider provider, Func<IServiceProvider, ActorSystemOptions, ActorSystemOptions>? configure)
    {
        var options = new ActorSystemOptions
        {
            Services = provider,
            Time = provider.GetService<TimeProvider>() ?? TimeProvider.System,
            LoggerFactory = provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance,
        };
        options = options with
        {
            Persistence = options.Persistence with
            {
                Journal = provider.GetService<IJournal>(),
                Snapshots = provider.GetService<ISnapshotStore>(),
                Serialization = provider.GetService<EventSerialization>() ?? options.Persistence.Serialization,
            },
        };
        return configure?.Invoke(provider, options) ?? options;
    }

    /// <summary>Ties the system's life to the host's.</summary>
    sealed class ActorSystemService(ActorSystem system, IHostApplicationLifetime lifetime) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            try
            {
                // A task of the last phase, not WhenTerminated: that never comes when an actor does not stop.
                system.Shutdown.AddTask(ShutdownPhase.ActorSystemTerminate, "stop the host", _ =>
                {
                    lifetime.StopApplication();
                    return Task.CompletedTask;
                });
            }
            catch (InvalidOperationException) when (system.Shutdown.IsRunning)
            {
                // It has ended before its host began.
                lifetime.StopApplication();
            }

            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) =>
            system.TerminateAsync(ShutdownReason.HostStopping).WaitAsync(cancellationToken);
    }
}
