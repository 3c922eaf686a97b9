using LogosActors.Delivery;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Topics;
using LogosActors.Node.Rest.Relay;

namespace LogosActors.Node.Rest.Light;

/// <summary>The filter client as REST clients use it: they subscribe, ping and fetch. For any number of threads.</summary>
/// <remarks>In edge mode its subscriptions are the node's own, which service nodes keep up, and what <c>/messaging</c> subscribes to is not told
/// apart from them. In core mode the node is its own service, and no other one is asked.</remarks>
internal sealed class FilterClientService : IDisposable
{
    /// <summary>How many content topics a request has (Nim reference, <c>MaxContentTopicsPerRequest</c>).</summary>
    public const int MaxTopics = 100;

    /// <summary>How long service nodes are waited for: a client has an answer within 5 s.</summary>
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(4.5);

    readonly MessagingNode _node;
    readonly RelayMessageCache _cache;
    readonly IDisposable? _watching;

    /// <param name="node">The node.</param>
    /// <param name="capacity">How many messages are kept.</param>
    public FilterClientService(MessagingNode node, int capacity)
    {
        (_node, _cache) = (node, new RelayMessageCache(capacity));
        _watching = node.Options.Mode is NodeMode.Edge ? node.WatchRelay(_cache.Add) : null;
    }

    /// <summary>Subscribes to content topics, and returns when a service node pushes their messages.</summary>
    public async Task<FilterOutcome> SubscribeAsync(IReadOnlyList<string> topics, string? pubsubTopic, CancellationToken cancellation)
    {
        if (ProblemOf(topics, pubsubTopic) is { } problem)
            return problem;
        if (_node.FilterServiceNodes == 0)
            return FilterOutcome.NoServicePeer;
        var added = topics.Except(_cache.ContentTopics, StringComparer.Ordinal).ToArray();
        if (topics.Any(topic => !_cache.Subscribe(topic)))
            return Undo(added, FilterOutcome.Full($"node has reached maximum number of subscriptions: {RelayMessageCache.MaxTopics}"));
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(Timeout);
        try
        {
            if (await _node.SubscribeAsync(topics, late.Token) is not [var error, ..])
                return FilterOutcome.Ok;
            await _node.UnsubscribeAsync(added, cancellation);
            return Undo(added, error.Kind is SubscriptionErrorKind.InvalidContentTopic ? FilterOutcome.BadRequest(error.Message) : FilterOutcome.Full(error.Message));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            await _node.UnsubscribeAsync(added, cancellation);
            return Undo(added, FilterOutcome.TimedOut);
        }
    }

    /// <summary>Unsubscribes from content topics.</summary>
    public async Task<FilterOutcome> UnsubscribeAsync(IReadOnlyList<string> topics, string? pubsubTopic, CancellationToken cancellation) =>
        ProblemOf(topics, pubsubTopic)
        ?? (_node.FilterServiceNodes == 0 ? FilterOutcome.NoServicePeer : await UnsubscribeAsync(topics, cancellation));

    /// <summary>Unsubscribes from everything.</summary>
    public async Task<FilterOutcome> UnsubscribeAllAsync(CancellationToken cancellation) =>
        _node.FilterServiceNodes == 0 ? FilterOutcome.NoServicePeer : await UnsubscribeAsync(_cache.ContentTopics, cancellation);

    /// <summary>Says whether service nodes push what is subscribed to.</summary>
    public async Task<FilterOutcome> PingAsync(CancellationToken cancellation)
    {
        if (_node.FilterServiceNodes == 0)
            return FilterOutcome.NoServicePeer;
        if (_cache.ContentTopics is not { Count: > 0 } topics)
            return FilterOutcome.NotFound;
        foreach (var shard in topics.Select(_node.ShardOf).Distinct())
        {
            if (await _node.ProvenFilterNodesAsync(shard, cancellation) == 0)
                return FilterOutcome.PingTimedOut;
        }
        return FilterOutcome.Ok;
    }

    /// <inheritdoc cref="RelayMessageCache.Take(string)"/>
    public IReadOnlyList<WakuMessage>? Take(string contentTopic) => _cache.Take(contentTopic);

    /// <inheritdoc/>
    public void Dispose() => _watching?.Dispose();

    /// <summary>The node finds the shard of a content topic itself: on another one nobody would look for it.</summary>
    FilterOutcome? ProblemOf(IReadOnlyList<string> topics, string? pubsubTopic)
    {
        if (topics.Count > MaxTopics)
            return FilterOutcome.BadRequest($"exceeds maximum content topics: {MaxTopics}");
        foreach (var text in topics)
        {
            if (!ContentTopic.TryParse(text, out var topic, out var problem) || !_node.Options.Network.TryGetShard(topic, out var shard, out problem))
                return FilterOutcome.BadRequest(problem);
            if (pubsubTopic is not null && !string.Equals(pubsubTopic, shard.ToString(), StringComparison.Ordinal))
                return FilterOutcome.BadRequest($"content topic {text} is on pubsub topic {shard}, not {pubsubTopic}");
        }
        return null;
    }

    async Task<FilterOutcome> UnsubscribeAsync(IReadOnlyCollection<string> topics, CancellationToken cancellation)
    {
        var ended = topics.Where(_cache.Unsubscribe).ToArray();
        if (ended.Length == 0)
            return FilterOutcome.NotFound;
        await _node.UnsubscribeAsync(ended, cancellation);
        return FilterOutcome.Ok;
    }

    FilterOutcome Undo(IEnumerable<string> topics, FilterOutcome outcome)
    {
        foreach (var topic in topics)
            _cache.Unsubscribe(topic);
        return outcome;
    }
}
