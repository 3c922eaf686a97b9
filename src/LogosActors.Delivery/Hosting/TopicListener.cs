using Akka.Actor;
using LogosActors.Libp2p.Hosting;

namespace LogosActors.Delivery.Hosting;

/// <summary>Wants content topics on behalf of a watcher of the relay, apart from the application's subscriptions: so that in edge mode service nodes
/// push their messages. For any number of threads.</summary>
/// <remarks>It needs the topics only as long as it is not disposed of.</remarks>
public sealed class TopicListener : IAsyncDisposable
{
    readonly MessagingNode _node;
    readonly IActorRef _receiver;
    readonly Lock _gate = new();
    readonly HashSet<string> _topics = new(StringComparer.Ordinal);

    /// <param name="node">The node, which is started.</param>
    internal TopicListener(MessagingNode node) =>
        (_node, _receiver) = (node, node.System.ActorOf(TopicListenerActor.Props(), UniqueName.Of(node.System, $"listener-{node.PeerId}")));

    /// <summary>Wants a content topic, and returns when its messages come; in edge mode within 5 s also when no service node pushes them.</summary>
    /// <param name="contentTopic">The content topic.</param>
    /// <param name="cancellation">Stops waiting; the topic is wanted all the same.</param>
    /// <returns>Why that cannot be; null: it is done.</returns>
    public async Task<SubscriptionError?> AddAsync(string contentTopic, CancellationToken cancellation)
    {
        lock (_gate)
            _topics.Add(contentTopic);
        var error = await _node.AttachAsync(contentTopic, _receiver, cancellation);
        if (error is null)
            return null;
        lock (_gate)
            _topics.Remove(contentTopic);
        return error;
    }

    /// <summary>Wants a content topic no longer.</summary>
    /// <param name="contentTopic">The content topic.</param>
    public async Task RemoveAsync(string contentTopic)
    {
        lock (_gate)
        {
            if (!_topics.Remove(contentTopic))
                return;
        }
        await _node.DetachAsync(contentTopic, _receiver);
    }

    /// <summary>Wants no topic any longer.</summary>
    public async ValueTask DisposeAsync()
    {
        string[] topics;
        lock (_gate)
            topics = [.. _topics];
        await Task.WhenAll(topics.Select(RemoveAsync));
        _node.System.Stop(_receiver);
    }
}

/// <summary>Stands for a <see cref="TopicListener"/> among the receivers of its topics; the messages come to its watcher another way.</summary>
/// <remarks>Root, restart. It has no state, and nothing that could fail.</remarks>
internal sealed class TopicListenerActor : UntypedActor
{
    public static Props Props() => Akka.Actor.Props.Create(static () => new TopicListenerActor());

    protected override void OnReceive(object message)
    {
    }
}
