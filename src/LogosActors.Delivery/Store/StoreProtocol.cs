using LogosActors.Libp2p.Requests;

namespace LogosActors.Delivery.Store;

/// <summary>Store queries, version 3 (13/WAKU2-STORE).</summary>
public static class StoreProtocol
{
    /// <summary>The protocol id.</summary>
    public const string Id = "/vac/waku/store-query/3.0.0";

    /// <summary>One question and one answer per stream.</summary>
    /// <remarks>At most 32 questions of all peers are served at once, and 8 of one peer: each may hold a whole page in memory.</remarks>
    internal static RequestProtocol<StoreQueryRequest, StoreQueryResponse> Protocol { get; } = new()
    {
        Id = Id,
        Request = new MessageCodec<StoreQueryRequest>(StoreCodec.Encode, StoreCodec.TryDecode) { MaxLength = StoreLimits.RequestLength },
        Response = new MessageCodec<StoreQueryResponse>(StoreCodec.Encode, StoreCodec.TryDecode) { MaxLength = StoreLimits.ResponseLength },
        Unreadable = static error => new StoreQueryRequest { Error = error },
        Timeout = TimeSpan.FromSeconds(30),
        MaxInbound = 32,
        MaxInboundPerPeer = 8,
    };
}
