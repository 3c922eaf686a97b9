using System.Collections.Immutable;
using System.Net;

namespace LogosActors.Delivery.Discovery.Discv5;

/// <summary>A message of discv5 (discv5 wire §Protocol Messages).</summary>
/// <param name="RequestId">Which request it is or answers: at most 8 bytes, which its sender chooses.</param>
internal abstract record Discv5Message(ReadOnlyMemory<byte> RequestId)
{
    /// <summary>Asks whether the other is there.</summary>
    /// <param name="RequestId">Which request it is.</param>
    /// <param name="RecordSequence">The version of the sender's record.</param>
    public sealed record Ping(ReadOnlyMemory<byte> RequestId, ulong RecordSequence) : Discv5Message(RequestId);

    /// <summary>Answers a ping.</summary>
    /// <param name="RequestId">The ping's.</param>
    /// <param name="RecordSequence">The version of the sender's record.</param>
    /// <param name="Recipient">Where the ping came from.</param>
    public sealed record Pong(ReadOnlyMemory<byte> RequestId, ulong RecordSequence, IPEndPoint Recipient) : Discv5Message(RequestId);

    /// <summary>Asks for records.</summary>
    /// <param name="RequestId">Which request it is.</param>
    /// <param name="Distances">Of nodes at these distances from the one that is asked, 0 – 256.</param>
    public sealed record FindNode(ReadOnlyMemory<byte> RequestId, ImmutableArray<int> Distances) : Discv5Message(RequestId);

    /// <summary>Answers with records.</summary>
    /// <param name="RequestId">The request's.</param>
    /// <param name="Total">Of how many answers this is one.</param>
    /// <param name="Records">The records, encoded, neither read nor verified.</param>
    public sealed record Nodes(ReadOnlyMemory<byte> RequestId, ulong Total, ImmutableArray<ReadOnlyMemory<byte>> Records) : Discv5Message(RequestId);

    /// <summary>A request of another protocol.</summary>
    public sealed record TalkRequest(ReadOnlyMemory<byte> RequestId, ReadOnlyMemory<byte> Protocol, ReadOnlyMemory<byte> Request) : Discv5Message(RequestId);

    /// <summary>Its answer: empty when the protocol is unknown.</summary>
    public sealed record TalkResponse(ReadOnlyMemory<byte> RequestId, ReadOnlyMemory<byte> Response) : Discv5Message(RequestId);
}
