namespace LogosActors.LoadTests.Actors;

/// <summary>What our actors share on Akka.NET: journals, restart with backoff, and the simulation.</summary>
internal static class ActorsArea
{
    public static IEnumerable<Row> Rows() =>
    [
        new PersistRow(JournalKind.Sqlite, writers: 1),
        new PersistRow(JournalKind.Sqlite, writers: 100),
        new PersistRow(JournalKind.Postgres, writers: 1),
        new PersistRow(JournalKind.Postgres, writers: 100),
        new RestartRow(),
        new IdleSystemRow(),
        new SimulationStepsRow(),
    ];
}
