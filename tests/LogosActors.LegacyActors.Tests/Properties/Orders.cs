namespace LogosActors.Actors.Tests.Properties;

/// <summary>What a player of a random program is told to do.</summary>
internal enum Deed
{
    Nothing,
    Pass,
    Fail,
    StopSelf,
    StopOther,
    Watch,
    Unwatch,
    Await,
    Stash,
    Unstash,
    Timer,
    CancelTimer,
    Spawn,
    Persist,
    PersistAll,
    PersistAsync,
    Snapshot,
    Rival,
}

/// <summary>One message of a random program. No two are equal.</summary>
/// <param name="Id">Unique in the run.</param>
/// <param name="Deed">What to do.</param>
/// <param name="Target">The index of the player that it concerns.</param>
/// <param name="Next">What to tell that player, for <see cref="Deed.Pass"/>.</param>
/// <param name="Delay">How long, for what takes time.</param>
internal sealed record Letter(int Id, Deed Deed, int Target, Letter? Next, TimeSpan Delay);

/// <summary>A letter on its way, numbered among those of its sender to its recipient.</summary>
internal sealed record Posted(Letter Letter, object Sender, int Number);

/// <summary>A timer's message, and the instance that started it.</summary>
internal sealed record Tick(object Instance);

/// <summary>Asks whether somebody is still there.</summary>
internal sealed record Ping
{
    public static readonly Ping Instance = new();
}

/// <summary>A failure that a program asked for.</summary>
internal sealed class OrderedFailureException() : Exception("as ordered");
