using System.Text.Json.Serialization;
using LogosActors.Delivery;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Lightpush;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Topics;
using LogosActors.Node.Rest.Relay;

namespace LogosActors.Node.Rest.Light;

/// <summary>A message to be pushed.</summary>
/// <param name="Message">The message.</param>
/// <param name="PubsubTopic">Where it travels; null: on the shard of its content topic.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record PushRequest(RelayMessage Message, string? PubsubTopic = null);

/// <summary>What came of a push.</summary>
/// <param name="StatusDesc">The outcome in words; null on success.</param>
/// <param name="RelayPeerCount">The number of peers that the message was sent to.</param>
internal sealed record PushAnswer(string? StatusDesc, int? RelayPeerCount);

/// <summary><c>/lightpush/v3</c> and <c>/lightpush/v1</c>: service nodes publish a message.</summary>
internal sealed class LightpushRoutes(MessagingNode node, bool hasAutosharding, TimeProvider time)
{
    const int Success = StatusCodes.Status200OK, InvalidMessage = 420, UnsupportedPubsubTopic = 421, NoPeersToRelay = 505;

    const string DialFailure = "dial_failure";

    /// <summary>How long service nodes are waited for: a client has an answer within 5 s.</summary>
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(4.5);

    public void Map(IEndpointRouteBuilder app)
    {
        var routes = app.MapGroup("/lightpush").WithTags("lightpush");
        var latest = routes.MapPost("/v3/message", (HttpRequest request, CancellationToken cancellation) => PushAsync(request, cancellation))
            .WithSummary("Has service nodes publish a message; the status is theirs.").TakesJson<PushRequest>();
        foreach (var code in (int[])[Success, 400, InvalidMessage, UnsupportedPubsubTopic, 429, 500, 503, NoPeersToRelay])
            latest.Produces<PushAnswer>(code);
        routes.MapPost("/v1/message", (HttpRequest request, CancellationToken cancellation) => PushLegacyAsync(request, cancellation))
            .WithSummary("The same; the answer is text.").TakesJson<PushRequest>().ProducesText(Success, 400, 429, 503);
    }

    async Task<IResult> PushAsync(HttpRequest request, CancellationToken cancellation)
    {
        var read = await RestJson.TryReadAsync<PushRequest>(request, cancellation);
        var result = read.Value is { } body ? await PushAsync(body, cancellation) : new LightpushResult(read.Status, $"Invalid push request! {read.Problem}");
        // Whatever a service node says, HTTP has three digits.
        var status = result.Status is >= Success and <= 599 ? result.Status : StatusCodes.Status500InternalServerError;
        return Results.Json(new PushAnswer(result.Description, result.RelayPeerCount), RestJson.Options, statusCode: status);
    }

    async Task<IResult> PushLegacyAsync(HttpRequest request, CancellationToken cancellation)
    {
        var (body, wrong) = await RestJson.ReadAsync<PushRequest>(request, cancellation);
        if (body is null)
            return wrong!;
        var result = await PushAsync(body, cancellation);
        return result.Status switch
        {
            Success => Answers.Ok,
            StatusCodes.Status400BadRequest => Answers.BadRequest(result.Description ?? ""),
            StatusCodes.Status429TooManyRequests => Answers.Text("Request rate limmit reached", StatusCodes.Status429TooManyRequests), // the reference's spelling
            _ when result == LightpushResult.NoServicePeer || result == LightpushResult.TimedOut => Answers.ServiceUnavailable(result.Description!),
            _ => Answers.ServiceUnavailable($"Failed to request a message push: {LegacyReasonOf(result)}"),
        };
    }

    static string? LegacyReasonOf(LightpushResult result) =>
        result.Status is not NoPeersToRelay ? result.Description
        : result.Description?.StartsWith(DialFailure, StringComparison.Ordinal) == true ? DialFailure
        : "not_published_to_any_peer";

    async Task<LightpushResult> PushAsync(PushRequest request, CancellationToken cancellation)
    {
        if (!request.Message.TryRead(UnixNanoseconds.Now(time), out var message, out var problem))
            return new LightpushResult(StatusCodes.Status400BadRequest, $"Invalid message! {problem}");
        if (FindShard(request.PubsubTopic, message.ContentTopic, out var shard) is { } refused)
            return refused;
        var most = node.Options.MaxMessageSize;
        return WakuMessageCodec.SizeOf(message) > most
            ? new LightpushResult(InvalidMessage, $"Message size exceeded maximum of {most} bytes")
            : await node.PushAsync(shard, message, Timeout, cancellation);
    }

    LightpushResult? FindShard(string? pubsubTopic, string contentTopic, out PubsubTopic shard)
    {
        shard = default;
        if (pubsubTopic is null)
        {
            if (!hasAutosharding)
                return new LightpushResult(StatusCodes.Status400BadRequest, "Pubsub topic must be specified when static sharding is enabled");
            return ContentTopic.TryParse(contentTopic, out var topic, out var problem) && node.Options.Network.TryGetShard(topic, out shard, out problem)
                ? null
                : new LightpushResult(StatusCodes.Status400BadRequest, $"Invalid content-topic:{problem}");
        }
        if (string.IsNullOrWhiteSpace(pubsubTopic))
            return new LightpushResult(StatusCodes.Status400BadRequest, "topic must not be empty");
        return PubsubTopic.TryParse(pubsubTopic, out shard)
            ? null
            : new LightpushResult(UnsupportedPubsubTopic, $"'{pubsubTopic}' is not a pubsub topic such as /waku/2/rs/1/0");
    }
}
