using LogosActors.Actors.Persistence;
using LogosActors.Actors.Persistence.Journals;
using Incremented = Google.Protobuf.WellKnownTypes.Empty;

namespace LogosActors.Actors.Tests.Documentation;

public sealed class ReadmeSamples
{
    [Fact]
    public async Task The_counter_of_the_README_goes_on_where_it_stood()
    {
        Clear();
        await CountAsync();
        await CountAsync();
        await using (var journal = new SqliteJournal(new SqliteJournalOptions { Path = "counter.db" }))
            Assert.Equal(2, await journal.ReadHighestSequenceNrAsync("counter", CancellationToken.None));
        Clear();
    }

    static void Clear()
    {
        foreach (var file in Directory.EnumerateFiles(".", "counter.db*"))
            File.Delete(file);
    }

    static async Task CountAsync()
    {
        // sample: counter
        await using var journal = new SqliteJournal(new SqliteJournalOptions { Path = "counter.db" });
        await using var system = ActorSystem.Create("demo", new ActorSystemOptions
        {
            Persistence = new PersistenceOptions
            {
                Journal = journal,
                Serialization = EventSerialization.CreateBuilder().Add(Incremented.Parser).Build(),   // a Protocol Buffers message
            },
        });
        var counter = system.Spawn(Props.Create(() => new CounterActor()), "counter");
        Console.WriteLine(await counter.Ask<long>("increment", timeout: TimeSpan.FromSeconds(1)));
        // end sample
    }

    internal
    // sample: counter-actor
    sealed class CounterActor : PersistentActor
    {
        long _count;

        protected override string PersistenceId => "counter";

        protected override void Recover(object message)
        {
            if (message is Incremented)
                _count++;
        }

        protected override void Receive(object message)
        {
            switch (message)
            {
                case "increment":
                    Persist(new Incremented(), _ => Reply(++_count));
                    break;
                default:
                    Unhandled(message);
                    break;
            }
        }
    }
    // end sample
}
