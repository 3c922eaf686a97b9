using Akka.Actor;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery.Store;

/// <summary>The store that the node itself is.</summary>
/// <param name="Actor">Keeps what it receives: <see cref="StoreActor"/>.</param>
/// <param name="Archive">Where it is kept.</param>
internal sealed record OwnStore(IActorRef Actor, IMessageArchive Archive)
{
    /// <summary>Which of some messages are not kept, at most <see cref="ArchiveQuery.MaxLimit"/>; none while the archive does not say.</summary>
    public async Task<IReadOnlySet<MessageHash>> FindLackingAsync(IReadOnlyList<MessageHash> hashes)
    {
        if (hashes.Count == 0)
            return new HashSet<MessageHash>();
        try
        {
            var kept = await Archive.QueryAsync(new ArchiveQuery { Hashes = hashes, IncludesData = false, Limit = ArchiveQuery.MaxLimit });
            return hashes.Except((kept?.Messages ?? []).Select(message => message.Hash)).ToHashSet();
        }
        catch (ArchiveException)
        {
            return new HashSet<MessageHash>();
        }
    }
}
