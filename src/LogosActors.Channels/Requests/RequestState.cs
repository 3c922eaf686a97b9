using LogosActors.Delivery;

namespace LogosActors.Channels.Requests;

/// <summary>How far a request to send has come.</summary>
/// <param name="Request">Its name.</param>
/// <param name="ChunkIds">Its chunks, in order.</param>
/// <param name="SentIds">Those that have gone out.</param>
/// <param name="AcknowledgedIds">Those that are confirmed.</param>
/// <param name="IsSentTold">Whether the event was raised that all of it has gone out.</param>
internal sealed record RequestState(
    RequestId Request, IReadOnlyList<string> ChunkIds, IReadOnlyList<string> SentIds, IReadOnlyList<string> AcknowledgedIds, bool IsSentTold);
