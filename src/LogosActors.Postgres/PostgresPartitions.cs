using System.Globalization;
using LogosActors.Delivery.Archive;
using Npgsql;

namespace LogosActors.Postgres;

/// <summary>A partition of a PostgreSQL archive.</summary>
/// <param name="Oid">Its number in the database.</param>
/// <param name="Name">Its table.</param>
/// <param name="From">Its first time.</param>
/// <param name="To">The first time that is not its.</param>
/// <param name="Size">What it takes with its indices, in bytes.</param>
sealed record PostgresPartition(uint Oid, string Name, long From, long To, long Size);

/// <summary>The partitions by time of a PostgreSQL archive.</summary>
/// <remarks>A partition is made when the first message of its time comes, and the one after it as well, so that at its beginning
/// it is there. Messages of times for which there is none, because there are too many or some lie in the default partition
/// already, go to the default partition.</remarks>
/// <param name="span">The time that one partition holds, in nanoseconds.</param>
/// <param name="maxPartitions">The most partitions.</param>
sealed class PostgresPartitions(long span, int maxPartitions)
{
    // Short, for PostgreSQL cuts names after 63 bytes.
    const string Prefix = "archive_from_";

    // What was made, or could not be. Forgotten now and then, for others may remove partitions.
    readonly HashSet<long> _seen = [];
    readonly Lock _lock = new();

    /// <summary>The beginnings of the partitions of some times that may not have one yet.</summary>
    public List<long> Missing(IEnumerable<ArchivedMessage> messages)
    {
        lock (_lock)
        {
            if (_seen.Count > maxPartitions)
                _seen.Clear();
            var missing = new List<long>();
            long last = long.MinValue;
            foreach (var message in messages)
            {
                var start = StartOf(message.Time);
                if (start == last || _seen.Contains(start))
                    continue;
                last = start;
                missing.Add(start);
            }
            return [.. missing.Distinct()];
        }
    }

    /// <summary>Forgets what was made.</summary>
    public void Forget()
    {
        lock (_lock)
            _seen.Clear();
    }

    /// <summary>Makes partitions, and for each the next one.</summary>
    public async Task CreateAsync(NpgsqlConnection connection, IReadOnlyList<long> starts, CancellationToken cancellation)
    {
        var existing = (await ListAsync(connection, cancellation).ConfigureAwait(false)).Select(partition => partition.From).ToHashSet();
        foreach (var start in starts.Concat(starts.Select(start => unchecked(start + span))).Distinct())
        {
            if (existing.Count >= maxPartitions)
                break;
            if (start <= long.MaxValue - span && start >= long.MinValue + span && existing.Add(start))
                await CreateAsync(connection, start, cancellation).ConfigureAwait(false);
        }
        lock (_lock)
            _seen.UnionWith(starts);
    }

    /// <summary>All partitions but the default one, by time.</summary>
    public static async Task<List<PostgresPartition>> ListAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var query = new NpgsqlCommand(
            """
            SELECT c.oid, c.relname::text, pg_total_relation_size(c.oid) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent = 'archive_messages'::regclass AND c.relname LIKE 'archive\_from\_%'
            """,
            connection);
        await using var rows = await query.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var partitions = new List<PostgresPartition>();
        while (await rows.ReadAsync(cancellation).ConfigureAwait(false))
        {
            var name = rows.GetString(1);
            var bounds = name[Prefix.Length..].Split("_to_");
            partitions.Add(new(rows.GetFieldValue<uint>(0), name, Parse(bounds[0]), Parse(bounds[1]), rows.GetInt64(2)));
        }
        partitions.Sort(static (a, b) => a.From.CompareTo(b.From));
        return partitions;
    }

    // Near the end of what a number can say there is no partition.
    long StartOf(long time) => time < long.MinValue + span ? long.MinValue : time - (((time % span) + span) % span);

    // Negative times have a name, too.
    static string Word(long time) => time < 0 ? $"m{-time}" : time.ToString(CultureInfo.InvariantCulture);

    static long Parse(string word) => word[0] == 'm'
        ? -long.Parse(word.AsSpan(1), CultureInfo.InvariantCulture)
        : long.Parse(word, CultureInfo.InvariantCulture);

    async Task CreateAsync(NpgsqlConnection connection, long start, CancellationToken cancellation)
    {
        var name = $"{Prefix}{Word(start)}_to_{Word(start + span)}";
        try
        {
            await PostgresArchiveSchema.ExecuteAsync(
                connection,
                $"CREATE TABLE IF NOT EXISTS {name} PARTITION OF archive_messages FOR VALUES FROM ({start}) TO ({start + span})",
                cancellation).ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.CheckViolation or PostgresErrorCodes.InvalidObjectDefinition
            or PostgresErrorCodes.DuplicateTable or PostgresErrorCodes.UniqueViolation)
        {
            // Some messages of its time lie in the default partition, or another node makes the same one, or has another span.
        }
    }
}
