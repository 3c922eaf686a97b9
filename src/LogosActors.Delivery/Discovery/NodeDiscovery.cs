using System.Net;
using LogosActors.Delivery.Discovery.Records;

namespace LogosActors.Delivery.Discovery;

/// <summary>What <see cref="DiscoveryActor"/> and its children say to each other.</summary>
internal static class NodeDiscovery
{
    /// <summary>A verified record was found.</summary>
    public sealed record Found(NodeRecord Record);

    /// <summary>A node has answered, where its record says that it is.</summary>
    public sealed record Reached(NodeRecord Record);

    /// <summary>Most nodes of discv5 see this one there.</summary>
    public sealed record SeenAt(IPEndPoint EndPoint);

    /// <summary>The socket of discv5 is open.</summary>
    public sealed record Bound(int Port);

    /// <summary>The node's record, and whether more nodes are needed.</summary>
    public sealed record Self(NodeRecord Record, bool IsSearching);
}
