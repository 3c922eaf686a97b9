using System.Collections.Concurrent;
using System.Collections.Immutable;
using LogosActors.Actors;
using LogosActors.Channels.Channel;
using LogosActors.Channels.Dispatch;
using LogosActors.Delivery;

namespace LogosActors.Channels.Hosting;

/// <summary>Hands a node's events to the channels that they are about. For any number of threads.</summary>
/// <remarks>Bounds: a request is known until it ends, which is within <see cref="SendingOptions.Timeout"/>.</remarks>
internal sealed class ChannelRoutes : IDisposable
{
    readonly MessagingNode _node;
    readonly ConcurrentDictionary<string, ImmutableArray<Listener>> _topics = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<RequestId, ActorRef> _requests = new();

    public ChannelRoutes(MessagingNode node)
    {
        _node = node;
        node.MessageReceived += OnReceived;
        node.MessagePropagated += OnPropagated;
        node.MessageSent += OnSent;
        node.MessageError += OnError;
    }

    /// <summary>Hands the messages of a content topic to a channel.</summary>
    /// <returns>Whether it is the first channel of that topic.</returns>
    public bool Add(string contentTopic, Listener listener) =>
        _topics.AddOrUpdate(contentTopic, [listener], (_, before) => before.Add(listener)).Length == 1;

    /// <summary>Ends that.</summary>
    /// <returns>Whether it was the last channel of that topic.</returns>
    public bool Remove(string contentTopic, Listener listener)
    {
        var left = _topics.AddOrUpdate(contentTopic, [], (_, before) => before.Remove(listener));
        return left.IsEmpty && _topics.TryRemove(KeyValuePair.Create(contentTopic, left));
    }

    /// <summary>Sends, and tells an actor what becomes of it.</summary>
    public async Task<Result<RequestId, SendError>> SendAsync(MessageEnvelope message, RequestId request, ActorRef dispatcher)
    {
        _requests.TryAdd(request, dispatcher);
        var result = await _node.SendNamedAsync(message, request);
        if (!result.IsSuccess)
            _requests.TryRemove(request, out _);
        return result;
    }

    public void Dispose()
    {
        _node.MessageReceived -= OnReceived;
        _node.MessagePropagated -= OnPropagated;
        _node.MessageSent -= OnSent;
        _node.MessageError -= OnError;
    }

    void OnReceived(object? sender, MessageReceived received)
    {
        if (!_topics.TryGetValue(received.Message.ContentTopic, out var listeners))
            return;
        foreach (var listener in listeners)
        {
            if (listener.Budget.TryTake(received.Message.Payload.Length))
                listener.Channel.Tell(new Conversation.Arrived(received.Hash, received.Message.Payload));
        }
    }

    void OnPropagated(object? sender, MessagePropagated propagated)
    {
        if (_requests.TryGetValue(propagated.Request, out var dispatcher))
            dispatcher.Tell(new Dispatching.Propagated(propagated.Request, propagated.Hash));
    }

    void OnSent(object? sender, MessageSent sent) => End(sent, error: null);

    void OnError(object? sender, MessageError error) => End(error, error.Error);

    void End(SendEvent ended, string? error)
    {
        if (_requests.TryRemove(ended.Request, out var dispatcher))
            dispatcher.Tell(new Dispatching.Ended(ended.Request, ended.Hash, error));
    }

    /// <summary>A channel that listens.</summary>
    public sealed record Listener(ActorRef Channel, IncomingBudget Budget);
}
