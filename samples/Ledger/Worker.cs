using LogosActors.Actors;
using LogosActors.Actors.Persistence;
using LogosActors.Actors.Persistence.Journals;

namespace LogosActors.Samples.Ledger;

/// <summary>The process that is killed: a bank over a SQLite journal that says on its output what is durable.</summary>
internal static class Worker
{
    public static EventSerialization Serialization { get; } = EventSerialization.CreateBuilder()
        .Add(Deposited.Parser)
        .Add(AccountState.Parser)
        .Build();

    /// <summary>Works until its input ends.</summary>
    public static async Task RunAsync(string database, BankOptions options)
    {
        await using var journal = new SqliteJournal(new SqliteJournalOptions { Path = database });
        await using var snapshots = new SqliteSnapshotStore(new SqliteJournalOptions { Path = database });
        await using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
        await using var system = ActorSystem.Create("ledger", new ActorSystemOptions
        {
            Persistence = new PersistenceOptions { Journal = journal, Snapshots = snapshots, Serialization = Serialization },
        });
        system.Spawn(Props.Create(() => new BankActor(options, output)), "bank");
        while (await Console.In.ReadLineAsync() is not null)
        {
            // Only the end of the input matters.
        }
    }
}
