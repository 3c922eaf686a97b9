namespace LogosActors.Node.Rest.Light;

/// <summary>What came of a request, in the reference's words.</summary>
/// <param name="Status">The code, of filter and of HTTP.</param>
/// <param name="Description">The same in words.</param>
internal sealed record FilterOutcome(int Status, string Description)
{
    public static FilterOutcome Ok { get; } = new(StatusCodes.Status200OK, "OK");

    /// <summary>Nothing is subscribed to that it is about.</summary>
    public static FilterOutcome NotFound { get; } = new(StatusCodes.Status404NotFound, "NOT_FOUND: peer has no subscriptions");

    /// <summary>No service node is connected, or the node needs none.</summary>
    public static FilterOutcome NoServicePeer { get; } =
        new(StatusCodes.Status503ServiceUnavailable, "No suitable service peer & no discovery method");

    /// <summary>No service node has answered in time.</summary>
    public static FilterOutcome TimedOut { get; } = new(StatusCodes.Status503ServiceUnavailable, "Subscription request timed out");

    /// <summary>No service node has proven in time that it pushes.</summary>
    public static FilterOutcome PingTimedOut { get; } = new(StatusCodes.Status503ServiceUnavailable, "Ping timed out");

    /// <summary>The request is wrong.</summary>
    public static FilterOutcome BadRequest(string reason) => new(StatusCodes.Status400BadRequest, $"BAD_REQUEST: {reason}");

    /// <summary>There is no room.</summary>
    public static FilterOutcome Full(string reason) => new(StatusCodes.Status503ServiceUnavailable, $"SERVICE_UNAVAILABLE: {reason}");
}
