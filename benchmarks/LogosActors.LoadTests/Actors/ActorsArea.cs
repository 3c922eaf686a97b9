using LogosActors.LoadTests.Persistence;

namespace LogosActors.LoadTests.Actors;

/// <summary>The embedded host: how fast messages, answers, children and restarts are, and what an idle actor costs.</summary>
internal static class ActorsArea
{
    static readonly int[] Pairs = [1, 2, 4, 8];

    public static IEnumerable<Row> Rows()
    {
        var sqlite = new SqlitePersistRow();
        var postgres = new PostgresPersistRow();
        return
    [
        new TellRow(),
        new TellAllocationRow(),
        .. Pairs.Select(pairs => new PingPongRow(pairs, inFlight: 1, Akka.PingPongOneInFlight)),
        .. Pairs.Select(pairs => new PingPongRow(pairs, inFlight: 100, Akka.PingPongHundredInFlight)),
        new AskRow(concurrency: 1),
        new AskRow(concurrency: 256),
        new SpawnRow(),
        new IdleMemoryRow(),
        new RestartRow(),
        new DeterministicRow(),
        new MemoryPersistRow(eventsPerCommand: 1, Akka.Persist),
        new MemoryPersistRow(eventsPerCommand: 100, Akka.PersistHundred),
        sqlite,
        postgres,
        RecoveryRow.Memory(),
        RecoveryRow.Sqlite(),
    ];
    }
}

/// <summary>What Akka.NET 1.5.30 does on this class of machine, as given by the issue; its packages cannot be restored here.</summary>
internal static class Akka
{
    /// <summary>Messages per second of a ping-pong with one message in flight: 1.5–2.2 M, the middle.</summary>
    public static readonly Peer PingPongOneInFlight = new("Akka.NET 1.5.30 (published 1.5–2.2 M)", 1_850_000);

    /// <summary>Messages per second of a ping-pong with 100 messages in flight: 6–11 M, the middle.</summary>
    public static readonly Peer PingPongHundredInFlight = new("Akka.NET 1.5.30 (published 6–11 M)", 8_500_000);

    /// <summary>Asks per second: 348–422 k, the middle.</summary>
    public static readonly Peer Ask = new("Akka.NET 1.5.30 (published 348–422 k)", 385_000);

    /// <summary>Children created per second.</summary>
    public static readonly Peer Spawn = new("Akka.NET 1.5.30 (published)", 48_000);

    /// <summary>Events persisted in memory per second.</summary>
    public static readonly Peer Persist = new("Akka.NET 1.5.30 (published)", 125_000);

    /// <summary>Events persisted in memory per second, 100 in one handler.</summary>
    public static readonly Peer PersistHundred = new("Akka.NET 1.5.30 (published)", 256_000);

    /// <summary>Events recovered from memory per second.</summary>
    public static readonly Peer Recovery = new("Akka.NET 1.5.30 (published, memory)", 416_000);

    /// <summary>Bytes per idle actor.</summary>
    public static readonly Peer IdleMemory = new("Akka.NET 1.5.30 (published)", 1_816);
}
