using System.Text;
using LogosActors.Actors.Persistence;
using LogosActors.Actors.Persistence.Journals;
using LogosActors.Actors.TestKit;
using Npgsql;
using SQLitePCL;

namespace LogosActors.Actors.Tests.Persistence;

/// <summary>What persistent actors promise on a real database that fails them.</summary>
public abstract class PersistentActorContract : IAsyncLifetime
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    static readonly EventSerialization Serialization = EventSerialization.CreateBuilder()
        .Add<Noted>("test.Text", noted => Encoding.UTF8.GetBytes(noted.Text), Read)
        .Build();

    readonly LogCapture _logs = new();
    IJournal? _journal;
    ActorTestKit? _kit;

    protected sealed record Noted(string Text);

    ActorTestKit Kit => _kit!;

    ActorSystem System => Kit.System;

    public virtual async Task InitializeAsync()
    {
        _journal = await OpenAsync();
        _kit = new ActorTestKit(
            new EmbeddedTestHost(ActorSystem.Create("test", new ActorSystemOptions
            {
                LoggerFactory = _logs,
                Persistence = new PersistenceOptions { Journal = _journal, Serialization = Serialization },
            })),
            _logs,
            new TestKitOptions { ExpectTimeout = Patience });
    }

    public virtual async Task DisposeAsync()
    {
        await Kit.DisposeAsync();
        await _journal!.DisposeAsync();
    }

    [Fact]
    public async Task A_corrupt_history_stops_its_actor_while_the_others_go_on_persisting()
    {
        await PutAsync("corrupt", new SerializedEvent(2, "test.Text", new byte[] { 0xFF }));
        await PutAsync("future", new SerializedEvent(2, "from.the.future", default));
        var probe = Kit.CreateTestProbe();
        var good = Enumerable.Range(0, 20).Select(i => Open($"good-{i}")).ToList();
        var writes = good.Select(actor => actor.Ask<string>("x", Patience)).ToList();
        foreach (var (id, manifest) in new[] { ("corrupt", "test.Text"), ("future", "from.the.future") })
        {
            var bad = Open(id);
            probe.Watch(bad);
            writes.AddRange(good.Select(actor => actor.Ask<string>("y", Patience)));
            await probe.ExpectTerminated(bad);
            var error = Assert.Single(_logs.Entries, entry => entry.Message.StartsWith($"{id}:", StringComparison.Ordinal)).Exception;
            Assert.Contains($"{id}, sequence number 1:", Assert.IsType<UnreadableEventException>(error).Message, StringComparison.Ordinal);
            Assert.Contains(manifest, error.Message, StringComparison.Ordinal);
        }

        await Task.WhenAll(writes);
        Assert.Equal(2, _logs.Entries.Count(entry => entry.Exception is not null));
    }

    [Fact]
    public async Task A_database_that_fails_stops_the_writers_and_gives_back_what_was_acknowledged_when_it_is_there_again()
    {
        var probe = Kit.CreateTestProbe();
        var writers = Enumerable.Range(0, 10).ToDictionary(i => $"writer-{i}", i => Open($"writer-{i}"));
        foreach (var writer in writers.Values)
            await writer.Ask<string>("acknowledged", Patience);

        await BreakAsync();
        foreach (var writer in writers.Values)
        {
            probe.Watch(writer);
            // Large: what is left of the last page must not be enough.
            writer.Tell(new string('x', 100_000));
        }

        var stopped = (await probe.ReceiveN(writers.Count)).Select(message => ((Terminated)message).Actor);
        Assert.Equal(writers.Values.ToHashSet(), stopped.ToHashSet());
        var errors = _logs.Entries.Where(entry => entry.Exception is not null).ToList();
        Assert.Equal(writers.Count, errors.Count);
        Assert.All(errors, error => Assert.Contains(Symptom, Assert.IsType<JournalException>(error.Exception).Message, StringComparison.Ordinal));

        await MendAsync();
        foreach (var id in writers.Keys)
        {
            var writer = Open(id);
            Assert.Equal("acknowledged", await writer.Ask<string>("?", Patience));
            Assert.Equal("again", await writer.Ask<string>("again", Patience));
        }
    }

    /// <summary>What the errors speak of while the database is broken.</summary>
    protected abstract string Symptom { get; }

    protected abstract Task<IJournal> OpenAsync();

    /// <summary>Makes every write fail.</summary>
    protected abstract Task BreakAsync();

    /// <summary>Removes the cause.</summary>
    protected abstract Task MendAsync();

    async Task PutAsync(string id, SerializedEvent stored) =>
        await _journal!.WriteAsync(new JournalWrite(id, Guid.NewGuid(), 1, [stored]));

    static Noted Read(ReadOnlyMemory<byte> bytes) =>
        bytes.Span is [0xFF] ? throw new FormatException("no text") : new Noted(Encoding.UTF8.GetString(bytes.Span));

    ActorRef Open(string id) => System.Spawn(Props.Create(() => new Notebook(id)));

    sealed class Notebook(string id) : PersistentActor
    {
        readonly List<string> _texts = [];

        protected override string PersistenceId => id;

        protected override void Receive(object message)
        {
            if (message is "?")
                Reply(string.Join(' ', _texts));
            else
                Persist(new Noted((string)message), noted =>
                {
                    _texts.Add(noted.Text);
                    Reply(noted.Text);
                });
        }

        protected override void Recover(object message)
        {
            if (message is Noted noted)
                _texts.Add(noted.Text);
        }
    }
}

