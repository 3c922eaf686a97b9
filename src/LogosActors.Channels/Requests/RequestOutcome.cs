using LogosActors.Delivery;

namespace LogosActors.Channels.Requests;

/// <summary>What is reported of a request to send.</summary>
internal abstract record RequestOutcome(RequestId Request)
{
    /// <summary>It has come further.</summary>
    public sealed record Advanced(RequestId Request, int Chunks, int Out, int Confirmed) : RequestOutcome(Request);

    /// <summary>All of it has gone out. An ephemeral request has ended.</summary>
    public sealed record Sent(RequestId Request, bool IsEnd) : RequestOutcome(Request);

    /// <summary>All of it is confirmed; it has ended.</summary>
    public sealed record Delivered(RequestId Request) : RequestOutcome(Request);

    /// <summary>It has ended without that.</summary>
    public sealed record Failed(RequestId Request, SendFailure Failure, string Error) : RequestOutcome(Request)
    {
        /// <summary>Whether it was ephemeral.</summary>
        public bool IsEphemeral { get; init; }
    }
}
