using LogosActors.Libp2p.Requests;

namespace LogosActors.Delivery.Lightpush;

/// <summary>Lightpush, versions 3 and 2 (19/WAKU2-LIGHTPUSH): one push and one answer per stream.</summary>
/// <remarks>At most 256 pushes of all peers are served at once, and 16 of one peer: each may hold a message in memory.</remarks>
internal static class LightpushProtocol
{
    /// <summary>The protocol id of version 3.</summary>
    public const string Id = "/vac/waku/lightpush/3.0.0";

    /// <summary>The protocol id of version 2, which go-waku and older clients speak.</summary>
    public const string LegacyId = "/vac/waku/lightpush/2.0.0-beta1";

    /// <summary>Version 3.</summary>
    public static RequestProtocol<LightpushRequest, LightpushResponse> Protocol { get; } = new()
    {
        Id = Id,
        Request = new MessageCodec<LightpushRequest>(LightpushCodec.Encode, LightpushCodec.TryDecode) { MaxLength = LightpushLimits.RequestLength },
        Response = new MessageCodec<LightpushResponse>(LightpushCodec.Encode, LightpushCodec.TryDecode) { MaxLength = LightpushLimits.ResponseLength },
        Unreadable = static error => new LightpushRequest { Error = error },
        MaxInboundPerPeer = 16,
    };

    /// <summary>A protocol with room for the messages of a network.</summary>
    /// <param name="protocol"><see cref="Protocol"/> or <see cref="Legacy"/>.</param>
    /// <param name="maxMessageSize">The network's largest message, encoded, in bytes.</param>
    public static RequestProtocol<LightpushRequest, TResponse> For<TResponse>(RequestProtocol<LightpushRequest, TResponse> protocol, int maxMessageSize) =>
        protocol with { Request = protocol.Request with { MaxLength = maxMessageSize + LightpushLimits.BesideMessage } };

    /// <summary>Version 2.</summary>
    public static RequestProtocol<LightpushRequest, LegacyLightpushResponse> Legacy { get; } = new()
    {
        Id = LegacyId,
        Request = new MessageCodec<LightpushRequest>(LegacyLightpushCodec.Encode, LegacyLightpushCodec.TryDecode) { MaxLength = LightpushLimits.RequestLength },
        Response = new MessageCodec<LegacyLightpushResponse>(LegacyLightpushCodec.Encode, LegacyLightpushCodec.TryDecode) { MaxLength = LightpushLimits.ResponseLength },
        Unreadable = static error => new LightpushRequest { Error = error },
        MaxInboundPerPeer = 16,
    };
}
