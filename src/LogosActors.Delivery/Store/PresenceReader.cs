using LogosActors.Delivery.Messages;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Store;

/// <summary>Asks one store which of some messages it has.</summary>
internal delegate Task<StoreResult<IReadOnlySet<MessageHash>>> AskPresence(
    PeerId store, IReadOnlyCollection<MessageHash> hashes, CancellationToken cancellation);

/// <summary>Finds which of some messages stores have, one store after the other until one has each. For any number of threads.</summary>
/// <remarks>
/// That one store lacks a message says little: it may have been cut off. Each is asked once at most for the same question, and only for what
/// those before lack. One that lacks what another one has is noted: <see cref="StorePeers.Lacked"/>.
/// </remarks>
/// <param name="stores">Whom to ask.</param>
/// <param name="ask">Asks.</param>
/// <param name="random">Decides among equals.</param>
internal sealed class PresenceReader(StorePeers stores, AskPresence ask, Random random)
{
    /// <summary>How many stores are asked for one message at most.</summary>
    public const int MaxStores = 4;

    /// <summary>Finds those that a store has; null when none has answered.</summary>
    /// <param name="hashes">The messages.</param>
    /// <param name="cancellation">Ends it with what is known by then.</param>
    public async Task<IReadOnlySet<MessageHash>?> FindAsync(IReadOnlyCollection<MessageHash> hashes, CancellationToken cancellation)
    {
        var (present, absent) = (new HashSet<MessageHash>(), hashes.ToHashSet());
        // What has sent the messages is not asked whether they are stored, while others are there.
        var except = stores.PushedLately().ToHashSet();
        var asked = 0;
        var lacking = new List<(PeerId Store, MessageHash[] Hashes)>();
        while (absent.Count > 0 && asked < MaxStores && !cancellation.IsCancellationRequested && stores.Choose(random, except: except) is { } store)
        {
            asked++;
            except.Add(store);
            if (await AskAsync(store, [.. absent], cancellation) is not { } found)
                continue;
            absent.ExceptWith(found);
            present.UnionWith(found);
            lacking.Add((store, [.. absent]));
        }
        foreach (var (store, lacked) in lacking)
        {
            if (lacked.Any(present.Contains))
                stores.Lacked(store);
            else if (lacked.Length < hashes.Count)
                stores.Had(store);
        }
        return lacking.Count > 0 ? present : null;
    }

    async Task<IReadOnlySet<MessageHash>?> AskAsync(PeerId store, IReadOnlyCollection<MessageHash> hashes, CancellationToken cancellation)
    {
        try
        {
            var answer = await ask(store, hashes, cancellation);
            if (answer.IsAnswered)
                stores.Succeeded(store);
            else
                stores.Failed(store, answer.Failure.Value);
            return answer.Value;
        }
        catch (OperationCanceledException)
        {
            stores.Failed(store, StoreFailure.NotReached);
            return null;
        }
    }
}
