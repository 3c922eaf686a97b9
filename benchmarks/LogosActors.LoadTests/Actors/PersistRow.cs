using System.Diagnostics;

namespace LogosActors.LoadTests.Actors;

/// <summary>Events of persistent actors per second, one for each command, with fsync; against raw inserts of the same rows in the same run.</summary>
/// <param name="kind">Where they go.</param>
/// <param name="writers">How many actors.</param>
internal sealed class PersistRow(JournalKind kind, int writers) : Row
{
    /// <summary>The most events of a round.</summary>
    const int MostEvents = 50_000;

    public override string Name => $"persist, {kind.Name}, {writers} {(writers == 1 ? "actor" : "actors")}";

    public override async Task<Outcome> MeasureAsync(Budget budget)
    {
        await using var journal = await kind.StartAsync();
        await using var actors = new Writers(journal, writers);
        var (ours, ceiling) = await Rounds.PairAsync(budget, MostEvents, actors.WriteAsync, journal.InsertAsync);
        return new(ours, "event/s", new Peer(kind.Ceiling, ceiling), new Target.Printed());
    }
}
