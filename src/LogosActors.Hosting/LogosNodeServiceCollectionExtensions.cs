using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Actors.Settings;
using LogosActors.Configuration;
using LogosActors.Delivery;
using LogosActors.Delivery.Archive;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LogosActors.Hosting;

/// <summary>Runs a node inside ASP.NET Core or a .NET generic host.</summary>
public static class LogosNodeServiceCollectionExtensions
{
    /// <summary>The name of the node's health check.</summary>
    public const string HealthCheckName = "logos-node";

    /// <summary>Adds a <see cref="MessagingNode"/> that starts and stops with the host.</summary>
    /// <remarks>
    /// Its actors live in the application's <see cref="ActorSystem"/> if the services have one, as <c>AddAkka</c> of Akka.Hosting registers it, else
    /// in a system of the node's. Its logs are the application's, and so is the
    /// <see cref="TimeProvider"/> of its wall-clock times, if the services have one: what it waits for goes by the scheduler of Akka. An <see cref="IMessageArchive"/> among the services makes it a store. The host's stop waits up to
    /// 5 s for messages that are being sent. Health check <see cref="HealthCheckName"/>: connected is healthy, partially connected degraded,
    /// disconnected unhealthy. A second call changes nothing. Instruments are those of the meter <see cref="MessagingNode.MeterName"/>.
    /// </remarks>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Changes the options: <c>options => options with { … }</c>.</param>
    public static IServiceCollection AddLogosNode(this IServiceCollection services, Func<NodeOptions, NodeOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        return services.AddLogosNode((_, options) => configure(options));
    }

    /// <summary>Adds a <see cref="MessagingNode"/> whose options need other services.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Changes the options: <c>(services, options) => options with { … }</c>. Called once, when the node is created.</param>
    /// <inheritdoc cref="AddLogosNode(IServiceCollection, Func{NodeOptions, NodeOptions})"/>
    public static IServiceCollection AddLogosNode(this IServiceCollection services, Func<IServiceProvider, NodeOptions, NodeOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        return services.AddNode(provider => configure(provider, new NodeOptions()), new LogosNodeSettings().FlushTimeout, []);
    }

    /// <summary>Adds a <see cref="MessagingNode"/> as the configuration says, which starts and stops with the host.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configuration">The whole configuration, whose section <c>akka</c> configures the node's own actor system, if it has one; or a section
    /// of it, wherever it is, which holds the node's settings.</param>
    /// <param name="configure">Changes what the configuration says; null: nothing.</param>
    /// <param name="section">Where the node's settings are in the whole configuration, see <see cref="LogosNodeSettings"/>.</param>
    /// <exception cref="OptionsException">The configuration is not accepted; thrown here, before anything starts.</exception>
    /// <inheritdoc cref="AddLogosNode(IServiceCollection, Func{NodeOptions, NodeOptions})"/>
    public static IServiceCollection AddLogosNode(
        this IServiceCollection services, IConfiguration configuration, Func<NodeOptions, NodeOptions>? configure = null,
        string section = LogosNodeSettings.Section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        var root = configuration as IConfigurationRoot;
        var settings = root is not null
            ? OptionsBinder.Bind<LogosNodeSettings>(root, section)
            : OptionsBinder.Bind<LogosNodeSettings>(configuration as IConfigurationSection ?? configuration.GetSection(section));
        var akka = root is null ? null : AkkaSettings.Read(root);
        return services.AddNode(
            provider =>
            {
                var options = settings.ToOptions(provider.GetService<IJournalDatabases>()) with { Akka = akka };
                return configure?.Invoke(options) ?? options;
            },
            settings.FlushTimeout, root is null ? [] : AkkaSettings.FindUnknown(root));
    }

    static IServiceCollection AddNode(
        this IServiceCollection services, Func<IServiceProvider, NodeOptions> options, TimeSpan flushTimeout, IReadOnlyList<UnknownAkkaKey> unknown)
    {
        if (services.Any(static service => service.ServiceType == typeof(Registration)))
            return services;
        services.AddSingleton<Registration>();
        services.TryAddSingleton(provider => Create(provider, options(provider)));
        services.TryAddSingleton<IMessagingNode>(static provider => provider.GetRequiredService<MessagingNode>());
        services.AddHealthChecks().AddCheck<LogosNodeHealthCheck>(HealthCheckName);
        services.AddSingleton<IHostedService>(provider => new LogosNodeService(
            provider.GetRequiredService<MessagingNode>(), flushTimeout, unknown, provider.GetService<TimeProvider>() ?? TimeProvider.System,
            provider.GetRequiredService<ILogger<LogosNodeService>>()));
        return services;
    }

    static MessagingNode Create(IServiceProvider provider, NodeOptions options)
    {
        var (system, time) = (provider.GetService<ActorSystem>(), provider.GetService<TimeProvider>());
        if (time is not null)
            system?.UseTimeProvider(time);
        return MessagingNode.Create(
            options with { Archive = options.Archive ?? provider.GetService<IMessageArchive>() }, provider.GetService<ILoggerFactory>(), system, time);
    }

    /// <summary>Is there when a node was added: health check and hosted service are added once.</summary>
    sealed class Registration;
}
