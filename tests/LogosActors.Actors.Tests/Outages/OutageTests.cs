using System.Diagnostics;
using Akka.Actor;
using Akka.Configuration;
using LogosActors.Actors.Persistence;
using LogosActors.Actors.Serialization;
using LogosActors.Postgres;
using LogosActors.Tests;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;

namespace LogosActors.Actors.Tests.Outages;

/// <summary>A database that goes away under load and comes back; nobody restarts anything.</summary>
public sealed class OutageTests(ITestOutputHelper output)
{
    static readonly bool IsFull = Environment.GetEnvironmentVariable("LOGOS_FULL") is "1";

    [Fact]
    public async Task Actors_come_back_by_themselves_after_their_file_was_locked_for_15_seconds()
    {
        using var folder = new TemporaryFolder();
        var path = folder["node.db"];
        using var file = SqliteJournalFile.Open(path);
        await RunAsync(plugins => JournalConfiguration.Sqlite(plugins, path), async () =>
        {
            await using var connection = new SqliteConnection($"Data Source={path};Pooling=False;Default Timeout=30");
            await connection.OpenAsync();
            await using var begin = new SqliteCommand("BEGIN IMMEDIATE", connection);
            await begin.ExecuteNonQueryAsync();
            await Task.Delay(TimeSpan.FromSeconds(15));
            await using var end = new SqliteCommand("ROLLBACK", connection);
            await end.ExecuteNonQueryAsync();
        });
    }

    [Fact]
    public async Task Actors_come_back_by_themselves_after_their_database_was_away()
    {
        await using var cluster = await PostgresCluster.StartAsync();
        var connection = await cluster.CreateDatabaseAsync();
        await RunAsync(plugins => new PostgresDatabase(connection).Configure(plugins), async () =>
        {
            await cluster.StopServerAsync();
            await Task.Delay(TimeSpan.FromSeconds(IsFull ? 60 : 5));
            await cluster.StartServerAsync();
        });
    }

    [Fact]
    public async Task Actors_whose_database_is_away_at_the_start_begin_when_it_is_there()
    {
        await using var cluster = await PostgresCluster.StartAsync();
        var connection = await cluster.CreateDatabaseAsync();
        await cluster.StopServerAsync();
        var plugins = PersistencePlugins.Named("outage");
        var system = Start(new PostgresDatabase(connection).Configure(plugins));
        try
        {
            var client = new Client(system, plugins, "late");
            client.Send();
            await Task.Delay(TimeSpan.FromSeconds(3));
            await cluster.StartServerAsync();
            await client.WaitForAnswerAsync(TimeSpan.FromSeconds(60));
            Assert.Single(client.Acknowledged);
        }
        finally
        {
            await system.Terminate();
        }
    }

    async Task RunAsync(Func<PersistencePlugins, Config> configuration, Func<Task> outage)
    {
        var plugins = PersistencePlugins.Named("outage");
        var system = Start(configuration(plugins));
        Client[] clients;
        try
        {
            clients = [.. Enumerable.Range(0, 12).Select(number => new Client(system, plugins, $"notebook-{number}"))];
            foreach (var client in clients)
            {
                client.Send();
                await client.WaitForAnswerAsync(TimeSpan.FromSeconds(30));
            }
            using var over = new CancellationTokenSource();
            var load = Task.WhenAll(clients.Select(client => client.KeepSendingAsync(over.Token)));
            await Task.Delay(500);
            await outage();
            var watch = Stopwatch.StartNew();
            var marks = clients.Select(client => client.Acknowledged.Count).ToArray();
            var back = await Task.WhenAll(clients.Zip(marks, async (client, mark) =>
            {
                await client.WaitForAcknowledgementAfterAsync(mark, TimeSpan.FromSeconds(60));
                return watch.Elapsed;
            }));
            output.WriteLine($"back after {string.Join(", ", back.Order().Select(time => $"{time.TotalSeconds:F1}"))} s");
            await over.CancelAsync();
            await load;
            foreach (var client in clients)
            {
                client.Send();
                await client.WaitForAnswerAsync(TimeSpan.FromSeconds(30));
            }
        }
        finally
        {
            await system.Terminate();
        }

        system = Start(configuration(plugins));
        try
        {
            foreach (var client in clients)
            {
                var notebook = system.ActorOf(Notebook.Props(client.Name, plugins));
                var lines = (await notebook.Ask<Notebook.Lines>(new Notebook.Read(), TimeSpan.FromSeconds(30))).All;
                Assert.Equal(lines.Distinct(StringComparer.Ordinal).Count(), lines.Count);
                Assert.Empty(client.Acknowledged.Except(lines, StringComparer.Ordinal));
                output.WriteLine($"{client.Name}: {client.Sent} sent, {client.Acknowledged.Count} acknowledged, {client.Refused} not stored, {lines.Count} stored");
            }
        }
        finally
        {
            await system.Terminate();
        }
    }

    static ActorSystem Start(Config configuration)
    {
        var system = LogosSystem.Create("outage", NullLoggerFactory.Instance, configuration.WithFallback(ProtobufSerializer.Configuration(Notebook.Types)));
        return system;
    }

    /// <summary>Sends lines to a notebook, none of them twice, and remembers the answers.</summary>
    sealed class Client
    {
        readonly IActorRef _shelf;
        readonly IActorRef _inbox;
        readonly Lock _gate = new();
        readonly List<string> _acknowledged = [];
        readonly HashSet<string> _answered = new(StringComparer.Ordinal);
        string _last = "";

        public Client(ActorSystem system, PersistencePlugins plugins, string name)
        {
            Name = name;
            var notebook = Notebook.Props(name, plugins);
            _shelf = system.ActorOf(Props.Create(() => new Shelf(
                notebook, ActorRefs.Nobody, 100, new ExponentialBackoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5), 0.2))));
            _inbox = system.ActorOf(Props.Create(() => new Inbox(this)));
        }

        public string Name { get; }

        public int Sent { get; private set; }

        public int Refused { get; private set; }

        public IReadOnlyCollection<string> Acknowledged
        {
            get
            {
                lock (_gate)
                    return [.. _acknowledged];
            }
        }

        public void Send()
        {
            _last = $"{++Sent}";
            _shelf.Tell(new Notebook.Write(_last), _inbox);
        }

        public async Task KeepSendingAsync(CancellationToken over)
        {
            while (!over.IsCancellationRequested)
            {
                Send();
                await Task.Delay(20, CancellationToken.None);
            }
        }

        public Task WaitForAnswerAsync(TimeSpan timeout) => WaitAsync(() => _answered.Contains(_last), timeout);

        public Task WaitForAcknowledgementAfterAsync(int mark, TimeSpan timeout) => WaitAsync(() => _acknowledged.Count > mark, timeout);

        async Task WaitAsync(Func<bool> condition, TimeSpan timeout)
        {
            for (var watch = Stopwatch.StartNew(); watch.Elapsed < timeout; await Task.Delay(20))
                lock (_gate)
                    if (condition())
                        return;
            Assert.Fail($"{Name}: nothing within {timeout}; {Sent} sent, {_acknowledged.Count} acknowledged, {Refused} not stored");
        }

        sealed class Inbox(Client client) : UntypedActor
        {
            protected override void OnReceive(object message)
            {
                lock (client._gate)
                    switch (message)
                    {
                        case Notebook.Written written:
                            client._acknowledged.Add(written.Line);
                            client._answered.Add(written.Line);
                            break;
                        case Shelf.NotStored { Message: Notebook.Write write }:
                            client.Refused++;
                            client._answered.Add(write.Line);
                            break;
                    }
            }
        }
    }
}
