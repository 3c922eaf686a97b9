using LogosActors.Actors;
using LogosActors.Delivery.Archive;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace LogosActors.Postgres;

/// <summary>PostgreSQL for the node of a .NET generic host.</summary>
public static class PostgresServiceCollectionExtensions
{
    /// <summary>Lets a host's configuration name a PostgreSQL database for the node's journal, <c>logos.journal-database</c>.</summary>
    /// <param name="services">The application's services.</param>
    public static IServiceCollection AddLogosPostgres(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton<IJournalDatabases>(PostgresDatabases.Instance);
        return services;
    }

    /// <summary>Makes the host's node a store whose archive is in a database, which any number of nodes may share.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="connectionString">As Npgsql takes it.</param>
    public static IServiceCollection AddLogosPostgresArchive(this IServiceCollection services, string connectionString)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        services.TryAddSingleton<IMessageArchive>(_ => new PostgresArchive(new PostgresArchiveOptions { ConnectionString = connectionString }));
        return services;
    }
}
