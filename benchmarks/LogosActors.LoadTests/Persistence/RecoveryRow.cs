using System.Diagnostics;
using LogosActors.Actors;
using LogosActors.Actors.Persistence;
using LogosActors.Actors.Persistence.Journals;

namespace LogosActors.LoadTests.Persistence;

/// <summary>One actor reads a long history back.</summary>
internal sealed class RecoveryRow(string name, Func<TemporaryDirectory, IJournal> open, double target, Peer peer) : Row
{
    const int Events = 200_000;
    const int PerWrite = 1_000;

    public override string Name => $"recovery, {name}";

    public static RecoveryRow Memory() => new("memory", _ => new InMemoryJournal(), 500_000, Actors.Akka.Recovery);

    public static RecoveryRow Sqlite() =>
        new("SQLite", files => new SqliteJournal(new SqliteJournalOptions { Path = files.File("journal.db") }), 150_000, Actors.Akka.Recovery);

    public override async Task<Outcome> MeasureAsync(Budget budget)
    {
        using var files = new TemporaryDirectory();
        await using var journal = open(files);
        var stored = Enumerable.Repeat(Stored.Serialization.Serialize(Stored.Sample), PerWrite).ToArray();
        for (var first = 1; first <= Events; first += PerWrite)
            await journal.WriteAsync(new JournalWrite("long", Guid.NewGuid(), first, stored));
        await using var system = ActorSystem.Create("recovery", new ActorSystemOptions
        {
            Persistence = new PersistenceOptions { Journal = journal, Serialization = Stored.Serialization },
        });
        var rate = await Rounds.BestAsync(budget, Events, async events =>
        {
            // A round is always the whole history; its time is scaled to what was asked for.
            var recovered = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
            var started = Stopwatch.GetTimestamp();
            var actor = system.Spawn(Props.Create(() => new Reader(recovered)));
            if (await recovered.Task != Events)
                throw new InvalidOperationException("The history did not come back whole.");
            var elapsed = Stopwatch.GetElapsedTime(started);
            await system.StopAsync(actor, TimeSpan.FromSeconds(10));
            return elapsed * (events / (double)Events);
        });
        return new(rate, "event/s", peer, new Target.AtLeast(target));
    }

    sealed class Reader(TaskCompletionSource<int> recovered) : PersistentActor
    {
        int _count;

        protected override string PersistenceId => "long";

        protected override void Recover(object message)
        {
            if (message is RecoveryCompleted)
                recovered.SetResult(_count);
            else
                _count++;
        }
    }
}
