using System.Diagnostics.CodeAnalysis;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p;

/// <summary>What came of a dial.</summary>
public sealed record DialResult
{
    DialResult(PeerId? peer, ConnectionFailure? failure, string? reason) => (Peer, Failure, Reason) = (peer, failure, reason);

    /// <summary>Whether there is a connection now; it may have been there before.</summary>
    [MemberNotNullWhen(true, nameof(Peer))]
    [MemberNotNullWhen(false, nameof(Failure), nameof(Reason))]
    public bool IsConnected => Failure is null;

    /// <summary>Who was reached, or who was to be reached; null when the address does not say and nobody was.</summary>
    public PeerId? Peer { get; }

    /// <summary>Why nobody was reached: of several addresses' failures the one that tells most.</summary>
    public ConnectionFailure? Failure { get; }

    /// <summary>Why, in words; names every address that was tried.</summary>
    public string? Reason { get; }

    /// <summary>There is a connection.</summary>
    /// <param name="peer">Who was reached.</param>
    public static DialResult Connected(PeerId peer) => new(peer, null, null);

    /// <summary>There is none.</summary>
    /// <param name="peer">Who was to be reached; null when the address does not say.</param>
    /// <param name="failure">Why.</param>
    /// <param name="reason">Why, in words.</param>
    public static DialResult Failed(PeerId? peer, ConnectionFailure failure, string reason) => new(peer, failure, reason);
}
