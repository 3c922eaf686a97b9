using System.Diagnostics.CodeAnalysis;
using LogosActors.Libp2p.Connections;

namespace LogosActors.Libp2p.Requests;

/// <summary>What came of a question.</summary>
/// <typeparam name="TResponse">The answer.</typeparam>
public sealed record RequestResult<TResponse>
{
    /// <summary>There is an answer.</summary>
    /// <param name="response">The answer.</param>
    public RequestResult(TResponse response) => Response = response;

    /// <summary>There is none.</summary>
    /// <param name="failure">Why.</param>
    /// <param name="reason">Why, in words.</param>
    public RequestResult(ConnectionFailure failure, string reason) => (Failure, Reason) = (failure, reason);

    /// <summary>Whether there is an answer.</summary>
    [MemberNotNullWhen(true, nameof(Response))]
    [MemberNotNullWhen(false, nameof(Failure), nameof(Reason))]
    public bool IsAnswered => Failure is null;

    /// <summary>The answer.</summary>
    public TResponse? Response { get; }

    /// <summary>Why there is none: <see cref="ConnectionFailure.NotConnected"/>, <see cref="ConnectionFailure.NegotiationFailed"/> when the peer
    /// does not speak the protocol, <see cref="ConnectionFailure.Refused"/> when it reset the stream (it is too busy, or failed),
    /// <see cref="ConnectionFailure.ProtocolViolated"/> for an answer that is none, <see cref="ConnectionFailure.TimedOut"/>, or why the
    /// connection ended meanwhile.</summary>
    public ConnectionFailure? Failure { get; }

    /// <summary>Why, in words.</summary>
    public string? Reason { get; }
}
