using LogosActors.Delivery;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Topics;

namespace LogosActors.Node.Rest.Messaging;

/// <summary>Streams the messages of content topics to REST clients, as server-sent events; this node's own messages too.</summary>
/// <remarks>A client that reads too slowly is cut off: see <see cref="StreamClients"/> for the bounds.</remarks>
internal sealed class MessageStream(MessagingNode node)
{
    /// <summary>How many content topics one stream has.</summary>
    public const int MaxTopics = 1000;

    /// <summary>How much of a message is handed to the server at once, which holds as much as 64 KiB more for a client.</summary>
    const int PieceSize = 16 << 10;

    static readonly byte[] Open = [.. "event: open\ndata: \n\n"u8];

    readonly StreamClients _clients = new(node);
    int _streams;

    public void Map(IEndpointRouteBuilder app) => app
        .MapGet("/messaging/v1/messages/stream", (string[]? contentTopic, HttpContext context) => ServeAsync(contentTopic ?? [], context))
        .WithTags("messaging").WithSummary("Streams the messages of content topics, from now on.")
        .Produces<string>(StatusCodes.Status200OK, "text/event-stream").ProducesText(400, 503);

    async Task<IResult> ServeAsync(string[] contentTopics, HttpContext context)
    {
        if (contentTopics.Length is 0 or > MaxTopics)
            return Answers.BadRequest($"contentTopic: give 1 – {MaxTopics} content topics, such as ?contentTopic=/chat/1/lobby/proto");
        var shards = new HashSet<PubsubTopic>();
        foreach (var text in contentTopics)
        {
            if (!ContentTopic.TryParse(text, out var topic, out var problem) || !node.Options.Network.TryGetShard(topic, out var shard, out problem))
                return Answers.BadRequest(problem);
            shards.Add(shard);
        }
        if (!_clients.TryAdd(context.Connection.RemoteIpAddress, shards, contentTopics.ToHashSet(StringComparer.Ordinal), out var client))
            return Answers.ServiceUnavailable($"Too many streams: there may be {StreamClients.MaxClients}, and {StreamClients.MaxClientsOfAddress} of one address.");
        var owner = $"stream:{Interlocked.Increment(ref _streams)}";
        var cancellation = context.RequestAborted;
        // A node in edge mode takes part in no shard: service nodes push content topics.
        var listener = node.Options.Mode is NodeMode.Edge ? node.CreateListener() : null;
        try
        {
            client.Abort = context.Abort;
            if (listener is not null)
            {
                var errors = await Task.WhenAll(client.Topics.Select(topic => listener.AddAsync(topic, cancellation)));
                if (errors.FirstOrDefault(static error => error is not null) is { } error)
                    return Answers.ServiceUnavailable(error.Message);
            }
            else
            {
                foreach (var shard in shards)
                    await node.JoinAsync(shard, owner, cancellation);
            }
            await SendAsync(client, context.Response, cancellation);
        }
        catch (Exception) when (cancellation.IsCancellationRequested || client.IsCut)
        {
            // The client has gone, or has been cut off.
        }
        finally
        {
            _clients.Remove(client);
            if (listener is not null)
            {
                await listener.DisposeAsync();
            }
            else if (node.IsStarted)
            {
                foreach (var shard in shards)
                    node.Leave(shard, owner);
            }
        }
        return Results.Empty;
    }

    async Task SendAsync(StreamClient client, HttpResponse response, CancellationToken cancellation)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache,no-store";
        await response.Body.WriteAsync(Open, cancellation); // the client knows that nothing is missed from here on
        await response.Body.FlushAsync(cancellation);
        await foreach (var message in client.Queue.Reader.ReadAllAsync(cancellation))
        {
            for (var sent = 0; sent < message.Length; sent += PieceSize)
            {
                await response.Body.WriteAsync(message.AsMemory(sent, Math.Min(PieceSize, message.Length - sent)), cancellation);
                await response.Body.FlushAsync(cancellation);
            }
            _clients.Sent(client, message.Length);
        }
    }
}
