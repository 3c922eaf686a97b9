using System.Runtime.CompilerServices;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;
using LogosActors.Libp2p;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Hosting;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Requests;

namespace LogosActors.Delivery.Store;

/// <summary>Asks stores for messages (13/WAKU2-STORE). For any number of threads.</summary>
/// <remarks>
/// A store is not trusted: what it sends is checked against the question and against the messages' hashes. That a store has left
/// something out cannot be seen; ask another one.
/// </remarks>
public sealed class StoreClient : IDisposable
{
    readonly RequestClient<StoreQueryRequest, StoreQueryResponse> _client;

    /// <summary>Makes a client.</summary>
    /// <param name="host">The host whose connections it uses.</param>
    public StoreClient(Libp2pHost host)
        : this((INodeHost)host)
    {
    }

    internal StoreClient(INodeHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        _client = host.CreateClient(StoreProtocol.Protocol);
    }

    /// <summary>Asks a connected peer for one page.</summary>
    /// <param name="peer">A peer that speaks <c>/vac/waku/store-query/3.0.0</c>.</param>
    /// <param name="query">What is wanted.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <remarks>Some stores refuse a pubsub topic without content topics, the other way round, and hashes with other conditions
    /// (13/WAKU2-STORE §Filter matching); the Nim reference and this project answer them.</remarks>
    /// <exception cref="ArgumentException">The query has more than <see cref="ArchiveQuery.MaxLimit"/> hashes or content topics.</exception>
    public async Task<StoreResult<StorePage>> QueryAsync(PeerId peer, ArchiveQuery query, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(peer);
        ArgumentNullException.ThrowIfNull(query);
        var request = ToRequest(query);
        if (!StoreQuestion.TryRead(request, out _, out var problem))
            throw new ArgumentException($"No store answers this query: {problem}.", nameof(query));
        var answer = await _client.RequestAsync(peer, request, cancellation);
        if (answer.IsAnswered)
            return StoreAnswerCheck.Check(query, answer.Response);
        var failure = answer.Failure is ConnectionFailure.ProtocolViolated ? StoreFailure.BadAnswer : StoreFailure.NotReached;
        return new StoreResult<StorePage>(failure, answer.Reason);
    }

    /// <summary>Asks a connected peer for all pages, one after the other as they are read.</summary>
    /// <remarks>
    /// The first failure is the last result; without one the pages are complete. Going backward, each page is older than the one before.
    /// A message that comes a second time is left out and counted as <see cref="StorePage.Refused"/>; a cursor that comes a second time
    /// is a <see cref="StoreFailure.BadAnswer"/>.
    /// </remarks>
    /// <param name="peer">The peer.</param>
    /// <param name="query">What is wanted; its cursor says where to begin.</param>
    /// <param name="paging">Where to end at the latest, with <see cref="StoreFailure.TooMany"/>; null for the defaults.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <inheritdoc cref="QueryAsync"/>
    public async IAsyncEnumerable<StoreResult<StorePage>> QueryAllAsync(
        PeerId peer, ArchiveQuery query, StorePaging? paging = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var pages = new StorePages(paging ?? new StorePaging());
        MessageHash? cursor = query.Cursor;
        do
        {
            var result = pages.Take(await QueryAsync(peer, query with { Cursor = cursor }, cancellation));
            yield return result;
            cursor = result.Value?.Cursor;
        }
        while (cursor is not null);
    }

    /// <summary>Asks a connected peer which messages it has, by their hashes alone (13/WAKU2-STORE §Presence queries).</summary>
    /// <remarks>The peer's word: it may say of any hash that was asked for that it has it.</remarks>
    /// <param name="peer">The peer.</param>
    /// <param name="hashes">Any number; the peer is asked for <see cref="ArchiveQuery.MaxLimit"/> at a time.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Those that it has, or why there is no answer about any of them.</returns>
    public async Task<StoreResult<IReadOnlySet<MessageHash>>> FindPresentAsync(
        PeerId peer, IReadOnlyCollection<MessageHash> hashes, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(hashes);
        var present = new HashSet<MessageHash>();
        foreach (var some in hashes.Distinct().Chunk(ArchiveQuery.MaxLimit))
        {
            var query = new ArchiveQuery { Hashes = some, IncludesData = false, Limit = ArchiveQuery.MaxLimit };
            await foreach (var result in QueryAllAsync(peer, query, cancellation: cancellation))
            {
                if (!result.IsAnswered)
                    return new StoreResult<IReadOnlySet<MessageHash>>(result.Failure.Value, result.Reason);
                present.UnionWith(result.Value.Messages.Select(entry => entry.Hash));
            }
        }
        return new StoreResult<IReadOnlySet<MessageHash>>(present);
    }

    /// <summary>Ends the client; questions that are under way end on their own.</summary>
    public void Dispose() => _client.Dispose();

    /// <summary>The question that a query is on the wire, with a request id of its own.</summary>
    internal static StoreQueryRequest ToRequest(ArchiveQuery query) => new()
    {
        RequestId = Guid.NewGuid().ToString("N"),
        IncludesData = query.IncludesData,
        PubsubTopic = query.PubsubTopic,
        ContentTopics = query.ContentTopics,
        Start = query.Start,
        End = query.End,
        Hashes = query.Hashes,
        Cursor = query.Cursor,
        IsForward = query.IsForward,
        Limit = (ulong)query.Limit,
    };
}
