using LogosActors.Delivery.Archive;
using LogosActors.Libp2p;

namespace LogosActors.Postgres;

/// <summary>Which PostgreSQL database an archive is in, and how.</summary>
public sealed record PostgresArchiveOptions
{
    /// <summary>How to reach the database, in Npgsql's form. Secret: it is shown in no error.</summary>
    /// <value>Required. PostgreSQL 14 or newer; the account may create tables.</value>
    public required string ConnectionString { get; init; }

    /// <summary>The time that one partition holds. Old messages are removed by partitions; a query costs some 20 µs for each.</summary>
    /// <value>Default 1 day. Range 1 h – 31 days. The same for all nodes that share a database.</value>
    public TimeSpan PartitionSpan { get; init; } = TimeSpan.FromDays(1);

    /// <summary>The most connections; further calls wait for one.</summary>
    /// <value>Default 8. Range 1 – 64.</value>
    public int MaxConnections { get; init; } = 8;

    /// <summary>How long the database may take to connect, and to answer, before the call fails.</summary>
    /// <value>Default 30 s. Range 1 s – 10 min.</value>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The most partitions, for a query looks at all of them; messages of further times share one.</summary>
    internal int MaxPartitions { get; init; } = 400;

    /// <summary>These options, checked.</summary>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    internal PostgresArchiveOptions Validated()
    {
        const string Name = nameof(PostgresArchiveOptions);
        if (string.IsNullOrWhiteSpace(ConnectionString))
            throw new ArgumentException($"{Name}.{nameof(ConnectionString)} must name the database.", nameof(ConnectionString));
        OptionRange.Check(PartitionSpan, TimeSpan.FromHours(1), TimeSpan.FromDays(31), $"{Name}.{nameof(PartitionSpan)}");
        OptionRange.Check(MaxConnections, 1, 64, $"{Name}.{nameof(MaxConnections)}");
        OptionRange.Check(CommandTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10), $"{Name}.{nameof(CommandTimeout)}");
        return this;
    }
}
