using System.Net;
using LogosActors.Delivery.Discovery.Records;

namespace LogosActors.Delivery.Discovery.Discv5;

/// <summary>What came of a datagram at <see cref="SessionLayer"/>.</summary>
internal abstract record SessionEffect
{
    /// <summary>Send a datagram.</summary>
    public sealed record Send(IPEndPoint To, byte[] Datagram) : SessionEffect;

    /// <summary>A peer, which has proven who it is, has sent a message.</summary>
    public sealed record Received(PeerEndPoint From, Discv5Message Message) : SessionEffect;

    /// <summary>A peer has proven who it is.</summary>
    /// <param name="Peer">The peer, and where it is.</param>
    /// <param name="Record">Its record.</param>
    public sealed record Established(PeerEndPoint Peer, NodeRecord Record) : SessionEffect;

    /// <summary>A peer asks who this node is: its answer to the message takes the handshake longer.</summary>
    /// <param name="RequestId">The request that is sent once more.</param>
    public sealed record Challenged(ulong RequestId) : SessionEffect;
}
