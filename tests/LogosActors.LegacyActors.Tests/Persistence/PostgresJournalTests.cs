using LogosActors.Actors.Persistence;
using LogosActors.Actors.Persistence.Journals;
using LogosActors.Tests;
using Npgsql;

namespace LogosActors.Actors.Tests.Persistence;

/// <summary>One server for all PostgreSQL tests; each has a database of its own.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    public PostgresCluster Cluster { get; private set; } = null!;

    public async Task InitializeAsync() => Cluster = await PostgresCluster.StartAsync();

    public async Task DisposeAsync() => await Cluster.DisposeAsync();
}

[CollectionDefinition(Name)]
#pragma warning disable CA1711 // xunit's word.
public sealed class PostgresCollection : ICollectionFixture<PostgresFixture>
#pragma warning restore CA1711
{
    public const string Name = "PostgreSQL";
}

[Collection(PostgresCollection.Name)]
public sealed class PostgresJournalTests(PostgresFixture postgres) : JournalContract
{
    string _connection = "";

    PostgresJournalOptions Options => new() { ConnectionString = _connection };

    public override async Task InitializeAsync()
    {
        _connection = await postgres.Cluster.CreateDatabaseAsync();
        await base.InitializeAsync();
    }

    [Fact]
    public async Task A_journal_of_a_newer_version_is_refused_and_left_as_it_is()
    {
        await WriteAsync("a", 1, "x");
        await ExecuteAsync("UPDATE logos_schema SET version = 2");
        await using var journal = new PostgresJournal(Options);

        await Assert.ThrowsAsync<NewerJournalException>(
            () => journal.WriteAsync(new JournalWrite("a", Writer, 2, [Event("y")])).AsTask());
        await Assert.ThrowsAsync<NewerJournalException>(() => journal.ReadAsync("a", 1, 9, 9, None).AsTask());

        Assert.Equal("1", await QueryAsync("SELECT count(*)::text FROM journal"));
    }

    [Fact]
    public async Task A_newer_program_that_takes_the_tables_over_ends_our_writing()
    {
        await WriteAsync("a", 1, "x");
        await ExecuteAsync("UPDATE logos_schema SET version = 2");

        var error = await Assert.ThrowsAsync<NewerJournalException>(() => WriteAsync("a", 2, "y"));
        Assert.Contains("version 2", error.Message, StringComparison.Ordinal);
        Assert.Equal(["x"], await TextsAsync("a"));

        await ExecuteAsync("UPDATE logos_schema SET version = 1");
        await WriteAsync("a", 2, "y");
        Assert.Equal(["x", "y"], await TextsAsync("a"));
    }

    [Fact]
    public async Task A_number_that_another_process_used_and_deleted_during_our_statement_is_fenced()
    {
        await using var journal = new PostgresJournal(Options with { MaxWriters = 1 });
        await using var other = await OpenSecondAsync();
        await WriteAsync("a", 1, "both know this");
        await using var gate = await HoldAsync("gate");
        await using var door = await HoldAsync("door");

        // Behind the write that waits at the gate these two gather to a group: one statement, which then waits at the door.
        var waits = journal.WriteAsync(new JournalWrite("gate", Writer, 1, [Event("x")])).AsTask();
        await WaitForLockAsync();
        var opens = journal.WriteAsync(new JournalWrite("door", Writer, 1, [Event("x")])).AsTask();
        var fenced = journal.WriteAsync(new JournalWrite("a", Writer, 2, [Event("mine")])).AsTask();
        await gate.DisposeAsync();
        await waits;
        await WaitForLockAsync();
        await other.WriteAsync(new JournalWrite("a", Guid.NewGuid(), 2, [Event("theirs"), Event("theirs too")]));
        await other.DeleteAsync("a", 3, None);
        await door.DisposeAsync();

        await Assert.ThrowsAsync<WriterFencedException>(() => fenced);
        await opens;
        Assert.Equal(3, await Journal.ReadHighestSequenceNrAsync("a", None));
        Assert.Empty(await ReadAllAsync("a"));
        await other.WriteAsync(new JournalWrite("a", Guid.NewGuid(), 4, [Event("theirs")]));
    }

