using LogosActors.Libp2p.Requests;

namespace LogosActors.Delivery.Metadata;

/// <summary>Nodes send each other their network and shards (66/WAKU2-METADATA): both the question and the answer say it.</summary>
internal static class MetadataProtocol
{
    /// <summary>The protocol id.</summary>
    public const string Id = "/vac/waku/metadata/1.0.0";

    /// <summary>One question and one answer per stream; a peer has no reason to ask many at once.</summary>
    public static RequestProtocol<NodeMetadata, NodeMetadata> Protocol { get; } = new()
    {
        Id = Id,
        Request = Codec,
        Response = Codec,
        Unreadable = static _ => NodeMetadata.Unreadable,
        MaxInboundPerPeer = 4,
    };

    static MessageCodec<NodeMetadata> Codec => new(static metadata => metadata.Encode(), NodeMetadata.TryDecode)
    {
        MaxLength = NodeMetadata.MaxLength,
    };
}
