using LogosActors.Delivery;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Store;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Node.Rest.Store;

/// <summary><c>/store/v3/messages</c>: messages of the past, of this node's archive or of a peer's.</summary>
internal sealed class StoreRoutes(MessagingNode node) : IDisposable
{
    // The reference's words, which its clients and test suites look for.
    const string UnknownCursor = "cursor not found";

    static readonly TimeSpan PeerTimeout = TimeSpan.FromSeconds(30);

    /// <summary>How long the node's own archive may take: a client has an answer within 5 s.</summary>
    static readonly TimeSpan ArchiveTimeout = TimeSpan.FromSeconds(4);

    readonly Lock _gate = new();
    StoreClient? _client;

    public void Map(IEndpointRouteBuilder app) => app
        .MapRead(
            "/store/v3/messages",
            (string? peerAddr, string? includeData, string? pubsubTopic, string? contentTopics, string? startTime, string? endTime, string? hashes,
                string? cursor, string? ascending, string? pageSize, HttpRequest request, CancellationToken cancellation) => QueryAsync(request, cancellation))
        .WithTags("store").WithSummary("Messages of the past, page by page.").Produces<StoreAnswer>().ProducesText(400, 412, 429, 500, 503);

    public void Dispose() => _client?.Dispose();

    async Task<IResult> QueryAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (!StoreParameters.TryRead(request.Query, out var query, out var problem))
            return Answers.BadRequest(problem);
        var peer = StoreParameters.Of(request.Query, "peerAddr");
        if (peer is null && node.Options.Archive is { } archive)
            return await QueryAsync(archive, query, cancellation);
        if (node.Host is not { } host)
            return Answers.ServiceUnavailable("The node has stopped");
        if (peer is null)
        {
            return await FindStoreAsync(host, cancellation) is { } store
                ? await QueryAsync(host, store, query, cancellation)
                : Answers.PreconditionFailed("No suitable service peer & no discovery method");
        }
        if (!Multiaddr.TryParse(peer, out var address, out var error) || address.PeerId is not { } id)
            return Answers.BadRequest($"Failed parsing remote peer info: '{peer}' is not a multiaddress with /p2p/ ({error})");
        return await host.DialAsync(address, cancellation) is { IsConnected: false, Reason: var reason }
            ? Answers.InternalServerError($"Error occurred in queryFut.read() [PEER_DIAL_FAILURE: {reason}]")
            : await QueryAsync(host, id, query, cancellation);
    }

    static async Task<IResult> QueryAsync(IMessageArchive archive, ArchiveQuery query, CancellationToken cancellation)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(ArchiveTimeout);
        try
        {
            return await archive.QueryAsync(query, late.Token).WaitAsync(late.Token) is not { } page
                ? Answers.BadRequest($"error in handleSelfStoreRequest: {UnknownCursor}")
                : Answers.Json(new StoreAnswer(
                    Guid.NewGuid().ToString("N"), (int)StoreStatus.Success, "OK",
                    [.. page.Messages.Select(found => StoredMessage.From(found.Hash, query.IncludesData ? found.Message : null, found.PubsubTopic))],
                    page.Cursor?.ToString()));
        }
        catch (ArchiveException e)
        {
            return Answers.ServiceUnavailable($"error in handleSelfStoreRequest: {e.Message}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Answers.ServiceUnavailable("error in handleSelfStoreRequest: The archive does not answer.");
        }
    }

    async Task<IResult> QueryAsync(Libp2pHost host, PeerId store, ArchiveQuery query, CancellationToken cancellation)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(PeerTimeout);
        try
        {
            var result = await ClientOf(host).QueryAsync(store, WithShard(query), late.Token);
            return result switch
            {
                { IsAnswered: true, Value: var page } => Answers.Json(new StoreAnswer(
                    Guid.NewGuid().ToString("N"), (int)StoreStatus.Success, "OK",
                    [.. page.Messages.Select(found => StoredMessage.From(found.Hash, found.Message, found.PubsubTopic))], page.Cursor?.ToString())),
                { Failure: StoreFailure.TooManyRequests } => Answers.Text("Request rate limit reached", StatusCodes.Status429TooManyRequests),
                { Failure: StoreFailure.Refused } => Answers.BadRequest($"Error occurred in queryFut.read() [{result.Reason}]"),
                _ => Answers.InternalServerError($"Error occurred in queryFut.read() [{result.Reason}]"),
            };
        }
        catch (ArgumentException e)
        {
            return Answers.BadRequest(e.Message);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Answers.InternalServerError("No history response received (timeout)");
        }
    }

    /// <summary>A store to ask: one that the operator has named, or a connected peer that is one.</summary>
    async Task<PeerId?> FindStoreAsync(Libp2pHost host, CancellationToken cancellation)
    {
        foreach (var address in node.Options.StoreNodes)
        {
            if (await host.DialAsync(address, cancellation) is { IsConnected: true, Peer: var store })
                return store;
        }
        return host.ConnectedPeers.FirstOrDefault(
            peer => host.IdentityOf(peer) is { } identity && identity.Protocols.Contains(StoreProtocol.Id, StringComparer.Ordinal));
    }

    /// <summary>Stores want to know the shard of the content topics that they are asked for.</summary>
    ArchiveQuery WithShard(ArchiveQuery query)
    {
        if (query.PubsubTopic is not null)
            return query;
        var shards = query.ContentTopics
            .Select(text => ContentTopic.TryParse(text, out var topic, out _) && node.Options.Network.TryGetShard(topic, out var shard, out _) ? shard : (PubsubTopic?)null)
            .Distinct().ToList();
        return shards is [{ } only] ? query with { PubsubTopic = only.ToString() } : query;
    }

    StoreClient ClientOf(Libp2pHost host)
    {
        lock (_gate)
            return _client ??= new StoreClient(host);
    }
}
