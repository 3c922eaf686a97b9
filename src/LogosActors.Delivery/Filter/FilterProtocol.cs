using LogosActors.Libp2p.Requests;

namespace LogosActors.Delivery.Filter;

/// <summary>Filter, version 2 (12/WAKU2-FILTER).</summary>
internal static class FilterProtocol
{
    /// <summary>The protocol id of requests, from the client to the service.</summary>
    public const string SubscribeId = "/vac/waku/filter-subscribe/2.0.0-beta1";

    /// <summary>The protocol id of pushes, from the service to the client: many on one stream, each behind its length, none answered.</summary>
    public const string PushId = "/vac/waku/filter-push/2.0.0-beta1";

    /// <summary>One request and one answer per stream. What cannot be decoded is not answered, as in the Nim reference.</summary>
    public static RequestProtocol<FilterSubscribeRequest, FilterSubscribeResponse> Subscribe { get; } = new()
    {
        Id = SubscribeId,
        Request = new MessageCodec<FilterSubscribeRequest>(FilterCodec.Encode, FilterCodec.TryDecode) { MaxLength = FilterLimits.RequestLength },
        Response = new MessageCodec<FilterSubscribeResponse>(FilterCodec.Encode, FilterCodec.TryDecode) { MaxLength = FilterLimits.ResponseLength },
        MaxInboundPerPeer = 32,
    };
}
