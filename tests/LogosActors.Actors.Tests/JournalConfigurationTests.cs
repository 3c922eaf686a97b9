using Akka.Actor;
using Akka.Configuration;
using Google.Protobuf.WellKnownTypes;
using LogosActors.Actors.Persistence;
using LogosActors.Actors.Serialization;
using LogosActors.Postgres;
using LogosActors.Tests;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogosActors.Actors.Tests;

public sealed class JournalConfigurationTests : IDisposable
{
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task SQLite_keeps_events_and_snapshots_over_systems()
    {
        var path = _folder["it's a \\ \"folder\"/node.db"];
        using var file = SqliteJournalFile.Open(path);
        await KeepAsync(plugins => JournalConfiguration.Sqlite(plugins, path));
        using var connection = new SqliteConnection(SqliteJournalFile.ConnectionStringOf(path));
        await connection.OpenAsync();
        using var rows = new SqliteCommand("SELECT identifier || ' ' || manifest FROM journal UNION SELECT serializer_id || ' ' || manifest FROM snapshot ORDER BY 1", connection);
        using var reader = await rows.ExecuteReaderAsync();
        var found = new List<string>();
        while (await reader.ReadAsync())
            found.Add(reader.GetString(0));
        Assert.Equal(["7191 logos.keeper.count.v1", "7191 logos.keeper.line.v1"], found);
    }

    [Fact]
    public async Task PostgreSQL_keeps_events_and_snapshots_over_systems()
    {
        await using var cluster = await PostgresCluster.StartAsync();
        var connection = await cluster.CreateDatabaseAsync();
        await KeepAsync(plugins => new PostgresDatabase(connection).Configure(plugins));
    }

    [Fact]
    public async Task The_memory_keeps_events_as_long_as_the_system()
    {
        var plugins = PersistencePlugins.Named("memory");
        await RunAsync(JournalConfiguration.Memory(plugins), async system =>
        {
            Assert.Equal(0, await RunKeeperAsync(system, plugins, "a", "b", "c"));
            Assert.Equal(3, await RunKeeperAsync(system, plugins, "d"));
        });
        await RunAsync(null, async system =>
        {
            Assert.Equal(0, await RunKeeperAsync(system, PersistencePlugins.Memory, "a"));
            Assert.Equal(1, await RunKeeperAsync(system, PersistencePlugins.Memory));
        });
    }

    [Fact]
    public async Task Two_journals_of_one_system_are_apart()
    {
        var (first, second) = (PersistencePlugins.Named("first"), PersistencePlugins.Named("second"));
        using var firstFile = SqliteJournalFile.Open(_folder["first.db"]);
        using var secondFile = SqliteJournalFile.Open(_folder["second.db"]);
        var config = JournalConfiguration.Sqlite(first, _folder["first.db"]).WithFallback(JournalConfiguration.Sqlite(second, _folder["second.db"]));
        await RunAsync(config, async system =>
        {
            Assert.Equal(0, await RunKeeperAsync(system, first, "a", "b"));
            Assert.Equal(0, await RunKeeperAsync(system, second, "a"));
            Assert.Equal(2, await RunKeeperAsync(system, first));
            Assert.Equal(1, await RunKeeperAsync(system, second));
        });
    }

    public void Dispose() => _folder.Dispose();

    static async Task KeepAsync(Func<PersistencePlugins, Config> configuration)
    {
        var plugins = PersistencePlugins.Named("kept");
        var config = configuration(plugins);
        await RunAsync(config, async system => Assert.Equal(0, await RunKeeperAsync(system, plugins, "a", "b", "c")));
        await RunAsync(config, async system =>
        {
            Assert.Equal(3, await RunKeeperAsync(system, plugins, "d"));
            Assert.Equal(4, await RunKeeperAsync(system, plugins));
        });
    }

    static async Task RunAsync(Config? config, Func<ActorSystem, Task> run)
    {
        var system = LogosSystem.Create("journals", NullLoggerFactory.Instance, config);
        ProtobufSerializer.Install(system, Keeper.Types);
        try
        {
            await run(system);
        }
        finally
        {
            await system.Terminate();
        }
    }

    /// <summary>Recovers an actor, lets it store lines and a snapshot, and stops it.</summary>
    /// <returns>How many lines it had recovered.</returns>
    static async Task<int> RunKeeperAsync(ActorSystem system, PersistencePlugins plugins, params string[] lines)
    {
        var keeper = system.ActorOf(Props.Create(() => new Keeper(plugins)));
        var recovered = await keeper.Ask<int>("count", Timeout);
        foreach (var line in lines)
            await keeper.Ask<string>(new StringValue { Value = line }, Timeout);
        if (lines.Length > 0)
            await keeper.Ask<string>("snapshot", Timeout);
        Assert.True(await keeper.GracefulStop(Timeout));
        return recovered;
    }

    sealed class Keeper(PersistencePlugins plugins) : SupervisedPersistentActor(plugins)
    {
        int _count;
        IActorRef _asker = ActorRefs.Nobody;

        public static ProtobufTypes Types { get; } = new ProtobufTypes("keeper", 7_191).Add(StringValue.Parser, "line").Add(Int32Value.Parser, "count");

        public override string PersistenceId => "keeper";

        protected override void OnRecover(object message)
        {
            if (message is Akka.Persistence.SnapshotOffer { Snapshot: Int32Value count })
                _count = count.Value;
            else if (message is StringValue)
                _count++;
        }

        protected override void OnCommand(object message)
        {
            switch (message)
            {
                case StringValue line:
                    var asker = Sender;
                    _count++;
                    PersistAllAsync([line], _ => asker.Tell("stored"));
                    break;
                case "count":
                    Sender.Tell(_count);
                    break;
                case "snapshot":
                    _asker = Sender;
                    SaveSnapshot(new Int32Value { Value = _count });
                    break;
                case Akka.Persistence.SaveSnapshotSuccess saved:
                    DeleteMessages(saved.Metadata.SequenceNr);
                    break;
                case Akka.Persistence.DeleteMessagesSuccess:
                    _asker.Tell("saved");
                    break;
                default:
                    Unhandled(message);
                    break;
            }
        }
    }
}
