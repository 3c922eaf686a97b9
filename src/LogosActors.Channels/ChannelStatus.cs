namespace LogosActors.Channels;

/// <summary>How a channel does.</summary>
/// <param name="UnfinishedRequests">Requests to send that have not ended.</param>
/// <param name="UnacknowledgedChunks">Chunks that nobody has confirmed yet.</param>
/// <param name="WaitingForEpoch">Chunks that the rate limit holds back.</param>
/// <param name="UsedOfEpoch">Messages of the current epoch that are used up.</param>
/// <param name="WaitingForOthers">Chunks that have come and wait for earlier ones.</param>
/// <param name="PartialMessages">Messages of which some chunks have come.</param>
public sealed record ChannelStatus(
    int UnfinishedRequests, int UnacknowledgedChunks, int WaitingForEpoch, int UsedOfEpoch, int WaitingForOthers, int PartialMessages);
