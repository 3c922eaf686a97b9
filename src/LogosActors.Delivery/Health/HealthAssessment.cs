using LogosActors.Delivery.Topics;

namespace LogosActors.Delivery.Health;

/// <summary>Says how healthy a node is (MESSAGING-API §Health), and what of it has changed.</summary>
/// <remarks>
/// Pure. An improvement is raised at once, a worsening when it has lasted for <see cref="SteadyLevel.Patience"/>. Where the specification
/// leaves the threshold open, it is that of the Nim reference. Cost per input is O(n) in shards and content topics, which are bounded by
/// <see cref="ReceivingOptions.MaxContentTopics"/>.
/// </remarks>
internal sealed class HealthAssessment
{
    /// <summary>How many relay peers, and how many peers in a shard's mesh, are enough.</summary>
    /// <value>4, gossipsub's D_low (Nim calculateConnectionState, calculateTopicHealth).</value>
    public const int EnoughPeers = 4;

    static readonly int Statuses = Enum.GetValues<ConnectionStatus>().Length;
    static readonly int Healths = Enum.GetValues<TopicHealth>().Length;

    readonly SteadyLevel _status;
    readonly Dictionary<PubsubTopic, SteadyLevel> _shards = [];

    /// <param name="told">What was raised last.</param>
    /// <param name="now">Any clock that never goes back.</param>
    public HealthAssessment(NodeHealth told, TimeSpan now)
    {
        Told = told;
        _status = new SteadyLevel(Statuses, (int)told.Status, now);
        foreach (var (text, health) in told.Shards)
        {
            if (PubsubTopic.TryParse(text, out var shard))
                _shards.Add(shard, new SteadyLevel(Healths, (int)health, now));
        }
    }

    /// <summary>The health that was raised last.</summary>
    public NodeHealth Told { get; private set; }

    /// <summary>Takes what is seen now.</summary>
    /// <returns>What has changed of <see cref="Told"/>: shards first, the node last.</returns>
    public IReadOnlyList<MessagingEvent> Observe(HealthObservation seen, TimeSpan now)
    {
        var shards = Assess(seen, now);
        var topics = seen.ContentTopics.ToDictionary(
            topic => topic.Key, topic => shards.GetValueOrDefault(topic.Value.ToString(), TopicHealth.Unhealthy), StringComparer.Ordinal);
        var status = (ConnectionStatus)_status.Observe((int)StatusOf(seen), now);
        List<MessagingEvent> changes =
        [
            .. Changes(Told.Shards, shards).Select(change => new ShardHealthChanged(change.Key, change.Value)),
            .. Changes(Told.ContentTopics, topics).Select(change => new ContentTopicHealthChanged(change.Key, change.Value)),
        ];
        if (status != Told.Status)
            changes.Add(new ConnectionStatusChanged(status));
        if (changes.Count > 0)
            Told = new NodeHealth(status, topics, shards);
        return changes;
    }

    Dictionary<string, TopicHealth> Assess(HealthObservation seen, TimeSpan now)
    {
        foreach (var left in _shards.Keys.Where(shard => !seen.Shards.ContainsKey(shard)).ToArray())
            _shards.Remove(left);
        var healths = new Dictionary<string, TopicHealth>(StringComparer.Ordinal);
        foreach (var (shard, peers) in seen.Shards)
        {
            var level = (int)HealthOf(peers, isRelay: seen.Services is null);
            if (!_shards.TryGetValue(shard, out var steady))
                _shards.Add(shard, steady = new SteadyLevel(Healths, level, now));
            healths.Add(shard.ToString(), (TopicHealth)steady.Observe(level, now));
        }
        return healths;
    }

    /// <summary>How many service nodes of a kind are enough.</summary>
    /// <value>2 (P2P-RELIABILITY; Nim calculateConnectionState for edge nodes).</value>
    public const int EnoughServices = 2;

    static ConnectionStatus StatusOf(HealthObservation seen) => seen switch
    {
        { Services: { } services } => StatusOf(services, seen),
        { RelayPeers: 0 } => ConnectionStatus.Disconnected,
        { RelayPeers: >= EnoughPeers, Stores: > 0 } => ConnectionStatus.Connected,
        _ => ConnectionStatus.PartiallyConnected,
    };

    /// <summary>A node is disconnected that cannot send, or cannot receive: without subscriptions, that could not.</summary>
    static ConnectionStatus StatusOf(ServiceNodes services, HealthObservation seen)
    {
        var receiving = seen.Shards.Count > 0 ? seen.Shards.Values.Min(static shard => shard.Subscribed) : services.Filter;
        return Math.Min(services.Lightpush, receiving) switch
        {
            0 => ConnectionStatus.Disconnected,
            >= EnoughServices when seen.Stores > 0 => ConnectionStatus.Connected,
            _ => ConnectionStatus.PartiallyConnected,
        };
    }

    static TopicHealth HealthOf(ShardPeers peers, bool isRelay) => peers switch
    {
        { Subscribed: 0 } => TopicHealth.Unhealthy,
        { Mesh: >= EnoughPeers } when isRelay => TopicHealth.SufficientlyHealthy,
        { Subscribed: >= EnoughServices } when !isRelay => TopicHealth.SufficientlyHealthy,
        _ => TopicHealth.MinimallyHealthy,
    };

    static IEnumerable<KeyValuePair<string, TopicHealth>> Changes(
        IReadOnlyDictionary<string, TopicHealth> told, Dictionary<string, TopicHealth> now) =>
        told.Keys.Where(topic => !now.ContainsKey(topic)).Select(topic => KeyValuePair.Create(topic, TopicHealth.NotSubscribed))
            .Concat(now.Where(topic => !told.TryGetValue(topic.Key, out var before) || before != topic.Value));
}
