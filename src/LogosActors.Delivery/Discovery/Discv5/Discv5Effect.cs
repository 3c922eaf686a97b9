using System.Net;
using LogosActors.Delivery.Discovery.Records;

namespace LogosActors.Delivery.Discovery.Discv5;

/// <summary>What a <see cref="Discv5Node"/> wants done.</summary>
internal abstract record Discv5Effect
{
    /// <summary>Send a datagram.</summary>
    public sealed record Send(IPEndPoint To, byte[] Datagram) : Discv5Effect;

    /// <summary>A record was found that is new, or newer than before. Its signature is verified; whether its node answers is not known.</summary>
    public sealed record Found(NodeRecord Record) : Discv5Effect;

    /// <summary>A node has answered, where its record says that it is.</summary>
    public sealed record Reached(NodeRecord Record) : Discv5Effect;

    /// <summary>Most nodes see this one at an address that is not in its record.</summary>
    public sealed record SeenAt(IPEndPoint EndPoint) : Discv5Effect;

    /// <summary>A lookup has ended.</summary>
    /// <param name="Target">What was looked for.</param>
    /// <param name="Nearest">The nodes nearest to it that have answered, nearest first.</param>
    public sealed record LookedUp(NodeId Target, IReadOnlyList<NodeRecord> Nearest) : Discv5Effect;
}
