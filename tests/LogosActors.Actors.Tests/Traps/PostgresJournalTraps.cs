using Akka.Actor;
using Akka.TestKit.Xunit2;
using LogosActors.Actors.Serialization;
using LogosActors.Postgres;
using LogosActors.Tests;
using Npgsql;
using Xunit.Abstractions;

namespace LogosActors.Actors.Tests.Traps;

/// <summary>What this project guards against in Akka.Persistence.Sql on PostgreSQL, where the writes of several actors are one transaction.</summary>
public sealed class PostgresJournalTraps(ITestOutputHelper output) : TestKit("akka.loglevel = ERROR", output: output)
{
    static readonly PersistencePlugins Plugins = PersistencePlugins.Named("traps");
    static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_row_that_is_refused_fails_the_writes_of_others_in_its_batch()
    {
        await using var cluster = await PostgresCluster.StartAsync();
        var database = await cluster.CreateDatabaseAsync();
        ProtobufSerializer.Install(Sys, Notebook.Types);
        Sys.Settings.InjectTopLevelFallback(new PostgresDatabase(database).Configure(Plugins));
        var first = Sys.ActorOf(Notebook.Props("double", Plugins));
        var second = Sys.ActorOf(Notebook.Props("double", Plugins));
        var innocents = Enumerable.Range(0, 20).Select(number => Sys.ActorOf(Notebook.Props($"innocent-{number}", Plugins))).ToArray();
        foreach (var notebook in (IActorRef[])[first, second, .. innocents])
            await notebook.Ask<Notebook.Lines>(new Notebook.Read(), Long);
        await first.Ask<Notebook.Written>(new Notebook.Write("first"), Long);
        foreach (var innocent in innocents)
            Watch(innocent);
        await using (await LockAsync(database))
        {
            // The first ones that wait for the lock take all connections, the rest are one batch, and the row that is refused is among them.
            foreach (var innocent in innocents[..10])
                innocent.Tell(new Notebook.Write("a"), ActorRefs.NoSender);
            await Task.Delay(500);
            second.Tell(new Notebook.Write("second"), ActorRefs.NoSender);
            foreach (var innocent in innocents[10..])
                innocent.Tell(new Notebook.Write("a"), ActorRefs.NoSender);
            await Task.Delay(500);
        }
        var failed = (await ExpectMsgAsync<Terminated>(Long)).ActorRef;
        // So many failures have opened the circuit for everybody: a recovery fails, too, and the parent tries again.
        var notebookAgain = Notebook.Props($"innocent-{Array.IndexOf(innocents, failed)}", Plugins);
        var again = Sys.ActorOf(Props.Create(() => new Shelf(notebookAgain, ActorRefs.Nobody, 100, null)));
        Assert.Empty((await again.Ask<Notebook.Lines>(new Notebook.Read(), Long)).All);
    }

    static async Task<IAsyncDisposable> LockAsync(string database)
    {
        var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("BEGIN; LOCK TABLE journal IN EXCLUSIVE MODE", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }
}
