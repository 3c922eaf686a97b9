using LogosActors.Libp2p.Requests;

namespace LogosActors.Delivery.PeerExchange;

/// <summary>Peer exchange (34/WAKU2-PEER-EXCHANGE): one query and one answer per stream.</summary>
internal static class PeerExchangeProtocol
{
    /// <summary>The protocol id.</summary>
    public const string Id = "/vac/waku/peer-exchange/2.0.0-alpha1";

    /// <summary>Queries and answers; a peer has no reason to ask many at once.</summary>
    public static RequestProtocol<PeerExchangeQuery, PeerExchangeResponse> Protocol { get; } = new()
    {
        Id = Id,
        Request = new MessageCodec<PeerExchangeQuery>(PeerExchangeCodec.Encode, PeerExchangeCodec.TryDecode) { MaxLength = PeerExchangeLimits.RequestLength },
        Response = new MessageCodec<PeerExchangeResponse>(PeerExchangeCodec.Encode, PeerExchangeCodec.TryDecode) { MaxLength = PeerExchangeLimits.ResponseLength },
        Unreadable = static error => new PeerExchangeQuery { Error = error },
        MaxInboundPerPeer = 8,
    };
}
