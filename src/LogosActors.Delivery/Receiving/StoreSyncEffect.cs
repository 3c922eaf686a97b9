using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery.Receiving;

/// <summary>What a <see cref="StoreSync"/> wants done.</summary>
internal abstract record StoreSyncEffect
{
    /// <summary>Ask the round's store, and answer with <see cref="StoreSync.Answered"/> or <see cref="StoreSync.Failed"/>.</summary>
    public sealed record Ask(ArchiveQuery Query) : StoreSyncEffect;

    /// <summary>Hand a message to the actor of its topic, and answer with <see cref="StoreSync.Taken"/>.</summary>
    public sealed record Give(MessageHash Hash, WakuMessage Message) : StoreSyncEffect;

    /// <summary>The round's store has answered completely for these topics up to a time.</summary>
    /// <param name="Topics">The topics.</param>
    /// <param name="IsWholeShard">Whether they are all that the round began with.</param>
    /// <param name="Time">In nanoseconds since 1970 UTC.</param>
    public sealed record Reached(IReadOnlyList<SyncTopic> Topics, bool IsWholeShard, long Time) : StoreSyncEffect;

    /// <summary>The round has ended; begin the next one after a time.</summary>
    /// <param name="Failure">Why it failed; null when it did not.</param>
    /// <param name="Delay">How long to wait.</param>
    public sealed record Wait(string? Failure, TimeSpan Delay) : StoreSyncEffect;
}
