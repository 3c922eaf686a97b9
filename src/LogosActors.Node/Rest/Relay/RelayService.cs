using LogosActors.Delivery;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Node.Configuration;

namespace LogosActors.Node.Rest.Relay;

/// <summary>The relay as REST clients use it: they subscribe, fetch and publish. For any number of threads.</summary>
internal sealed class RelayService : IDisposable
{
    // Owners of a shard: the node's own settings have "options".
    const string OptionsOwner = "options";
    const string Owner = "rest";

    readonly MessagingNode _node;
    readonly RelayMessageCache _cache;
    readonly IDisposable _watching;

    RelayService(MessagingNode node, NodeSettings settings)
    {
        (_node, HasAutosharding) = (node, settings.NumShardsInNetwork > 0);
        _cache = new RelayMessageCache(settings.Rest.RelayCacheCapacity);
        _watching = node.WatchRelay(_cache.Add);
    }

    /// <summary>Whether content topics have shards.</summary>
    public bool HasAutosharding { get; }

    /// <summary>Makes the service, with the shards and content topics of the settings subscribed to.</summary>
    public static async Task<RelayService> StartAsync(MessagingNode node, NodeSettings settings, CancellationToken cancellation)
    {
        var service = new RelayService(node, settings);
        foreach (var shard in node.Options.Shards)
            await service.SubscribeAsync(shard, cancellation);
        foreach (var topic in settings.ContentTopics)
            await service.SubscribeAsync(topic, cancellation);
        return service;
    }

    /// <summary>Takes part in a shard, and keeps its messages.</summary>
    /// <returns>What is wrong; null when nothing is.</returns>
    public async Task<string?> SubscribeAsync(PubsubTopic shard, CancellationToken cancellation)
    {
        if (!_cache.Subscribe(shard))
            return $"the node is subscribed to {RelayMessageCache.MaxTopics} pubsub topics already";
        await _node.JoinAsync(shard, Owner, cancellation);
        return null;
    }

    /// <summary>Takes part in a content topic's shard, and keeps the topic's messages.</summary>
    /// <returns>What is wrong; null when nothing is.</returns>
    public async Task<string?> SubscribeAsync(string contentTopic, CancellationToken cancellation)
    {
        if (!TryGetShard(contentTopic, out var shard, out var problem))
            return problem;
        if (!_cache.Subscribe(contentTopic))
            return $"the node is subscribed to {RelayMessageCache.MaxTopics} content topics already";
        await _node.JoinAsync(shard, OwnerOf(contentTopic), cancellation);
        return null;
    }

    /// <summary>Takes no part in a shard any more, unless content topics on it are subscribed to.</summary>
    public async Task UnsubscribeAsync(PubsubTopic shard, CancellationToken cancellation)
    {
        _cache.Unsubscribe(shard);
        await _node.LeaveAsync(shard, Owner, cancellation);
        await _node.LeaveAsync(shard, OptionsOwner, cancellation);
    }

    /// <summary>Keeps a content topic's messages no more.</summary>
    public async Task UnsubscribeAsync(string contentTopic, CancellationToken cancellation)
    {
        _cache.Unsubscribe(contentTopic);
        if (TryGetShard(contentTopic, out var shard, out _))
            await _node.LeaveAsync(shard, OwnerOf(contentTopic), cancellation);
    }

    /// <summary>Whether a shard is subscribed to.</summary>
    public bool IsSubscribed(PubsubTopic shard) => _cache.IsSubscribed(shard);

    /// <inheritdoc cref="RelayMessageCache.Take(PubsubTopic)"/>
    public IReadOnlyList<WakuMessage>? Take(PubsubTopic shard) => _cache.Take(shard);

    /// <inheritdoc cref="RelayMessageCache.Take(string)"/>
    public IReadOnlyList<WakuMessage>? Take(string contentTopic) => _cache.Take(contentTopic);

    /// <summary>Finds a content topic's shard.</summary>
    public bool TryGetShard(string contentTopic, out PubsubTopic shard, out string? problem)
    {
        shard = default;
        if (!HasAutosharding)
        {
            problem = "Static sharding is used, relay subscriptions must specify a pubsub topic";
            return false;
        }
        if (ContentTopic.TryParse(contentTopic, out var topic, out problem) && _node.Options.Network.TryGetShard(topic, out shard, out problem))
            return true;
        problem = $"Autosharding error: {problem}";
        return false;
    }

    /// <summary>What keeps a message from being published; null when nothing does.</summary>
    public string? ProblemOf(WakuMessage message)
    {
        var most = _node.Options.MaxMessageSize;
        return WakuMessageCodec.SizeOf(message) > most ? $"Message size exceeded maximum of {most} bytes"
            : message.Meta.Length > WakuMessageLimits.MetaLength ? $"meta has more than {WakuMessageLimits.MetaLength} bytes"
            : message.RateLimitProof.Length > WakuMessageLimits.RateLimitProofLength ? $"proof has more than {WakuMessageLimits.RateLimitProofLength} bytes"
            : System.Text.Encoding.UTF8.GetByteCount(message.ContentTopic) > WakuMessageLimits.ContentTopicLength
                ? $"contentTopic has more than {WakuMessageLimits.ContentTopicLength} bytes"
            : null;
    }

    /// <summary>Why a message was not published, in words; null when that is not the message's fault.</summary>
    public string? ProblemOf(PublishOutcome outcome) => outcome switch
    {
        PublishOutcome.TooLarge => $"Message size exceeded maximum of {_node.Options.MaxMessageSize} bytes",
        PublishOutcome.Invalid => "the network does not relay such a message, or the node's rules do not let it pass",
        _ => null,
    };

    /// <summary>Publishes a message that has no problem.</summary>
    public Task<PublishOutcome> PublishAsync(PubsubTopic shard, WakuMessage message, CancellationToken cancellation) =>
        _node.PublishAsync(shard, message, cancellation);

    /// <inheritdoc/>
    public void Dispose() => _watching.Dispose();

    static string OwnerOf(string contentTopic) => $"{Owner}:{contentTopic}";
}
