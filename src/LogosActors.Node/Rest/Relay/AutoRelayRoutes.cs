using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Node.Rest.Relay;

/// <summary><c>/relay/v1/auto</c>: the same by content topics, whose shards the node finds.</summary>
internal static class AutoRelayRoutes
{
    public static void MapAutoRelay(this IEndpointRouteBuilder app, RelayService relay, TimeProvider time)
    {
        var routes = app.MapGroup("/relay/v1/auto").WithTags("relay");
        routes.MapPost("/subscriptions", (HttpRequest request, CancellationToken cancellation) => SubscribeAsync(relay, request, cancellation))
            .WithSummary("Subscribes to content topics.").TakesJson<string[]>().ProducesText();
        routes.MapDelete("/subscriptions", (HttpRequest request, CancellationToken cancellation) => UnsubscribeAsync(relay, request, cancellation))
            .WithSummary("Unsubscribes from content topics.").TakesJson<string[]>().ProducesText();
        routes.MapGet("/messages/{contentTopic}", (string contentTopic, HttpRequest request) => Fetch(relay, request))
            .WithSummary("The messages of a content topic that have come since the last call.").Produces<RelayMessage[]>().ProducesText(404);
        routes.MapPost("/messages", (HttpRequest request, CancellationToken cancellation) => PublishAsync(relay, time, request, cancellation))
            .WithSummary("Publishes a message on the shard of its content topic.").TakesJson<RelayMessage>().ProducesText(200, 400);
    }

    static async Task<IResult> SubscribeAsync(RelayService relay, HttpRequest request, CancellationToken cancellation)
    {
        var (topics, wrong) = await ReadTopicsAsync(relay, "Subscribe failed:Failed to decode subscription event", request, cancellation);
        foreach (var topic in topics)
        {
            if (await relay.SubscribeAsync(topic, cancellation) is { } problem)
                return Answers.InternalServerError($"Subscribe failed:{problem}");
        }
        return wrong ?? Answers.Ok;
    }

    static async Task<IResult> UnsubscribeAsync(RelayService relay, HttpRequest request, CancellationToken cancellation)
    {
        var (topics, wrong) = await ReadTopicsAsync(relay, "Unsubscribe failed:Failed to decode unsubscribe event", request, cancellation);
        foreach (var topic in topics)
            await relay.UnsubscribeAsync(topic, cancellation);
        return wrong ?? Answers.Ok;
    }

    /// <summary>Reads content topics that all have shards; else none of them is used.</summary>
    static async Task<(IReadOnlyList<string> Topics, IResult? Wrong)> ReadTopicsAsync(
        RelayService relay, string failure, HttpRequest request, CancellationToken cancellation)
    {
        var (topics, wrong) = await RestJson.ReadAsync<string[]>(request, cancellation);
        foreach (var topic in topics ?? [])
        {
            if (!relay.TryGetShard(topic, out _, out var problem))
                return ([], Answers.BadRequest($"{failure}: {problem}"));
        }
        return (topics ?? [], wrong);
    }

    static IResult Fetch(RelayService relay, HttpRequest request)
    {
        var topic = PathTopic.Of(request);
        return relay.Take(topic) is { } messages ? Answers.Json(messages.Select(RelayMessage.From)) : Answers.NotFound(topic);
    }

    static async Task<IResult> PublishAsync(RelayService relay, TimeProvider time, HttpRequest request, CancellationToken cancellation)
    {
        var (read, wrong) = await RelayRoutes.ReadMessageAsync(request, time, cancellation);
        if (read is not { } message)
            return wrong!;
        if (!relay.HasAutosharding)
            return Answers.BadRequest("Failed to publish. Autosharding is disabled");
        if (!relay.TryGetShard(message.ContentTopic, out var shard, out var problem))
            return Answers.BadRequest($"Failed to publish. {problem}");
        if (relay.ProblemOf(message) is { } refused)
            return Answers.BadRequest($"Failed to publish: {refused}");
        var outcome = await relay.PublishAsync(shard, message, cancellation);
        if (relay.ProblemOf(outcome) is { } invalid)
            return Answers.BadRequest($"Failed to publish: {invalid}");
        return outcome is PublishOutcome.NoPeers
            ? Answers.BadRequest("Failed to publish: publish failed in relay: NoPeersToPublish")
            : Answers.Ok;
    }
}
