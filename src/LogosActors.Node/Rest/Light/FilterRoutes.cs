using LogosActors.Node.Rest.Relay;

namespace LogosActors.Node.Rest.Light;

/// <summary><c>/filter/v2</c>: a light client's subscriptions, and what has come.</summary>
internal static class FilterRoutes
{
    const string Subscriptions = "/subscriptions", Unknown = "unknown";

    public static void MapFilter(this IEndpointRouteBuilder app, FilterClientService filter)
    {
        var routes = app.MapGroup("/filter/v2").WithTags("filter");
        foreach (var method in (string[])[HttpMethods.Post, HttpMethods.Put])
        {
            routes.MapMethods(Subscriptions, [method], (HttpRequest request, CancellationToken cancellation) => AnswerAsync<FilterRequest>(
                    request, body => body.RequestId, body => ProblemOf(body), body => filter.SubscribeAsync(body.ContentFilters, body.PubsubTopic, cancellation), cancellation))
                .WithSummary("Has service nodes push the messages of content topics.").TakesJson<FilterRequest>().ProducesAnswer();
        }
        routes.MapDelete(Subscriptions, (HttpRequest request, CancellationToken cancellation) => AnswerAsync<FilterRequest>(
                request, body => body.RequestId, body => ProblemOf(body), body => filter.UnsubscribeAsync(body.ContentFilters, body.PubsubTopic), cancellation))
            .WithSummary("Ends that for content topics.").TakesJson<FilterRequest>().ProducesAnswer();
        routes.MapDelete($"{Subscriptions}/all", (HttpRequest request, CancellationToken cancellation) => AnswerAsync<FilterAllRequest>(
                request, body => body.RequestId, static _ => null, _ => filter.UnsubscribeAllAsync(), cancellation))
            .WithSummary("Ends that for all content topics.").TakesJson<FilterAllRequest>().ProducesAnswer();
        routes.MapRead(
                $"{Subscriptions}/{{requestId}}",
                async (string requestId, CancellationToken cancellation) => Answer(requestId, await filter.PingAsync(cancellation)))
            .WithSummary("Whether service nodes push what is subscribed to.").ProducesAnswer();
        routes.MapGet("/messages/{contentTopic}", (string contentTopic, HttpRequest request) => Fetch(filter, PathTopic.Of(request)))
            .WithSummary("The messages of a content topic that have come since the last call.").Produces<RelayMessage[]>().ProducesText(400);
    }

    static async Task<IResult> AnswerAsync<TBody>(
        HttpRequest request, Func<TBody, string> idOf, Func<TBody, string?> problemOf, Func<TBody, Task<FilterOutcome>> run, CancellationToken cancellation)
        where TBody : class
    {
        var read = await RestJson.TryReadAsync<TBody>(request, cancellation);
        var problem = read.Problem ?? (read.Value is { } body ? problemOf(body) : null);
        return problem is null
            ? Answer(idOf(read.Value!), await run(read.Value!))
            : Answer(Unknown, FilterOutcome.BadRequest($"Failed to decode request: {problem}") with
            {
                Status = read.Problem is null ? StatusCodes.Status400BadRequest : read.Status,
            });
    }

    static string? ProblemOf(FilterRequest request) =>
        request.ContentFilters.Count == 0 ? "contentFilters is empty"
        : request.ContentFilters.Any(static topic => topic is null) ? "contentFilters has null"
        : null;

    static IResult Answer(string requestId, FilterOutcome outcome) =>
        Results.Json(new FilterAnswer(requestId, outcome.Description), RestJson.Options, statusCode: outcome.Status);

    static IResult Fetch(FilterClientService filter, string topic) =>
        filter.Take(topic) is { } messages
            ? Answers.Json(messages.Select(static message => RelayMessage.From(message) with { Proof = null }))
            : Answers.BadRequest($"Not subscribed to topic: {topic}");

    static RouteHandlerBuilder ProducesAnswer(this RouteHandlerBuilder route)
    {
        foreach (var code in (int[])[200, 400, 404, 429, 503])
            route.Produces<FilterAnswer>(code);
        return route;
    }
}
