using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Receiving;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Store;

/// <summary>Whom a node asks for the past: its own archive when it has one, else the stores that it knows.</summary>
internal sealed class HistorySources(IMessageArchive? archive, StorePeers stores, AskStore ask, ActorSystem system)
{
    /// <summary>How many stores are asked before a question has failed.</summary>
    const int MaxTries = 3;

    /// <summary>How long a question waits for a store to appear.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>One reading: all its pages are asked of one store, unless that fails.</summary>
    public AskForPage Begin()
    {
        if (archive is not null)
            return AskArchiveAsync;
        PeerId? current = null;
        return async (query, cancellation) =>
        {
            StoreResult<StorePage>? answer = null;
            for (var i = 0; i < MaxTries; i++)
            {
                if ((current ??= await FindAsync(cancellation)) is not { } store)
                    break;
                answer = await ask(store, query).WaitAsync(cancellation);
                if (answer.IsAnswered)
                {
                    stores.Succeeded(store);
                    break;
                }
                // What a store has refused another one may know: a cursor, for one.
                stores.Failed(store, answer.Failure.Value);
                current = null;
            }
            return answer;
        };
    }

    async Task<StoreResult<StorePage>?> AskArchiveAsync(ArchiveQuery query, CancellationToken cancellation)
    {
        try
        {
            return await archive!.QueryAsync(query, cancellation) is not { } page
                ? new StoreResult<StorePage>(StoreFailure.Refused, "cursor not found")
                : new StoreResult<StorePage>(new StorePage(
                    [.. page.Messages.Select(message => new StoreEntry(message.Hash, message.Message, message.Message is null ? null : message.PubsubTopic))],
                    page.Cursor, 0));
        }
        catch (ArchiveException e)
        {
            return new StoreResult<StorePage>(StoreFailure.Failed, e.Message);
        }
    }

    async Task<PeerId?> FindAsync(CancellationToken cancellation)
    {
        if (stores.Choose(system.Random(), isUrgent: true) is { } store)
            return store;
        var appeared = system.CreateCompletion<bool>();
        Action observer = () => appeared.TrySetResult(true);
        stores.Subscribe(observer);
        try
        {
            if (stores.Count == 0)
                await appeared.Task.WaitAsync(Patience, system.TimeProvider(), cancellation);
        }
        catch (TimeoutException)
        {
            return null;
        }
        finally
        {
            stores.Unsubscribe(observer);
        }
        return stores.Choose(system.Random(), isUrgent: true);
    }
}
