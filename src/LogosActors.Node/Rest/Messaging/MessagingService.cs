using LogosActors.Delivery;
using LogosActors.Node.Rest.Relay;

namespace LogosActors.Node.Rest.Messaging;

/// <summary>The Messaging API as REST clients use it. For any number of threads.</summary>
/// <remarks><see cref="MaxReceived"/> received messages and the events of <see cref="SendEvents.MaxRequests"/> requests wait to be fetched;
/// the oldest make way.</remarks>
internal sealed class MessagingService : IAsyncDisposable
{
    /// <summary>How many received messages are kept (the reference's DefaultMaxReceived).</summary>
    public const int MaxReceived = 50;

    readonly Lock _gate = new();
    readonly Queue<ReceivedMessage> _received = [];
    readonly CancellationTokenSource _stopping = new();
    readonly Task _reading;

    public MessagingService(MessagingNode node, TimeProvider time)
    {
        (Node, Sends) = (node, new SendEvents(time));
        _reading = ReadAsync(node.Events(_stopping.Token));
    }

    /// <summary>The node.</summary>
    public MessagingNode Node { get; }

    /// <summary>What became of requests.</summary>
    public SendEvents Sends { get; }

    /// <summary>Hands out the received messages, and forgets them.</summary>
    public IReadOnlyList<ReceivedMessage> TakeReceived()
    {
        lock (_gate)
        {
            ReceivedMessage[] all = [.. _received];
            _received.Clear();
            return all;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    async Task ReadAsync(IAsyncEnumerable<MessagingEvent> events)
    {
        await foreach (var told in events)
        {
            Sends.Add(told);
            if (told is MessageReceived received)
                Keep(received);
        }
    }

    void Keep(MessageReceived received)
    {
        var message = new RelayMessage
        {
            Payload = RelayMessage.Base64(received.Message.Payload),
            ContentTopic = received.Message.ContentTopic,
            Version = 0,
            Timestamp = received.Timestamp is { } time ? Delivery.Messages.UnixNanoseconds.From(time) : 0,
            Meta = received.Message.Meta.IsEmpty ? null : RelayMessage.Base64(received.Message.Meta),
            Ephemeral = received.Message.IsEphemeral,
        };
        lock (_gate)
        {
            if (_received.Count == MaxReceived)
                _received.Dequeue();
            _received.Enqueue(new ReceivedMessage(received.Hash.ToString(), message));
        }
    }
}