/// <summary>Another process holds the lock.</summary>
public sealed class LockedSqliteActorTests : SqliteActorContract
{
    SqliteSession? _other;

    protected override string Symptom => "locked by another process (waited 0.2 s)";

    protected override Task BreakAsync()
    {
        _other = SqliteSession.Open(Options.Path, raw.SQLITE_OPEN_READWRITE, TimeSpan.FromSeconds(5));
        _other.Execute("BEGIN IMMEDIATE");
        return Task.CompletedTask;
    }

    protected override Task MendAsync()
    {
        _other!.Dispose();
        return Task.CompletedTask;
    }
}

/// <summary>The disk has no room: SQLite itself says so when a file may not grow.</summary>
public sealed class FullSqliteActorTests : SqliteActorContract
{
    protected override string Symptom => "is full";

    protected override Task BreakAsync() => SetFaultAsync("PRAGMA max_page_count = 1");

    protected override Task MendAsync() => SetFaultAsync(null);
}

/// <summary>The file may be read only.</summary>
public sealed class ReadOnlySqliteActorTests : SqliteActorContract
{
    protected override string Symptom => "read-only";

    protected override Task BreakAsync() => SetFaultAsync("PRAGMA query_only = 1");

    protected override Task MendAsync() => SetFaultAsync(null);
}

/// <summary>On a SQLite file.</summary>
public abstract class SqliteActorContract : PersistentActorContract
{
    readonly string _directory = Directory.CreateTempSubdirectory("logos-actors-").FullName;
    string? _fault;

    private protected SqliteJournalOptions Options => new()
    {
        Path = Path.Combine(_directory, "journal.db"),
        BusyTimeout = TimeSpan.FromMilliseconds(200),
        Fault = ReadFault,
    };

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    protected override Task<IJournal> OpenAsync() => Task.FromResult<IJournal>(new SqliteJournal(Options));

    /// <summary>Sets the fault of the next write connection, and makes the journal open one.</summary>
    protected async Task SetFaultAsync(string? fault)
    {
        _fault = fault;
        if (fault is null)
            return;
        // A newer schema for one write: the journal drops its connection after any failure.
        using var file = SqliteSession.Open(Options.Path, raw.SQLITE_OPEN_READWRITE, TimeSpan.FromSeconds(5));
        file.Execute("PRAGMA user_version = 2");
        await using var journal = new SqliteJournal(Options);
        await Assert.ThrowsAsync<NewerJournalException>(
            () => journal.DeleteAsync("nobody", 1, CancellationToken.None).AsTask());
        file.Execute("PRAGMA user_version = 1");
    }

    string? ReadFault() => _fault;
}

/// <summary>The PostgreSQL database is out of reach: it ends all connections and takes no new ones.</summary>
[Collection(PostgresCollection.Name)]
public sealed class PostgresActorTests(PostgresFixture postgres) : PersistentActorContract
{
    NpgsqlConnectionStringBuilder _connection = [];

    protected override string Symptom => "127.0.0.1";

    public override async Task InitializeAsync()
    {
        _connection = new NpgsqlConnectionStringBuilder(await postgres.Cluster.CreateDatabaseAsync());
        await base.InitializeAsync();
    }

    protected override Task<IJournal> OpenAsync() =>
        Task.FromResult<IJournal>(new PostgresJournal(new PostgresJournalOptions { ConnectionString = _connection.ConnectionString }));

    protected override async Task BreakAsync()
    {
        await ExecuteAsync($"ALTER DATABASE {_connection.Database} ALLOW_CONNECTIONS false");
        await ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{_connection.Database}'");
    }

    protected override Task MendAsync() => ExecuteAsync($"ALTER DATABASE {_connection.Database} ALLOW_CONNECTIONS true");

    async Task ExecuteAsync(string sql)
    {
        var administration = new NpgsqlConnectionStringBuilder(_connection.ConnectionString) { Database = "postgres", Pooling = false };
        await using var connection = new NpgsqlConnection(administration.ConnectionString);
        await connection.OpenAsync();
#pragma warning disable CA2100 // The tests' own SQL.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
