using System.Collections.Concurrent;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using LogosActors.Delivery;

namespace LogosActors.Samples.Chat;

/// <summary>Delivers what is said in rooms, here and on other nodes, to those who listen here.</summary>
public sealed class Rooms(MessagingNode node, IHostApplicationLifetime lifetime) : BackgroundService
{
    /// <summary>How many lines wait for a slow listener; the oldest are dropped.</summary>
    const int WaitingLines = 100;

    readonly ConcurrentDictionary<Channel<ChatLine>, string> _listeners = new();

    /// <summary>Says something to everybody in a room.</summary>
    /// <returns>Why it cannot be said; null: it is on its way.</returns>
    public async Task<string?> SayAsync(string room, ChatLine line, CancellationToken cancellation)
    {
        var sent = await node.SendAsync(new MessageEnvelope(TopicOf(room), JsonSerializer.SerializeToUtf8Bytes(line)), cancellation);
        if (sent.Error is { } error)
            return error.Message;
        Deliver(TopicOf(room), line);
        return null;
    }

    /// <summary>Begins to receive what is said in a room.</summary>
    /// <returns>Why there is no such room; null: it is done.</returns>
    public async Task<string?> EnterAsync(string room, CancellationToken cancellation) =>
        await node.SubscribeAsync([TopicOf(room)], cancellation) is [var error, ..] ? error.Message : null;

    /// <summary>What is said in a room from now on, until the listener leaves or the application stops.</summary>
    public IAsyncEnumerable<SseItem<ChatLine>> ListenAsync(string room, CancellationToken cancellation)
    {
        var lines = Channel.CreateBounded<ChatLine>(new BoundedChannelOptions(WaitingLines) { FullMode = BoundedChannelFullMode.DropOldest });
        _listeners[lines] = TopicOf(room);
        return ReadAsync(room, lines, cancellation);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var received in node.Messages(stoppingToken))
        {
            if (Read(received.Message.Payload.Span) is { } line)
                Deliver(received.Message.ContentTopic, line);
        }
    }

    async IAsyncEnumerable<SseItem<ChatLine>> ReadAsync(string room, Channel<ChatLine> lines, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // The web server waits for its last response before the node is stopped.
        using var leaving = lifetime.ApplicationStopping.Register(() => lines.Writer.TryComplete());
        // The response begins with its first event.
        yield return new SseItem<ChatLine>(new ChatLine("", $"You are in {room}."), "entered");
        try
        {
            await foreach (var line in lines.Reader.ReadAllAsync(cancellation))
                yield return new SseItem<ChatLine>(line);
        }
        finally
        {
            _listeners.TryRemove(lines, out _);
        }
    }

    void Deliver(string topic, ChatLine line)
    {
        foreach (var (listener, listened) in _listeners)
        {
            if (listened == topic)
                listener.Writer.TryWrite(line);
        }
    }

    // Anybody may send anything on a topic: what is not a line is ignored.
    static ChatLine? Read(ReadOnlySpan<byte> payload)
    {
        try
        {
            return JsonSerializer.Deserialize<ChatLine>(payload);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static string TopicOf(string room) => $"/chat/1/{room}/json";
}
