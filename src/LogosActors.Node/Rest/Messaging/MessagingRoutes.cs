using LogosActors.Delivery;
using LogosActors.Node.Rest.Relay;

namespace LogosActors.Node.Rest.Messaging;

/// <summary>A message to send.</summary>
internal sealed record OutgoingMessage
{
    /// <summary>The data, in base64.</summary>
    public required string Payload { get; init; }

    /// <summary>What it is about.</summary>
    public required string ContentTopic { get; init; }

    /// <summary>Whether stores are asked not to keep it.</summary>
    public bool? Ephemeral { get; init; }

    /// <summary>A mark for the layer above, in base64.</summary>
    public string? Meta { get; init; }
}

/// <summary>What a request to send is known by.</summary>
internal sealed record SendAccepted(string RequestId);

/// <summary><c>/messaging/v1</c>: the Messaging API, with retries and confirmations, and a stream of what comes.</summary>
internal static class MessagingRoutes
{
    public static void MapMessaging(this IEndpointRouteBuilder app, MessagingService messaging)
    {
        var routes = app.MapGroup("/messaging/v1").WithTags("messaging");
        routes.MapPost("/subscriptions", (HttpRequest request, CancellationToken cancellation) => SubscribeAsync(messaging.Node, request, cancellation))
            .WithSummary("Subscribes to content topics.").TakesJson<string[]>().ProducesText();
        routes.MapDelete("/subscriptions", (HttpRequest request, CancellationToken cancellation) => UnsubscribeAsync(messaging.Node, request, cancellation))
            .WithSummary("Unsubscribes from content topics.").TakesJson<string[]>().ProducesText();
        routes.MapPost("/messages", (HttpRequest request, CancellationToken cancellation) => SendAsync(messaging.Node, request, cancellation))
            .WithSummary("Sends a message; its events say what becomes of it.").TakesJson<OutgoingMessage>()
            .Produces<SendAccepted>().ProducesText(400, 500, 503);
        routes.MapGet("/events/send", () => Answers.Json(messaging.Sends.TakeAll()))
            .WithSummary("What became of requests since the last call.").Produces<SendStatus[]>();
        routes.MapGet(
                "/events/send/{requestId}",
                (string requestId) => messaging.Sends.Take(requestId) is { } status
                    ? Answers.Json(status)
                    : Answers.NotFound($"No send events for requestId: {requestId}"))
            .WithSummary("What became of a request since the last call.").Produces<SendStatus>().ProducesText(404);
        routes.MapGet("/events/received", () => Answers.Json(messaging.TakeReceived()))
            .WithSummary("The messages of subscribed content topics that have come since the last call.").Produces<ReceivedMessage[]>();
    }

    static async Task<IResult> SubscribeAsync(MessagingNode node, HttpRequest request, CancellationToken cancellation)
    {
        var (topics, wrong) = await RestJson.ReadAsync<string[]>(request, cancellation);
        return topics is null ? wrong! : AnswerTo("Subscribe", await node.SubscribeAsync(topics, cancellation));
    }

    static async Task<IResult> UnsubscribeAsync(MessagingNode node, HttpRequest request, CancellationToken cancellation)
    {
        var (topics, wrong) = await RestJson.ReadAsync<string[]>(request, cancellation);
        return topics is null ? wrong! : AnswerTo("Unsubscribe", await node.UnsubscribeAsync(topics, cancellation));
    }

    static IResult AnswerTo(string action, IReadOnlyList<SubscriptionError> errors) =>
        errors is [] ? Answers.Ok
        : errors.Any(error => error.Kind is SubscriptionErrorKind.NotStarted) ? Answers.InternalServerError($"{action} failed: {string.Join("; ", errors)}")
        : Answers.BadRequest($"{action} failed: {string.Join("; ", errors)}");

    static async Task<IResult> SendAsync(MessagingNode node, HttpRequest request, CancellationToken cancellation)
    {
        var (message, wrong) = await RestJson.ReadAsync<OutgoingMessage>(request, cancellation);
        if (message is null)
            return wrong!;
        if (!RelayMessage.TryDecode(message.Payload, out var payload) || !RelayMessage.TryDecode(message.Meta, out var meta))
            return Answers.BadRequest("Invalid message: Incorrect base64 string");
        var envelope = new MessageEnvelope(message.ContentTopic, payload) { IsEphemeral = message.Ephemeral ?? false, Meta = meta };
        var result = await node.SendAsync(envelope, cancellation);
        return result switch
        {
            { IsSuccess: true } => Answers.Json(new SendAccepted(result.Value.Value)),
            { Error.Kind: SendErrorKind.NotStored } => Answers.ServiceUnavailable($"Send failed: {result.Error}"),
            { Error.Kind: SendErrorKind.NotStarted or SendErrorKind.TooManyUnfinished } => Answers.InternalServerError($"Send failed: {result.Error}"),
            _ => Answers.BadRequest($"Send failed: {result.Error}"),
        };
    }
}