    [Fact]
    public async Task Connections_that_the_server_ends_fail_what_was_under_way_and_nothing_that_comes_later()
    {
        await WriteAsync("a", 1, "x");
        await ReadAllAsync("a");
        await using (await HoldAsync("held"))
        {
            var held = WriteAsync("held", 1, "x");
            await WaitForLockAsync();
            await ExecuteAsync("SELECT count(pg_terminate_backend(pid))::text FROM pg_stat_activity WHERE wait_event_type = 'Lock'");

            var error = await Assert.ThrowsAsync<JournalException>(() => held);
            Assert.Contains("127.0.0.1", error.Message, StringComparison.Ordinal);
        }

        await WriteAsync("held", 1, "again");
        await WriteAsync("a", 2, "y");
        Assert.Equal(["again"], await TextsAsync("held"));
        Assert.Equal(["x", "y"], await TextsAsync("a"));
    }

    [Fact]
    public async Task A_server_that_goes_away_fails_what_was_under_way_and_loses_nothing()
    {
        await WriteAsync("a", 1, "x");
        await postgres.Cluster.StopServerAsync();

        var error = await Assert.ThrowsAsync<JournalException>(() => WriteAsync("a", 2, "y"));
        Assert.Contains("127.0.0.1", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<JournalException>(() => ReadAllAsync("a").AsTask());

        await postgres.Cluster.StartServerAsync();
        await ReconnectedAsync();
        await WriteAsync("a", 2, "y");
        Assert.Equal(["x", "y"], await TextsAsync("a"));
    }

    [Fact]
    public async Task A_read_only_database_is_a_clear_error_until_it_is_writable_again()
    {
        await WriteAsync("a", 1, "x");
        var name = new NpgsqlConnectionStringBuilder(_connection).Database;
        await ExecuteAsync($"ALTER DATABASE {name} SET default_transaction_read_only = on");
        await using var journal = new PostgresJournal(Options);

        var error = await Assert.ThrowsAsync<JournalException>(
            () => journal.WriteAsync(new JournalWrite("a", Writer, 2, [Event("y")])).AsTask());
        Assert.Contains("read-only", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, await journal.ReadHighestSequenceNrAsync("a", None));

        await ExecuteAsync($"ALTER DATABASE {name} SET default_transaction_read_only = off");
        await using var next = new PostgresJournal(Options);
        await next.WriteAsync(new JournalWrite("a", Writer, 2, [Event("y")]));
    }

    [Fact]
    public async Task Many_processes_may_create_the_tables_at_once()
    {
        var journals = Enumerable.Range(0, 8).Select(_ => new PostgresJournal(Options)).ToList();

        await Task.WhenAll(journals.Select((journal, i) => journal.WriteAsync(
            new JournalWrite($"actor-{i}", Writer, 1, [Event("x")])).AsTask()));

        foreach (var journal in journals)
            await journal.DisposeAsync();
        Assert.Equal("8", await QueryAsync("SELECT count(*)::text FROM journal"));
    }

    [Fact]
    public async Task Two_processes_that_fight_over_some_actors_do_not_fail_the_others()
    {
        await using var other = await OpenSecondAsync();
        var contested = new[] { Journal, other }.SelectMany(journal => Enumerable.Range(0, 100).Select(
            i => journal.WriteAsync(new JournalWrite($"contested-{i}", Writer, 1, [Event("x"), Event("y")])).AsTask())).ToList();
        var own = Enumerable.Range(0, 300).Select(i => WriteAsync($"own-{i}", 1, "x")).ToList();

        await Task.WhenAll(own);
        var failures = 0;
        foreach (var write in contested)
        {
            if (await Record.ExceptionAsync(() => write) is not { } error)
                continue;
            Assert.IsType<WriterFencedException>(error);
            failures++;
        }

        Assert.Equal(100, failures);
        Assert.Equal("500", await QueryAsync("SELECT count(*)::text FROM journal"));
    }

    [Fact]
    public async Task Events_are_ordered_in_the_table_as_they_were_written()
    {
        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => WriteAsync($"actor-{i}", 1, "1", "2", "3")));

