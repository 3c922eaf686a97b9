using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;
using Akka.TestKit.Xunit2;
using Google.Protobuf.WellKnownTypes;
using LogosActors.Actors.Persistence;
using LogosActors.Actors.Serialization;
using LogosActors.Tests;
using Microsoft.Data.Sqlite;
using Xunit.Abstractions;

namespace LogosActors.Actors.Tests.Traps;

/// <summary>What this project relies on, or guards against, in Akka.Persistence.Sql on SQLite.</summary>
public sealed class SqlJournalTraps : TestKit
{
    static readonly PersistencePlugins Plugins = PersistencePlugins.Named("traps");
    static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    readonly TemporaryFolder _folder = new();
    readonly SqliteJournalFile _file;

    public SqlJournalTraps(ITestOutputHelper output)
        : base("akka.loglevel = ERROR\nakka.actor.serialization-settings.allow-unregistered-types = false", output: output)
    {
        _file = SqliteJournalFile.Open(Path);
        ProtobufSerializer.Install(Sys, Notebook.Types);
        // A plugin may be added to a running system; it is looked up by its id when an actor first uses it.
        Sys.Settings.InjectTopLevelFallback(JournalConfiguration.Sqlite(Plugins, Path));
    }

    string Path => _folder["node.db"];

    [Fact]
    public async Task A_plugin_that_is_added_to_a_running_system_is_found_when_it_is_used()
    {
        var (first, second) = (PersistencePlugins.Named("added-first"), PersistencePlugins.Named("added-second"));
        foreach (var plugins in (PersistencePlugins[])[first, second])
        {
            using var file = SqliteJournalFile.Open(_folder[$"{plugins.Journal}.db"]);
            Sys.Settings.InjectTopLevelFallback(JournalConfiguration.Sqlite(plugins, _folder[$"{plugins.Journal}.db"]));
            var notebook = Sys.ActorOf(Notebook.Props("added", plugins));
            await WriteAsync(notebook, "a");
            Assert.Equal("1", Query("SELECT count(*) FROM journal", _folder[$"{plugins.Journal}.db"]));
        }
    }

    [Fact]
    public async Task Deleting_messages_keeps_the_newest_row_and_the_sequence_goes_on()
    {
        var trimmed = Sys.ActorOf(Props.Create(() => new Trimmed("trimmed")));
        foreach (var line in (string[])["a", "b", "c"])
            await trimmed.Ask<long>(line, Long);
        await trimmed.Ask<string>("trim", Long);
        Assert.Equal("3 1", Query("SELECT sequence_number || ' ' || deleted FROM journal"));
        Assert.NotEqual("0", Query("SELECT length(message) FROM journal"));
        await StopAsync(trimmed);
        var again = Sys.ActorOf(Props.Create(() => new Trimmed("trimmed")));
        Assert.Equal(4, await again.Ask<long>("d", Long));
    }

    [Fact]
    public async Task A_second_writer_of_a_persistence_id_is_refused_by_the_index()
    {
        var first = Sys.ActorOf(Notebook.Props("double", Plugins));
        var second = Sys.ActorOf(Notebook.Props("double", Plugins));
        await first.Ask<Notebook.Lines>(new Notebook.Read(), Long);
        await second.Ask<Notebook.Lines>(new Notebook.Read(), Long);
        await WriteAsync(first, "first");
        Watch(second);
        second.Tell(new Notebook.Write("second"), TestActor);
        await ExpectTerminatedAsync(second, Long);
        await WriteAsync(first, "again");
        Assert.Equal("first,again", await RecoverAsync("double"));
    }

    [Fact]
    public async Task A_restart_forgets_what_was_decided_and_does_not_confirm_what_is_being_written()
    {
        var notebook = Sys.ActorOf(Notebook.Props("decided", Plugins));
        await WriteAsync(notebook, "a");
        await using (await LockAsync())
        {
            // b is with the journal, and c waits for it, when the actor fails.
            notebook.Tell(new Notebook.Write("b"), TestActor);
            notebook.Tell(new Notebook.Write("c"), TestActor);
            notebook.Tell(new Notebook.Fail(new InvalidDataException()));
            await Task.Delay(500);
        }
        Assert.Equal(["a", "b"], (await notebook.Ask<Notebook.Lines>(new Notebook.Read(), Long)).All);
        await ExpectNoMsgAsync(TimeSpan.FromMilliseconds(200));
    }

