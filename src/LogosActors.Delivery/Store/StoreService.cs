using Akka.Event;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.RateLimits;
using LogosActors.Libp2p;
using LogosActors.Libp2p.Hosting;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Requests;

namespace LogosActors.Delivery.Store;

/// <summary>Answers store queries from an archive (13/WAKU2-STORE). For any number of threads; it never throws.</summary>
/// <remarks>
/// Memory: at most <see cref="StoreServiceOptions.MaxConcurrentQueries"/> pages of the archive, and 32 answers of
/// <see cref="StoreServiceOptions.MaxAnswerLength"/> on their way (<see cref="StoreProtocol"/>).
/// </remarks>
internal sealed class StoreService : IDisposable
{
    /// <summary>The reference's words for a cursor that its archive does not know (waku_node/store.nim, toStoreResult).</summary>
    public const string UnknownCursor = "BAD_RESPONSE: archive error: DRIVER_ERROR: cursor not found";

    static readonly TimeSpan LogInterval = TimeSpan.FromMinutes(1);

    readonly IMessageArchive _archive;
    readonly StoreServiceOptions _options;
    readonly TimeProvider _time;
    readonly ILoggingAdapter _log;
    readonly long _origin;
    readonly SemaphoreSlim _turns;
    readonly PeerRateLimiter? _limiter;
    readonly Lock _gate = new();
    TimeSpan? _failureLogged;

    public StoreService(IMessageArchive archive, StoreServiceOptions options, TimeProvider time, ILoggingAdapter log)
    {
        (_archive, _options, _time, _log, _origin) = (archive, options, time, log, time.GetTimestamp());
        _turns = new SemaphoreSlim(options.MaxConcurrentQueries);
        _limiter = options.PeerLimit is { } limit ? new PeerRateLimiter(limit) : null;
    }

    /// <summary>Answers the peers of a host from now on; <see cref="Libp2pHost.RemoveHandler"/> with <see cref="StoreProtocol.Id"/> ends it.</summary>
    public void Serve(INodeHost host) => host.Serve(StoreProtocol.Protocol, MeasureAsync);

    /// <summary>Answers one question; also this node's own, which a peer's rate does not bound when <paramref name="peer"/> is null.</summary>
    public async Task<StoreQueryResponse> AnswerAsync(PeerId? peer, StoreQueryRequest request, CancellationToken cancellation)
    {
        if (peer is not null && !IsAllowed(peer))
            return Refuse(request, StoreStatus.TooManyRequests, "TOO_MANY_REQUESTS: ask again later");
        if (!StoreQuestion.TryRead(request, out var question, out var problem))
            return Refuse(request, StoreStatus.BadRequest, $"BAD_REQUEST: {problem}");
        try
        {
            await _turns.WaitAsync(cancellation);
            try
            {
                return await AskAsync(request, question, cancellation);
            }
            finally
            {
                _turns.Release();
            }
        }
        catch (ArchiveException e)
        {
            LogFailure(e);
            return Refuse(request, StoreStatus.BadResponse, "BAD_RESPONSE: the archive failed");
        }
        catch (OperationCanceledException)
        {
            return Refuse(request, StoreStatus.ServiceUnavailable, "SERVICE_UNAVAILABLE: the time is over");
        }
#pragma warning disable CA1031 // whatever an archive does, the client gets an answer
        catch (Exception e)
#pragma warning restore CA1031
        {
            _log.Error(e, "A store query failed; {0} gets no answer", peer);
            return Refuse(request, StoreStatus.ServiceUnavailable, "SERVICE_UNAVAILABLE: the store failed");
        }
    }

    public void Dispose() => _turns.Dispose();

    async Task<StoreQueryResponse> AskAsync(StoreQueryRequest request, StoreQuestion question, CancellationToken cancellation)
    {
        var found = await _archive.QueryAsync(question.Query, cancellation);
        var (messages, cursor) = found is null ? (null, null) : question.Cut(found, _options.MaxAnswerLength);
        return messages is null ? Refuse(request, StoreStatus.BadResponse, UnknownCursor) : new StoreQueryResponse
        {
            RequestId = request.RequestId,
            Status = StoreStatus.Success,
            Description = "OK",
            Messages = messages,
            Cursor = cursor,
        };
    }

    async Task<StoreQueryResponse> MeasureAsync(PeerId peer, StoreQueryRequest request, CancellationToken cancellation)
    {
        var start = _time.GetTimestamp();
        var response = await AnswerAsync(peer, request, cancellation);
        StoreMetrics.Durations.Record(_time.GetElapsedTime(start).TotalSeconds);
        StoreMetrics.Queries.Add(1, response.Status);
        return response;
    }

    // Peers ask as often as they like: one line a minute.
    void LogFailure(ArchiveException failure)
    {
        _log.Debug(failure, "The archive failed");
        lock (_gate)
        {
            var now = _time.GetElapsedTime(_origin);
            if (now - _failureLogged < LogInterval)
                return;
            _failureLogged = now;
        }
        _log.Error("The archive failed; whoever asks gets no answer. {0}", failure.Message);
    }

    bool IsAllowed(PeerId peer)
    {
        if (_limiter is null)
            return true;
        lock (_gate)
            return _limiter.TryTake(peer, _time.GetElapsedTime(_origin));
    }

    // The reference's client takes an answer without a request id or a description for none.
    static StoreQueryResponse Refuse(StoreQueryRequest request, StoreStatus status, string description) => new()
    {
        RequestId = request.RequestId.Length == 0 ? "N/A" : request.RequestId,
        Status = status,
        Description = description,
    };
}
