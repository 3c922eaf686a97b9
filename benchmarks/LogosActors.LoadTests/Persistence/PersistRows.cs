using LogosActors.Actors.Persistence;
using LogosActors.Actors.Persistence.Journals;
using LogosActors.Tests;

namespace LogosActors.LoadTests.Persistence;

/// <summary>One persistent actor over the journal in memory.</summary>
internal sealed class MemoryPersistRow(int eventsPerCommand, Peer akka) : Row
{
    public override string Name => $"persist in memory, {eventsPerCommand} per handler";

    public override async Task<Outcome> MeasureAsync(Budget budget)
    {
        // A new journal now and then, so that memory stays bounded.
        var rate = await Rounds.BestAsync(budget, 500_000, async events =>
        {
            await using var writers = new Writers(new InMemoryJournal(), count: 1, eventsPerCommand);
            return await writers.WriteAsync(events);
        });
        return new(rate, "event/s", akka, new Target.AtLeast(akka.Figure));
    }
}

/// <summary>A thousand persistent actors, one event per command each, all at once, over SQLite with fsync.</summary>
internal sealed class SqlitePersistRow : Row
{
    public override string Name => "persist, SQLite, 1,000 actors";

    public Latencies Latencies { get; private set; } = new();

    public override async Task<Outcome> MeasureAsync(Budget budget)
    {
        using var files = new TemporaryDirectory();
        await using var journal = new SqliteJournal(new SqliteJournalOptions { Path = files.File("journal.db") });
        await using var writers = new Writers(journal, count: 1_000, eventsPerCommand: 1);
        using var raw = new RawInserts(files.File("raw.db"));
        var (ours, ceiling) = await Rounds.PairAsync(budget, 100_000, writers.WriteAsync, raw.InsertAsync);
        Latencies = writers.Latencies;
        return new(ours, "event/s", new Peer("raw inserts, 1,000 per transaction", ceiling),
            new Target.Both(new Target.AtLeast(20_000), new Target.TimesPeer(0.3)));
    }
}

/// <summary>A thousand persistent actors, one event per command each, all at once, over PostgreSQL with fsync.</summary>
internal sealed class PostgresPersistRow : Row
{
    // Ten cores there, two here.
    static readonly Peer AkkaSqlJournal = new("Akka.Persistence.Sql (published, 10 cores)", 13_500);

    public override string Name => "persist, PostgreSQL, 1,000 actors";

    public Latencies Latencies { get; private set; } = new();

    public override async Task<Outcome> MeasureAsync(Budget budget)
    {
        await using var cluster = await PostgresCluster.StartAsync();
        await using var journal = new PostgresJournal(new PostgresJournalOptions { ConnectionString = await cluster.CreateDatabaseAsync() });
        await using var writers = new Writers(journal, count: 1_000, eventsPerCommand: 1);
        var rate = await Rounds.BestAsync(budget, 100_000, writers.WriteAsync);
        Latencies = writers.Latencies;
        return new(rate, "event/s", AkkaSqlJournal, new Target.AtLeast(20_000));
    }
}
