using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Tests.Archive;
using LogosActors.Tests;
using Npgsql;
using Xunit.Abstractions;
using static LogosActors.Delivery.Tests.Archive.ArchiveSamples;

namespace LogosActors.Postgres.Tests;

/// <summary>One server for all tests of these; each has a database of its own.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    public PostgresCluster Cluster { get; private set; } = null!;

    public async Task InitializeAsync() => Cluster = await PostgresCluster.StartAsync();

    public async Task DisposeAsync() => await Cluster.DisposeAsync();
}

public sealed class PostgresArchiveTests(PostgresFixture postgres, ITestOutputHelper output)
    : MessageArchiveTests(output), IClassFixture<PostgresFixture>
{
    string _connection = "";

    public override async Task InitializeAsync()
    {
        _connection = await postgres.Cluster.CreateDatabaseAsync();
        await base.InitializeAsync();
    }

    [Fact]
    public async Task Messages_of_any_time_are_kept_in_the_partition_of_their_time_or_the_default_one()
    {
        await Archive.AppendAsync([.. Series(3), Message(0), Message(-1), Message(long.MinValue), Message(long.MaxValue), Message(Noon - 1)]);

        Assert.Equal("3", await QueryAsync($"SELECT count(*)::text FROM archive_from_{Noon}_to_{Noon + (3600 * Second)}"));
        Assert.Equal("1", await QueryAsync($"SELECT count(*)::text FROM archive_from_m{3600 * Second}_to_0"));
        Assert.Equal("2", await QueryAsync("SELECT count(*)::text FROM archive_messages_default"));
    }

    [Fact]
    public async Task The_next_partition_is_made_ahead()
    {
        await Archive.AppendAsync(Series(1));

        Assert.Equal("0", await QueryAsync($"SELECT count(*)::text FROM archive_from_{Noon + (3600 * Second)}_to_{Noon + (7200 * Second)}"));
    }

    [Fact]
    public async Task Too_many_times_for_partitions_share_the_default_one()
    {
        var messages = Enumerable.Range(0, 60).Select(i => Message(Noon + (i * 7200 * Second))).ToArray();

        await Archive.AppendAsync(messages);

        Assert.Equal(messages.Hashes(), (await Archive.AllAsync()).Hashes());
        // With the default one.
        Assert.Equal("21", await QueryAsync("SELECT count(*)::text FROM pg_inherits WHERE inhparent = 'archive_messages'::regclass"));
        await Archive.RetainAsync(new RetentionPolicy { MaxCount = 50 }, messages[^1].Time);
        Assert.Equal(messages[10..].Hashes(), (await Archive.AllAsync()).Hashes());
        await Archive.RetainAsync(new RetentionPolicy { MaxCount = 3 }, messages[^1].Time);
        Assert.Equal(messages[^3..].Hashes(), (await Archive.AllAsync()).Hashes());
    }

    [Fact]
    public async Task Whole_partitions_are_removed_when_they_are_too_old()
    {
        await Archive.AppendAsync([.. Series(3, Noon), .. Series(3, Noon + (3600 * Second)), .. Series(3, Noon + (36_000 * Second))]);

        await Archive.RetainAsync(new RetentionPolicy { MaxAge = TimeSpan.FromMinutes(1) }, Noon + (7000 * Second));

        Assert.Equal(6, (await Archive.AllAsync()).Count);
        Assert.Equal("", await QueryAsync($"SELECT to_regclass('archive_from_{Noon}_to_{Noon + (3600 * Second)}')::text"));
    }

    [Fact]
    public async Task Nodes_that_append_the_same_messages_at_once_keep_each_once()
    {
        var messages = Enumerable.Range(0, 2000).Select(i => Message(Noon + (i * 10 * Second), saysWhen: i % 10 != 0, payload: $"{i}")).ToArray();
        var nodes = Enumerable.Range(0, 4).Select(_ => Open()).ToArray();

        var added = await Task.WhenAll(nodes.Select(async (node, i) =>
        {
            var sum = 0;
            foreach (var batch in messages.OrderBy(message => message.Hash.GetHashCode() * (i + 1)).Chunk(100))
                sum += await node.AppendAsync([.. batch.Select(message => message.Message!.Timestamp is null ? message with { Time = message.Time + i } : message)]);
            return sum;
        }));

        foreach (var node in nodes)
            await node.DisposeAsync();
        Assert.Equal(messages.Length, added.Sum());
        Assert.Equal(messages.Hashes().ToHashSet(), (await Archive.AllAsync()).Hashes().ToHashSet());
        Assert.Equal("2000", await QueryAsync("SELECT sum(messages)::text FROM archive_counts"));
    }

    [Fact]
    public async Task Many_nodes_may_make_the_tables_at_once()
    {
        var fresh = await postgres.Cluster.CreateDatabaseAsync();
        var nodes = Enumerable.Range(0, 6).Select(_ => new PostgresArchive(new PostgresArchiveOptions { ConnectionString = fresh })).ToArray();

        await Task.WhenAll(nodes.Select(node => node.AppendAsync(Series(5))));

        foreach (var node in nodes)
        {
            Assert.Equal(5, (await node.AllAsync()).Count);
            await node.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_unreachable_until_it_is()
    {
        await Archive.AppendAsync(Series(1));
        await postgres.Cluster.StopServerAsync();
        try
        {
            var error = await Assert.ThrowsAsync<ArchiveException>(() => Archive.AppendAsync(Series(2)));
            Assert.Equal(ArchiveFailure.Unreachable, error.Failure);
            Assert.Contains("127.0.0.1", error.Message, StringComparison.Ordinal);
            Assert.Equal(
                ArchiveFailure.Unreachable, (await Assert.ThrowsAsync<ArchiveException>(() => Archive.QueryAsync(new ArchiveQuery()))).Failure);
            await using var next = Open();
            Assert.Equal(ArchiveFailure.Unreachable, (await Assert.ThrowsAsync<ArchiveException>(() => next.InitializeAsync())).Failure);
        }
        finally
        {
            await postgres.Cluster.StartServerAsync();
        }

        Assert.Equal(1, await Archive.AppendAsync(Series(2)));
        Assert.Equal(Series(2), await Archive.AllAsync());
    }

    [Fact]
    public async Task A_database_that_is_read_only_says_so_and_can_be_read()
    {
        await Archive.AppendAsync(Series(1));
        await QueryAsync($"ALTER DATABASE {new NpgsqlConnectionStringBuilder(_connection).Database} SET default_transaction_read_only = on");
        await ReopenAsync();

        var error = await Assert.ThrowsAsync<ArchiveException>(() => Archive.AppendAsync(Series(2)));

        Assert.Equal(ArchiveFailure.ReadOnly, error.Failure);
        Assert.Single(await Archive.AllAsync());
    }

    [Fact]
    public async Task A_password_is_in_no_error()
    {
        await using var archive = new PostgresArchive(new PostgresArchiveOptions
        {
            ConnectionString = "Host=127.0.0.1;Port=1;Username=x;Password=terribly secret;Database=y",
        });

        var error = await Assert.ThrowsAsync<ArchiveException>(() => archive.InitializeAsync());

        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tables_of_a_newer_version_are_refused_and_left_as_they_are()
    {
        await Archive.AppendAsync(Series(1));
        await QueryAsync("UPDATE logos_schema SET version = 99");

        Assert.Equal(ArchiveFailure.Newer, (await Assert.ThrowsAsync<ArchiveException>(() => Archive.AppendAsync(Series(2)))).Failure);
        await using var next = Open();
        Assert.Equal(ArchiveFailure.Newer, (await Assert.ThrowsAsync<ArchiveException>(() => next.InitializeAsync())).Failure);

        Assert.Equal("1", await QueryAsync("SELECT count(*)::text FROM archive_messages"));
    }

    [Fact]
    public async Task Tables_of_the_first_version_are_migrated_with_their_messages()
    {
        var messages = Series(5);
        await Archive.AppendAsync(messages);
        await QueryAsync("DROP TABLE archive_counts; UPDATE logos_schema SET version = 1");

        await ReopenAsync();

        Assert.Equal(messages, await Archive.AllAsync());
        await Archive.RetainAsync(new RetentionPolicy { MaxCount = 3 }, Noon);
        Assert.Equal(messages[2..], await Archive.AllAsync());
        Assert.Equal("2", await QueryAsync("SELECT version::text FROM logos_schema WHERE component = 'archive'"));
    }

    protected override IMessageArchive Open() =>
        new PostgresArchive(new PostgresArchiveOptions { ConnectionString = _connection, PartitionSpan = TimeSpan.FromHours(1), MaxPartitions = 20 });

#pragma warning disable CA2100 // The tests' own SQL.
    async Task<string> QueryAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_connection + ";Pooling=false;Options=-c default_transaction_read_only=off");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync() as string ?? "";
    }
#pragma warning restore CA2100
}
