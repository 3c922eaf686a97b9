namespace LogosActors.Delivery.Lightpush;

/// <summary>What has come of one push to service nodes, by the numbers of the Nim reference (waku_lightpush/common.nim).</summary>
/// <param name="Status">200, or what a service node has answered; 503: there is none, or none has answered in time; 505 also: none was reached.</param>
/// <param name="Description">The outcome in words; null: nobody has said any.</param>
/// <param name="RelayPeerCount">The number of peers that the message was sent to; null: not said.</param>
public sealed record LightpushResult(int Status, string? Description, int? RelayPeerCount = null)
{
    /// <summary>Nobody is connected who could send the message.</summary>
    public static LightpushResult NoServicePeer { get; } =
        new((int)LightpushStatus.ServiceNotAvailable, "No suitable service peer & no discovery method");

    /// <summary>Nobody has answered in time: the message may be out.</summary>
    public static LightpushResult TimedOut { get; } = new((int)LightpushStatus.ServiceNotAvailable, "Push request timed out");

    /// <summary>A service node could not be reached.</summary>
    /// <param name="peer">Its id.</param>
    internal static LightpushResult DialFailure(Libp2p.Identity.PeerId peer) =>
        new((int)LightpushStatus.NoPeersToRelay, $"dial_failure: {peer} is not accessible");

    /// <summary>What a service node has answered.</summary>
    internal static LightpushResult From(LightpushResponse response) =>
        response is { Status: LightpushStatus.Success, RelayPeerCount: 0 }
            ? new LightpushResult((int)LightpushStatus.NoPeersToRelay, "No peers for topic, skipping publish")
            : new LightpushResult((int)response.Status, response.Description, (int?)Math.Min(response.RelayPeerCount ?? 0, int.MaxValue) is > 0 and var count ? count : null);
}