        Assert.Equal(
            "0",
            await QueryAsync(
                """
                SELECT count(*)::text FROM journal a JOIN journal b
                ON a.persistence_id = b.persistence_id AND a.sequence_number < b.sequence_number AND a.ordering > b.ordering
                """));
    }

    [Fact]
    public async Task The_tables_are_those_of_Akka_Persistence_Sql()
    {
        await WriteAsync("a", 1, "x");

        Assert.Equal(
            "ordering bigint, created bigint, deleted boolean, persistence_id character varying(255), sequence_number bigint, "
            + "message bytea, manifest character varying(500), identifier integer, writer_uuid character varying(128)",
            await ColumnsAsync("journal"));
        Assert.Equal(
            "ordering_id bigint, tag character varying(64), sequence_nr bigint, persistence_id character varying(255)",
            await ColumnsAsync("tags"));
        Assert.Equal(
            "persistence_id character varying(255), sequence_number bigint, created bigint, snapshot bytea, "
            + "manifest character varying(500), serializer_id integer",
            await ColumnsAsync("snapshot"));
    }

    protected override Task<IJournal> OpenAsync() => Task.FromResult<IJournal>(new PostgresJournal(Options));

    protected override Task<IJournal> OpenSecondAsync() => OpenAsync();

    /// <summary>Makes a writer of a history's first event wait, until this is disposed.</summary>
    async Task<NpgsqlConnection> HoldAsync(string id)
    {
        var connection = new NpgsqlConnection(_connection + ";Pooling=false");
        await connection.OpenAsync();
#pragma warning disable CA2100 // The tests' own SQL.
        await using var insert = new NpgsqlCommand(
            $"BEGIN; INSERT INTO journal (created, deleted, persistence_id, sequence_number, message) VALUES (0, false, '{id}', 1, '')",
            connection);
#pragma warning restore CA2100
        await insert.ExecuteNonQueryAsync();
        return connection;
    }

    /// <summary>Waits until somebody waits for a lock.</summary>
    async Task WaitForLockAsync()
    {
        for (var attempt = 0; attempt < 1_000; attempt++)
        {
            if (await QueryAsync("SELECT count(*)::text FROM pg_locks WHERE NOT granted") != "0")
                return;
        }

        Assert.Fail("Nobody waits.");
    }

    /// <summary>Reads until the connections that the crash broke have all been found out.</summary>
    async Task ReconnectedAsync()
    {
        for (var attempt = 0; attempt < 20; attempt++)
        {
            if (await Record.ExceptionAsync(() => ReadAllAsync("a").AsTask()) is null)
                return;
        }

        Assert.Fail("The journal does not connect again.");
    }

    Task<string> ColumnsAsync(string table) => QueryAsync(
        $"""
        SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum)
        FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0
        """);

    async Task ExecuteAsync(string sql) => await QueryAsync(sql);

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

[Collection(PostgresCollection.Name)]
public sealed class PostgresSnapshotStoreTests(PostgresFixture postgres) : SnapshotStoreContract
{
    string _connection = "";

    public override async Task InitializeAsync()
    {
        _connection = await postgres.Cluster.CreateDatabaseAsync();
        await base.InitializeAsync();
    }

    protected override Task<ISnapshotStore> OpenAsync()
        => Task.FromResult<ISnapshotStore>(new PostgresSnapshotStore(new PostgresJournalOptions { ConnectionString = _connection }));
}
