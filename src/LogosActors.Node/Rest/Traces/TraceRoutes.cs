using System.Globalization;
using LogosActors.Node.Tracing;

namespace LogosActors.Node.Rest.Traces;

/// <summary><c>/admin/v1/traces</c>: what has become of the last requests to send, step by step.</summary>
internal static class TraceRoutes
{
    /// <summary>How many requests a list has when nobody says.</summary>
    public const int DefaultLimit = 20;

    /// <summary>The answer while nothing is traced.</summary>
    public const string Off = "Tracing is off. Start the node with --tracing.";

    /// <summary>How the answer begins about a request that is not kept.</summary>
    public const string UnknownRequest = "No trace of request ";

    /// <param name="app">The server.</param>
    /// <param name="traces">The requests; null: nothing is traced.</param>
    public static void MapTraces(this IEndpointRouteBuilder app, RecentRequests? traces)
    {
        var routes = app.MapGroup("/admin/v1/traces").WithTags("admin");
        routes.MapRead("", (string? limit) => List(traces, limit))
            .WithSummary($"The last requests to send, the newest first; limit: 1 – {RecentRequests.MaxRequests}, or {DefaultLimit}.")
            .Produces<RequestSummary[]>().ProducesText(400, 503);
        routes.MapRead("/{requestId}", (string requestId) => One(traces, requestId))
            .WithSummary("The steps of a request to send; by its id, or by its message's hash.").Produces<RequestTrace>().ProducesText(404, 503);
    }

    static IResult List(RecentRequests? traces, string? limit)
    {
        if (traces is null)
            return Answers.ServiceUnavailable(Off);
        if (limit is null)
            return Answers.Json(traces.Latest(DefaultLimit));
        return int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var most) && most is >= 1 and <= RecentRequests.MaxRequests
            ? Answers.Json(traces.Latest(most))
            : Answers.BadRequest($"Invalid limit: {limit}");
    }

    static IResult One(RecentRequests? traces, string requestId)
    {
        if (traces is null)
            return Answers.ServiceUnavailable(Off);
        return traces.Find(requestId) is { } trace
            ? Answers.Json(trace)
            : Answers.NotFound($"{UnknownRequest}{requestId}: the node has not sent it since it was started, or it is not among the last {RecentRequests.MaxRequests}.");
    }
}
