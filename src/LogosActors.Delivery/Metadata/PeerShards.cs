using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Metadata;

/// <summary>What a peer has said of itself (66/WAKU2-METADATA).</summary>
/// <param name="Peer">The peer.</param>
/// <param name="Cluster">Its network: this node's, or it would have been disconnected.</param>
/// <param name="Shards">The shards that it relays; none of those that do not relay, or do not say.</param>
public sealed record PeerShards(PeerId Peer, uint Cluster, IReadOnlyList<ushort> Shards);
