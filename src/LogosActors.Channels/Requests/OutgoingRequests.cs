using LogosActors.Delivery;

namespace LogosActors.Channels.Requests;

/// <summary>Follows requests to send through the fates of their chunks: each ends once.</summary>
/// <remarks>Pure. As many are followed as there are unacknowledged chunks, which the SDS options bound, and ephemeral ones that the node has not
/// sent yet.</remarks>
internal sealed class OutgoingRequests
{
    readonly Dictionary<RequestId, Request> _requests = [];
    readonly Dictionary<string, (Request Request, int Index)> _chunks = new(StringComparer.Ordinal);

    /// <summary>How many have not ended.</summary>
    public int Count => _requests.Count;

    /// <summary>Those that have not ended, but ephemeral ones.</summary>
    public IReadOnlyList<RequestId> Unfinished => [.. _requests.Values.Where(request => !request.IsEphemeral).Select(request => request.Id)];

    /// <summary>How many chunks a request has; 0: it has ended.</summary>
    public int ChunksOf(RequestId id) => _requests.TryGetValue(id, out var request) ? request.Chunks.Length : 0;

    /// <summary>The request that a chunk is a part of; null: none that has not ended.</summary>
    public RequestId? RequestOf(string chunkId) => _chunks.TryGetValue(chunkId, out var chunk) ? chunk.Request.Id : null;

    /// <summary>Whether a chunk is a part of a request, and has not gone out yet.</summary>
    public bool IsWaiting(string chunkId) => _chunks.TryGetValue(chunkId, out var chunk) && !chunk.Request.Chunks[chunk.Index].IsSent;

    /// <summary>Whether a message begins with a chunk.</summary>
    public bool IsFirst(string chunkId) => _chunks.TryGetValue(chunkId, out var chunk) && chunk.Index == 0;

    /// <summary>A request begins.</summary>
    /// <param name="id">Its name.</param>
    /// <param name="chunkIds">Its chunks, in order, at least one.</param>
    /// <param name="isEphemeral">Whether it ends when they have gone out.</param>
    public void Begin(RequestId id, IReadOnlyList<string> chunkIds, bool isEphemeral)
    {
        var request = new Request(id, chunkIds, isEphemeral);
        if (!_requests.TryAdd(id, request))
            return;
        for (var i = 0; i < chunkIds.Count; i++)
            _chunks[chunkIds[i]] = (request, i);
    }

    /// <summary>A chunk has gone out, for the first time or again.</summary>
    public void Dispatched(string chunkId, List<RequestOutcome> outcomes)
    {
        if (!_chunks.TryGetValue(chunkId, out var chunk) || chunk.Request.Chunks[chunk.Index].IsSent)
            return;
        chunk.Request.Chunks[chunk.Index].IsSent = true;
        chunk.Request.Sent++;
        Advance(chunk.Request, outcomes);
    }

    /// <summary>A chunk is confirmed.</summary>
    public void Acknowledged(string chunkId, List<RequestOutcome> outcomes)
    {
        if (!_chunks.TryGetValue(chunkId, out var chunk))
            return;
        ref var state = ref chunk.Request.Chunks[chunk.Index];
        if (state.IsAcknowledged)
            return;
        state.IsAcknowledged = true;
        chunk.Request.Acknowledged++;
        if (!state.IsSent)
        {
            // Others have it before the node has reported that it went out.
            state.IsSent = true;
            chunk.Request.Sent++;
        }
        Advance(chunk.Request, outcomes);
    }

    /// <summary>A chunk has failed, and with it its request.</summary>
    public void Failed(string chunkId, SendFailure failure, string error, List<RequestOutcome> outcomes)
    {
        if (!_chunks.TryGetValue(chunkId, out var chunk))
            return;
        outcomes.Add(new RequestOutcome.Failed(chunk.Request.Id, failure, error) { IsEphemeral = chunk.Request.IsEphemeral });
        End(chunk.Request.Id);
    }

    /// <summary>It is stored that all of a request has gone out.</summary>
    public void Sent(RequestId id)
    {
        if (!_requests.TryGetValue(id, out var request))
            return;
        request.IsSentTold = true;
        foreach (ref var chunk in request.Chunks.AsSpan())
            chunk.IsSent = true;
        request.Sent = request.Chunks.Length;
    }

    /// <summary>All that has not ended, but ephemeral requests.</summary>
    public IReadOnlyList<RequestState> Snapshot() =>
    [
        .. _requests.Values.Where(request => !request.IsEphemeral).OrderBy(request => request.Id.Value, StringComparer.Ordinal).Select(request => new RequestState(
            request.Id,
            [.. request.Chunks.Select(chunk => chunk.Id)],
            [.. request.Chunks.Where(chunk => chunk.IsSent).Select(chunk => chunk.Id)],
            [.. request.Chunks.Where(chunk => chunk.IsAcknowledged).Select(chunk => chunk.Id)],
            request.IsSentTold)),
    ];

    /// <summary>Brings a request back.</summary>
    public void Restore(RequestState state)
    {
        Begin(state.Request, state.ChunkIds, isEphemeral: false);
        var outcomes = new List<RequestOutcome>();
        if (state.IsSentTold)
            Sent(state.Request);
        foreach (var id in state.SentIds)
            Dispatched(id, outcomes);
        foreach (var id in state.AcknowledgedIds)
            Acknowledged(id, outcomes);
    }

    /// <summary>A request has ended.</summary>
    public void End(RequestId id)
    {
        if (!_requests.Remove(id, out var request))
            return;
        foreach (var chunk in request.Chunks)
            _chunks.Remove(chunk.Id);
    }

    void Advance(Request request, List<RequestOutcome> outcomes)
    {
        var all = request.Chunks.Length;
        outcomes.Add(new RequestOutcome.Advanced(request.Id, all, request.Sent, request.Acknowledged));
        if (request.Sent == all && !request.IsSentTold)
        {
            request.IsSentTold = true;
            outcomes.Add(new RequestOutcome.Sent(request.Id, request.IsEphemeral));
            if (request.IsEphemeral)
                End(request.Id);
        }
        if (request.Acknowledged < all)
            return;
        outcomes.Add(new RequestOutcome.Delivered(request.Id));
        End(request.Id);
    }

    sealed class Request(RequestId id, IReadOnlyList<string> chunkIds, bool isEphemeral)
    {
        public RequestId Id => id;

        public bool IsEphemeral => isEphemeral;

        public Chunk[] Chunks { get; } = [.. chunkIds.Select(chunk => new Chunk { Id = chunk })];

        public int Sent { get; set; }

        public int Acknowledged { get; set; }

        public bool IsSentTold { get; set; }
    }

    struct Chunk
    {
        public required string Id { get; init; }

        public bool IsSent { get; set; }

        public bool IsAcknowledged { get; set; }
    }
}
