using LogosActors.Channels.Requests;
using LogosActors.Delivery;

namespace LogosActors.Channels.Sds;

/// <summary>What an <see cref="SdsActor"/> stores beside the events of its <see cref="SdsChannel"/>.</summary>
internal static class SdsJournal
{
    /// <summary>Event: a request to send has begun.</summary>
    /// <param name="Request">Its name.</param>
    /// <param name="ChunkIds">Its chunks, in order.</param>
    public sealed record RequestBegun(RequestId Request, IReadOnlyList<string> ChunkIds);

    /// <summary>Event: all of a request has gone out.</summary>
    public sealed record RequestSent(RequestId Request);

    /// <summary>Event: a request has ended.</summary>
    public sealed record RequestEnded(RequestId Request);

    /// <summary>Event: chunks were taken by the reassembly.</summary>
    public sealed record ChunksTaken(IReadOnlyList<string> MessageIds);

    /// <summary>All of it, at one moment.</summary>
    /// <param name="Sds">The state of SDS.</param>
    /// <param name="Requests">The requests that have not ended.</param>
    /// <param name="Untaken">Chunks that the reassembly has not taken.</param>
    public sealed record Snapshot(SdsSnapshot Sds, IReadOnlyList<RequestState> Requests, IReadOnlyList<SdsMessage> Untaken);
}
