using LogosActors.Delivery;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Topics;
using LogosActors.Node.Rest.Relay;

namespace LogosActors.Node.Rest.Light;

/// <summary>The filter client as REST clients use it: they subscribe, ping and fetch. For any number of threads.</summary>
/// <remarks>In edge mode its subscriptions are kept at service nodes as those of the Messaging API are, and apart from them. In core mode the node is
/// its own service, and no other one is asked.</remarks>
internal sealed class FilterClientService : IAsyncDisposable
{
    /// <summary>How many content topics a request has (Nim reference, <c>MaxContentTopicsPerRequest</c>).</summary>
    public const int MaxTopics = 100;

    /// <summary>How long service nodes are waited for: a client has an answer within 5 s.</summary>
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(4.5);

    readonly MessagingNode _node;
    readonly RelayMessageCache _cache;
    readonly TopicListener? _listener;
    readonly IDisposable? _watching;

    /// <param name="node">The node.</param>
    /// <param name="capacity">How many messages are kept.</param>
    public FilterClientService(MessagingNode node, int capacity)
    {
        (_node, _cache) = (node, new RelayMessageCache(capacity));
        if (node.Options.Mode is not NodeMode.Edge)
            return;
        _listener = node.CreateListener();
        _watching = node.WatchRelay(_cache.Add);
    }

    /// <summary>Subscribes to content topics, and returns when a service node pushes their messages.</summary>
    public async Task<FilterOutcome> SubscribeAsync(IReadOnlyList<string> topics, string? pubsubTopic, CancellationToken cancellation)
    {
        if (ProblemOf(topics, pubsubTopic) is { } problem)
            return problem;
        if (_listener is null || _node.FilterServiceNodes == 0)
            return FilterOutcome.NoServicePeer;
        var added = topics.Except(_cache.ContentTopics, StringComparer.Ordinal).ToArray();
        if (topics.Any(topic => !_cache.Subscribe(topic)))
            return await UndoAsync(added, FilterOutcome.Full($"node has reached maximum number of subscriptions: {RelayMessageCache.MaxTopics}"));
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(Timeout);
        try
        {
            var errors = await Task.WhenAll(topics.Select(topic => _listener.AddAsync(topic, late.Token)));
            return errors.FirstOrDefault(static error => error is not null) is { } error
                ? await UndoAsync(added, FilterOutcome.Full(error.Message))
                : FilterOutcome.Ok;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return await UndoAsync(added, FilterOutcome.TimedOut);
        }
    }

    /// <summary>Unsubscribes from content topics.</summary>
    public async Task<FilterOutcome> UnsubscribeAsync(IReadOnlyList<string> topics, string? pubsubTopic) =>
        ProblemOf(topics, pubsubTopic)
        ?? (_node.FilterServiceNodes == 0 ? FilterOutcome.NoServicePeer : await UnsubscribeAsync(topics));

    /// <summary>Unsubscribes from everything.</summary>
    public async Task<FilterOutcome> UnsubscribeAllAsync() =>
        _node.FilterServiceNodes == 0 ? FilterOutcome.NoServicePeer : await UnsubscribeAsync(_cache.ContentTopics);

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
    public async ValueTask DisposeAsync()
    {
        _watching?.Dispose();
        if (_listener is not null)
            await _listener.DisposeAsync();
    }

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

    async Task<FilterOutcome> UnsubscribeAsync(IReadOnlyCollection<string> topics)
    {
        var ended = topics.Where(_cache.Unsubscribe).ToArray();
        await Task.WhenAll(ended.Select(_listener!.RemoveAsync));
        return ended.Length == 0 ? FilterOutcome.NotFound : FilterOutcome.Ok;
    }

    async Task<FilterOutcome> UndoAsync(IEnumerable<string> topics, FilterOutcome outcome)
    {
        foreach (var topic in topics)
        {
            _cache.Unsubscribe(topic);
            await _listener!.RemoveAsync(topic);
        }
        return outcome;
    }
}
