using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery.Sending;

/// <summary>How stores are asked whether they have messages (13/WAKU2-STORE §Presence queries).</summary>
/// <param name="CanAsk">Whether a store can be asked now. Cheap; for any number of threads.</param>
/// <param name="FindAsync">Asks stores for at most <see cref="Archive.ArchiveQuery.MaxLimit"/> hashes, and yields those that one of them has; null when none
/// could be asked or has answered.</param>
internal sealed record StorePresence(
    Func<bool> CanAsk, Func<IReadOnlyList<MessageHash>, CancellationToken, Task<IReadOnlySet<MessageHash>?>> FindAsync)
{
    /// <summary>There are no stores.</summary>
    public static StorePresence None { get; } = new(() => false, (_, _) => Task.FromResult<IReadOnlySet<MessageHash>?>(null));
}
