using System.Diagnostics.Metrics;
using LogosActors.Delivery.Metrics;
using LogosActors.Delivery.RateLimits;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.PeerExchange;

/// <summary>Supplies the records of peers that may be named to others: verified ones only, as js-waku loses a whole answer to one bad record.</summary>
/// <returns>The records as RLP (EIP-778); called for each query, on any thread.</returns>
internal delegate IReadOnlyCollection<ReadOnlyMemory<byte>> PeerRecordSource();

/// <summary>Names random peers to those who ask (34/WAKU2-PEER-EXCHANGE). For any number of threads.</summary>
/// <param name="records">Supplies the records.</param>
/// <param name="options">The limits.</param>
/// <param name="random">Chooses among the records.</param>
/// <param name="now">The time, monotonic.</param>
internal sealed class PeerExchangeService(PeerRecordSource records, PeerExchangeServiceOptions options, Random random, Func<TimeSpan> now)
{
    static readonly Meter Meter = new(MessagingNode.MeterName);

    /// <summary>Queries that were answered; the tag <c>status</c> is a <see cref="PeerExchangeStatus"/> in digits.</summary>
    public static readonly TotalCounter<PeerExchangeStatus> Queries =
        new(Meter, "logos.peer_exchange.queries", "{query}", "status", Enum.GetValues<PeerExchangeStatus>(), static status => (int)status);

    readonly Lock _gate = new();
    readonly PeerRateLimiter? _limiter = options.PeerLimit is { } limit ? new PeerRateLimiter(limit) : null;

    /// <summary>Answers a query: with at most <see cref="PeerExchangeLimits.RecordsPerAnswer"/> records, whatever number it names.</summary>
    public Task<PeerExchangeResponse> AnswerAsync(PeerId peer, PeerExchangeQuery query, CancellationToken cancellation)
    {
        var response = Answer(peer, query);
        Queries.Add(1, response.Status);
        return Task.FromResult(response);
    }

    PeerExchangeResponse Answer(PeerId peer, PeerExchangeQuery query)
    {
        lock (_gate)
        {
            if (_limiter?.TryTake(peer, now()) == false)
                return new PeerExchangeResponse { Status = PeerExchangeStatus.TooManyRequests, Description = "Request rejected due to too many requests" };
        }
        if (query.Error is not DecodeError.None)
            return new PeerExchangeResponse { Status = PeerExchangeStatus.BadRequest, Description = $"decode_rpc_failure: {query.Error}" };
        var known = records().Where(static record => record.Length is > 0 and <= PeerExchangeLimits.RecordLength).ToArray();
        lock (_gate)
            random.Shuffle(known);
        var count = (int)Math.Min(query.PeerCount, PeerExchangeLimits.RecordsPerAnswer);
        return new PeerExchangeResponse { Status = PeerExchangeStatus.Success, Records = [.. known.Take(count)] };
    }
}