    [Theory]
    [InlineData("fail", null)]
    [InlineData("repair-by-discard-old", "new")]
    public async Task Events_of_two_writers_fail_a_recovery_or_some_are_dropped_without_a_word(string mode, string? expected)
    {
        var plugins = PersistencePlugins.Named($"filter-{mode}");
        Sys.Settings.InjectTopLevelFallback(
            ConfigurationFactory.ParseString($"{plugins.Journal}.replay-filter.mode = {mode}").WithFallback(JournalConfiguration.Sqlite(plugins, Path)));
        var notebook = Sys.ActorOf(Notebook.Props($"filter-{mode}", plugins));
        await WriteAsync(notebook, "old");
        await WriteAsync(notebook, "new");
        await StopAsync(notebook);
        // As a process that was paused writes: with the number of an event that is there already under another writer, between them.
        Execute($"UPDATE journal SET sequence_number = 3, writer_uuid = 'other' WHERE sequence_number = 2 AND persistence_id = 'filter-{mode}'");
        Execute($"INSERT INTO journal (created, deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid) "
            + $"SELECT created, deleted, persistence_id, 2, message, manifest, identifier, 'other' FROM journal WHERE sequence_number = 1 AND persistence_id = 'filter-{mode}'");
        Execute($"UPDATE journal SET sequence_number = 4, writer_uuid = 'first' WHERE sequence_number = 1 AND persistence_id = 'filter-{mode}'");
        Execute($"INSERT INTO journal (created, deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid) "
            + $"SELECT created, deleted, persistence_id, 1, message, manifest, identifier, 'first' FROM journal WHERE sequence_number = 4 AND persistence_id = 'filter-{mode}'");
        var again = Sys.ActorOf(Notebook.Props($"filter-{mode}", plugins));
        Watch(again);
        if (expected is null)
        {
            await ExpectTerminatedAsync(again, Long);
        }
        else
        {
            var lines = (await again.Ask<Notebook.Lines>(new Notebook.Read(), Long)).All;
            Assert.True(lines.Count < 4, string.Join(',', lines));
        }
    }

    [Fact]
    public async Task A_journal_keeps_the_serialization_that_it_was_started_with()
    {
        await WriteAsync(Sys.ActorOf(Notebook.Props("early", Plugins)), "a");
        ProtobufSerializer.Install(Sys, LateTypes);
        Assert.IsType<ProtobufSerializer>(Sys.Serialization.FindSerializerForType(typeof(DoubleValue)));
        var late = Sys.ActorOf(Props.Create(() => new Trimmed("late")));
        await EventFilter.Exception<InvalidOperationException>(contains: "rejected").ExpectOneAsync(() =>
        {
            late.Tell(new DoubleValue());
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task The_pool_keeps_a_file_open_after_its_system_has_ended_until_it_is_cleared()
    {
        await WriteAsync(Sys.ActorOf(Notebook.Props("pool", Plugins)), "a");
        await Sys.Terminate();
        Assert.True(File.Exists(Path + "-wal"));
        _file.Dispose();
        Assert.False(File.Exists(Path + "-wal"));
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        _file.Dispose();
        _folder.Dispose();
    }

    static ProtobufTypes LateTypes { get; } = new ProtobufTypes("late", 7_194).Add(DoubleValue.Parser, "double");

    static async Task WriteAsync(IActorRef notebook, string line) => await notebook.Ask<Notebook.Written>(new Notebook.Write(line), Long);

    async Task<string> RecoverAsync(string id)
    {
        var notebook = Sys.ActorOf(Notebook.Props(id, Plugins));
        return string.Join(',', (await notebook.Ask<Notebook.Lines>(new Notebook.Read(), Long)).All);
    }

    static async Task StopAsync(IActorRef actor) => Assert.True(await actor.GracefulStop(Long));

    /// <summary>Lets nobody else write until it is disposed.</summary>
    async Task<IAsyncDisposable> LockAsync()
    {
        var connection = new SqliteConnection($"Data Source={Path};Pooling=False;Default Timeout=30");
        await connection.OpenAsync();
        connection.BeginTransaction(deferred: false);
        return connection;
    }

    string Query(string statement, string? path = null)
    {
        using var connection = new SqliteConnection($"Data Source={path ?? Path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // constants of this file
        command.CommandText = statement;
#pragma warning restore CA2100
        return $"{command.ExecuteScalar()}";
    }

    void Execute(string statement) => Query(statement);

    sealed class Trimmed(string id) : SupervisedPersistentActor(Plugins)
    {
        IActorRef _asker = ActorRefs.Nobody;

        public override string PersistenceId => id;

        protected override void OnRecover(object message)
        {
        }

        protected override void OnCommand(object message)
        {
            switch (message)
            {
                case "trim":
                    _asker = Sender;
                    DeleteMessages(long.MaxValue);
                    break;
                case string line:
                    var asker = Sender;
                    PersistAllAsync([new StringValue { Value = line }], _ => asker.Tell(LastSequenceNr));
                    break;
                case DoubleValue value:
                    PersistAllAsync([value], _ => { });
                    break;
                case DeleteMessagesSuccess:
                    _asker.Tell("trimmed");
                    break;
                default:
                    Unhandled(message);
                    break;
            }
        }
    }
}
