using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using LogosActors.Delivery;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.Topics;
using LogosActors.Node.Rest.Relay;

namespace LogosActors.Node.Rest.Messaging;

/// <summary>Streams the messages of content topics to REST clients, as server-sent events; this node's own messages too.</summary>
internal sealed class MessageStream(MessagingNode node)
{
    /// <summary>How many messages wait for a slow client; further ones are lost to it.</summary>
    public const int Capacity = 1024;

    /// <summary>How many content topics one stream has.</summary>
    public const int MaxTopics = 1000;

    int _streams;

    public void Map(IEndpointRouteBuilder app) => app
        .MapGet("/messaging/v1/messages/stream", (string[]? contentTopic, CancellationToken cancellation) => OpenAsync(contentTopic ?? [], cancellation))
        .WithTags("messaging").WithSummary("Streams the messages of content topics, from now on.")
        .Produces<string>(StatusCodes.Status200OK, "text/event-stream").ProducesText(400);

    async Task<IResult> OpenAsync(string[] contentTopics, CancellationToken cancellation)
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
        var owner = $"stream:{Interlocked.Increment(ref _streams)}";
        var wanted = contentTopics.ToHashSet(StringComparer.Ordinal);
        var waiting = Channel.CreateBounded<RelayTopics.Seen>(Capacity);
        var watching = node.WatchRelay(seen =>
        {
            if (shards.Contains(seen.Shard) && wanted.Contains(seen.Message.ContentTopic))
                waiting.Writer.TryWrite(seen);
        });
        try
        {
            foreach (var shard in shards)
                await node.JoinAsync(shard, owner, cancellation);
        }
        catch
        {
            End(watching, shards, owner);
            throw;
        }
        return TypedResults.ServerSentEvents(ReadAsync(waiting.Reader, () => End(watching, shards, owner), cancellation));
    }

    void End(IDisposable watching, HashSet<PubsubTopic> shards, string owner)
    {
        watching.Dispose();
        if (!node.IsStarted)
            return;
        foreach (var shard in shards)
            node.Leave(shard, owner);
    }

    static async IAsyncEnumerable<SseItem<string>> ReadAsync(
        ChannelReader<RelayTopics.Seen> messages, Action end, [EnumeratorCancellation] CancellationToken cancellation)
    {
        try
        {
            yield return new SseItem<string>("", "open"); // the client knows that nothing is missed from here on
            await foreach (var seen in messages.ReadAllAsync(cancellation))
            {
                var message = new ReceivedMessage(seen.Hash.ToString(), RelayMessage.From(seen.Message), seen.Shard.ToString());
                yield return new SseItem<string>(System.Text.Json.JsonSerializer.Serialize(message, RestJson.Options), "message");
            }
        }
        finally
        {
            end();
        }
    }
}
