using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Node.Rest.Relay;

/// <summary><c>/relay/v1</c>: subscribe to pubsub topics, fetch what has come, publish.</summary>
internal static class RelayRoutes
{
    public static void MapRelay(this IEndpointRouteBuilder app, RelayService relay, TimeProvider time)
    {
        var routes = app.MapGroup("/relay/v1").WithTags("relay");
        routes.MapPost("/subscriptions", (HttpRequest request, CancellationToken cancellation) => SubscribeAsync(relay, request, cancellation))
            .WithSummary("Subscribes to pubsub topics.").TakesJson<string[]>().ProducesText();
        routes.MapDelete("/subscriptions", (HttpRequest request, CancellationToken cancellation) => UnsubscribeAsync(relay, request, cancellation))
            .WithSummary("Unsubscribes from pubsub topics.").TakesJson<string[]>().ProducesText();
        routes.MapGet("/messages/{pubsubTopic}", (string pubsubTopic, HttpRequest request) => Fetch(relay, request))
            .WithSummary("The messages of a pubsub topic that have come since the last call.").Produces<RelayMessage[]>().ProducesText(404);
        routes.MapPost(
                "/messages/{pubsubTopic}",
                (string pubsubTopic, HttpRequest request, CancellationToken cancellation) => PublishAsync(relay, time, request, cancellation))
            .WithSummary("Publishes a message on a pubsub topic.").TakesJson<RelayMessage>().ProducesText(200, 400);
    }

    static async Task<IResult> SubscribeAsync(RelayService relay, HttpRequest request, CancellationToken cancellation)
    {
        var (shards, wrong) = await ReadShardsAsync(request, cancellation);
        foreach (var shard in shards)
        {
            if (await relay.SubscribeAsync(shard, cancellation) is { } problem)
                return Answers.InternalServerError($"Subscribe failed:{problem}");
        }
        return wrong ?? Answers.Ok;
    }

    static async Task<IResult> UnsubscribeAsync(RelayService relay, HttpRequest request, CancellationToken cancellation)
    {
        var (shards, wrong) = await ReadShardsAsync(request, cancellation);
        foreach (var shard in shards)
            await relay.UnsubscribeAsync(shard, cancellation);
        return wrong ?? Answers.Ok;
    }

    static IResult Fetch(RelayService relay, HttpRequest request) =>
        PubsubTopic.TryParse(PathTopic.Of(request), out var shard) && relay.Take(shard) is { } messages
            ? Answers.Json(messages.Select(RelayMessage.From))
            : Answers.NotFound();

    static async Task<IResult> PublishAsync(RelayService relay, TimeProvider time, HttpRequest request, CancellationToken cancellation)
    {
        // The node must be on the shard: else the message might go to nobody.
        var topic = PathTopic.Of(request);
        if (!PubsubTopic.TryParse(topic, out var shard) || !relay.IsSubscribed(shard))
            return Answers.BadRequest($"Failed to publish: Node not subscribed to topic: {topic}");
        var (read, wrong) = await ReadMessageAsync(request, time, cancellation);
        if (read is not { } message)
            return wrong!;
        if (relay.ProblemOf(message) is { } problem)
            return Answers.BadRequest($"Failed to publish: {problem}");
        return relay.ProblemOf(await relay.PublishAsync(shard, message, cancellation)) is { } refused
            ? Answers.BadRequest($"Failed to publish: {refused}")
            : Answers.Ok;
    }

    /// <summary>Reads the message in a request's body.</summary>
    internal static async Task<(WakuMessage? Message, IResult? Wrong)> ReadMessageAsync(
        HttpRequest request, TimeProvider time, CancellationToken cancellation)
    {
        var (body, wrong) = await RestJson.ReadAsync<RelayMessage>(request, cancellation);
        if (body is null)
            return (null, wrong);
        return body.TryRead(UnixNanoseconds.Now(time), out var message, out var problem) ? (message, null) : (null, RestJson.Undecodable(problem));
    }

    static async Task<(IReadOnlyList<PubsubTopic> Shards, IResult? Wrong)> ReadShardsAsync(HttpRequest request, CancellationToken cancellation)
    {
        var (topics, wrong) = await RestJson.ReadAsync<string[]>(request, cancellation);
        if (topics is null)
            return ([], wrong);
        var bad = topics.Where(topic => !PubsubTopic.TryParse(topic, out _)).ToList();
        if (bad.Count > 0)
            return ([], Answers.BadRequest($"Invalid pubsub topic(s): @[{string.Join(", ", bad.Select(topic => $"\"{topic}\""))}]"));
        return ([.. topics.Select(topic => PubsubTopic.TryParse(topic, out var shard) ? shard : default)], null);
    }
}
