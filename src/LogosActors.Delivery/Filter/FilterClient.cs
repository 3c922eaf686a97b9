using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Peers;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Filter;

/// <summary>Has service nodes push the messages of the content topics that are wanted, and notices when one does not
/// (12/WAKU2-FILTER; P2P-RELIABILITY §Filter).</summary>
/// <remarks>
/// <para>Pure: the caller passes time, peers, answers and pushes in, runs the effects, and calls <see cref="Tick"/> at <see cref="Wake"/>.</para>
/// <para>Each shard with wanted topics has <see cref="NodesPerShard"/> service nodes, as far as there are. What is wanted and what each node has
/// confirmed are kept apart, so that whatever is lost on the way is asked for again. A node is pinged each minute; every fifth time it is asked
/// for all topics again, since an answer to a ping proves only that it has some. One that does not answer a ping is asked for its topics at
/// once, and if that fails, too, replaced. One that answers pings and does not push what others do, or what a store has, does not count any
/// more and is replaced as soon as there is another.</para>
/// <para>Bounds: one open question and <see cref="QuestionsPerMinute"/> per node, <see cref="TopicsPerQuestion"/> topics in a question,
/// <see cref="TopicsPerNode"/> per node (stores have the messages of further ones), <see cref="RecentMessages"/> hashes.</para>
/// </remarks>
/// <param name="peers">The service nodes that are connected.</param>
/// <param name="random">Spreads pings.</param>
internal sealed class FilterClient(ServicePeers peers, Random random)
{
    /// <summary>How many service nodes push the messages of a shard.</summary>
    /// <value>2 (P2P-RELIABILITY §Filter).</value>
    public const int NodesPerShard = 2;

    /// <summary>How many content topics are in a question.</summary>
    /// <value>100 (the Nim reference's MaxContentTopicsPerRequest).</value>
    public const int TopicsPerQuestion = 100;

    /// <summary>How many content topics a service node is asked for.</summary>
    /// <value>1000 (the Nim reference's MaxFilterCriteriaPerPeer).</value>
    public const int TopicsPerNode = 1000;

    /// <summary>How many questions a service node is asked in a minute.</summary>
    /// <value>20; the Nim reference answers 30.</value>
    public const int QuestionsPerMinute = 20;

    /// <summary>With every so many pings all topics are asked for again.</summary>
    public const int PingsPerRefresh = 5;

    /// <summary>How many messages that others have pushed a node may lack between two pings, if it pushes none at all.</summary>
    public const int MaxLacked = 3;

    /// <summary>Of how many pushed messages is remembered who has pushed them.</summary>
    public const int RecentMessages = 1024;

    /// <summary>How often a service node is pinged, give or take a fifth.</summary>
    /// <value>1 min (P2P-RELIABILITY §Filter).</value>
    public static readonly TimeSpan PingInterval = TimeSpan.FromMinutes(1);

    /// <summary>For how long a proof that a node serves is worth something.</summary>
    /// <value>150 s: two pings, with their spread and the wait for an answer.</value>
    public static readonly TimeSpan ProofTime = TimeSpan.FromSeconds(150);

    /// <summary>How old a message may be that a node is to have pushed: it takes some time to reach it.</summary>
    static readonly TimeSpan SettlingTime = TimeSpan.FromSeconds(5);

    static readonly TimeSpan LongestBusyRest = TimeSpan.FromMinutes(1);

    /// <summary>How long to wait at most until everything is looked at again.</summary>
    static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(30);

    readonly Dictionary<PubsubTopic, HashSet<string>> _wanted = [];
    readonly Dictionary<string, PubsubTopic> _shards = new(StringComparer.Ordinal);
    readonly Dictionary<PeerId, FilterNode> _nodes = [];
    readonly SeenPushes _recent = new(RecentMessages);
    readonly Queue<(string Topic, MessageHash Hash, TimeSpan Sent)> _missed = new();
    List<FilterEffect> _effects = [];

    /// <summary>When to call <see cref="Tick"/> next, if nothing else happens.</summary>
    public TimeSpan Wake { get; private set; } = TimeSpan.MaxValue;

    /// <summary>The content topics that are wanted, each with its shard.</summary>
    public IReadOnlyDictionary<string, PubsubTopic> Wanted => _shards;

    /// <summary>How many pushes were not from a node that was asked for them, or not of a topic that is wanted.</summary>
    public long Unwanted { get; private set; }

    /// <summary>The messages of a content topic are wanted.</summary>
    public IReadOnlyList<FilterEffect> Add(string topic, PubsubTopic shard, TimeSpan now)
    {
        if (_shards.TryAdd(topic, shard))
        {
            TopicsOf(shard).Add(topic);
            foreach (var node in _nodes.Values.Where(node => node.Shards.Contains(shard)))
                Want(node, topic, shard);
        }
        return Go(now);
    }

    /// <summary>They are not wanted any more.</summary>
    public IReadOnlyList<FilterEffect> Remove(string topic, TimeSpan now)
    {
        if (_shards.Remove(topic, out var shard))
        {
            TopicsOf(shard).Remove(topic);
            if (TopicsOf(shard).Count == 0)
                _wanted.Remove(shard);
            foreach (var node in _nodes.Values)
                Unwant(node, topic, shard);
        }
        return Go(now);
    }

    /// <summary>The service nodes have changed: one has come, or has said which shards it serves.</summary>
    public IReadOnlyList<FilterEffect> PeersChanged(TimeSpan now) => Go(now);

    /// <summary>A service node is not connected any more.</summary>
    public IReadOnlyList<FilterEffect> Disconnected(PeerId peer, TimeSpan now)
    {
        if (_nodes.Remove(peer, out var node) && node.Confirmed.Count > 0)
            _effects.Add(new FilterEffect.Gap("the connection to a service node was lost"));
        return Go(now);
    }

    /// <summary>A service node has answered, or is taken not to.</summary>
    public IReadOnlyList<FilterEffect> Answered(FilterQuestion question, FilterAnswer answer, TimeSpan now)
    {
        // Nobody waits for the answers of a node that was left.
        if (!_nodes.TryGetValue(question.Peer, out var node) || !ReferenceEquals(node.Open, question))
            return [];
        node.Open = null;
        if (answer is FilterAnswer.Busy)
        {
            Rest(node, question, now);
            return Go(now);
        }
        node.Busy = 0;
        switch (question.Kind)
        {
            case FilterQuestionKind.Ping:
                Pinged(node, answer, now);
                break;
            case FilterQuestionKind.Subscribe when answer is FilterAnswer.Done:
                Subscribed(node, question, now);
                break;
            case FilterQuestionKind.Subscribe:
                Replace(node, now);
                break;
            default:
                // What it still pushes is not wanted, and not delivered; its subscriptions expire there.
                break;
        }
        return Go(now);
    }

    /// <summary>A service node has pushed a message.</summary>
    /// <param name="peer">Who.</param>
    /// <param name="shard">Where the message has travelled.</param>
    /// <param name="topic">Its content topic.</param>
    /// <param name="hash">Its hash.</param>
    /// <param name="now">The time.</param>
    /// <returns>Whether it is wanted from this node.</returns>
    public bool Pushed(PeerId peer, PubsubTopic shard, string topic, MessageHash hash, TimeSpan now)
    {
        // A push may come before the answer that confirms its topic.
        if (!_nodes.TryGetValue(peer, out var node) || !_shards.TryGetValue(topic, out var wanted) || wanted != shard || !node.Shards.Contains(shard))
        {
            Unwanted++;
            return false;
        }
        node.Pushed++;
        node.LastProof = now;
        if (node.Confirmed.ContainsKey(topic))
            node.IsDoubtful = node.HasLied = false;
        if (_recent.IsNew(hash))
        {
            foreach (var other in _nodes.Values)
            {
                if (other != node && other.Confirmed.TryGetValue(topic, out var confirmed) && now - confirmed.Since >= SettlingTime)
                    other.Lacked++;
            }
        }
        return true;
    }

    /// <summary>A store had a message that no service node has pushed. One that is new may still come.</summary>
    /// <param name="topic">Its content topic.</param>
    /// <param name="hash">Its hash.</param>
    /// <param name="age">How old it is.</param>
    /// <param name="now">The time.</param>
    public IReadOnlyList<FilterEffect> Missed(string topic, MessageHash hash, TimeSpan age, TimeSpan now)
    {
        if (_missed.Count < RecentMessages)
            _missed.Enqueue((topic, hash, now - age));
        return Go(now);
    }

    /// <summary>The process has slept, the network is another one, or it was paused: nothing is known of the service nodes any more.</summary>
    public IReadOnlyList<FilterEffect> Woke(TimeSpan now)
    {
        peers.Forgive();
        foreach (var node in _nodes.Values)
        {
            node.IsDoubtful = true;
            // A service node forgets who does not ping for minutes.
            Refresh(node);
            (node.Pushed, node.Lacked) = (0, 0);
            foreach (var (topic, confirmed) in node.Confirmed.ToArray())
                node.Confirmed[topic] = confirmed with { Since = now };
        }
        _effects.Add(new FilterEffect.Gap("the process has slept, or its network has changed"));
        return Go(now);
    }

    /// <summary>Time has passed.</summary>
    public IReadOnlyList<FilterEffect> Tick(TimeSpan now) => Go(now);

    /// <summary>How many service nodes are proven to push the messages of a content topic.</summary>
    public int CountProven(string topic, TimeSpan now) =>
        _nodes.Values.Count(node => !node.IsDoubtful && now - node.LastProof <= ProofTime && node.Confirmed.ContainsKey(topic));

    /// <summary>Judges who was to push what stores had, once there was time enough for it.</summary>
    void JudgeMissed(TimeSpan now)
    {
        while (_missed.TryPeek(out var missed) && now - missed.Sent >= SettlingTime)
        {
            _missed.Dequeue();
            if (_recent.Contains(missed.Hash))
                continue;
            foreach (var node in _nodes.Values.ToArray())
            {
                if (node.Confirmed.TryGetValue(missed.Topic, out var confirmed) && missed.Sent - confirmed.Since >= SettlingTime)
                    Doubt(node, now);
            }
        }
    }

    void Pinged(FilterNode node, FilterAnswer answer, TimeSpan now)
    {
        if (answer is FilterAnswer.Done)
        {
            Proved(node, now);
            if (node.Lacked >= MaxLacked && node.Pushed == 0)
                Doubt(node, now);
            (node.Pushed, node.Lacked) = (0, 0);
            if (++node.Pings % PingsPerRefresh == 0)
                Refresh(node);
            return;
        }
        _effects.Add(new FilterEffect.Gap(answer is FilterAnswer.NoSubscriptions
            ? "a service node has dropped the subscriptions" : "a service node has not answered a ping"));
        node.IsDoubtful = true;
        Refresh(node);
        if (answer is FilterAnswer.NoSubscriptions)
            node.Confirmed.Clear();
    }

    void Subscribed(FilterNode node, FilterQuestion question, TimeSpan now)
    {
        var wasProven = !node.IsDoubtful;
        var received = question.Topics.Where(topic => CountProven(topic, now) == 0).ToArray();
        foreach (var topic in question.Topics)
        {
            // It may have been unsubscribed from meanwhile.
            if (!node.Shards.Contains(question.Shard) || !_shards.ContainsKey(topic))
                node.ToUnsubscribe[topic] = question.Shard;
            else if (!node.Confirmed.TryAdd(topic, (question.Shard, now)) && !wasProven)
                node.Confirmed[topic] = (question.Shard, now);
        }
        if (!node.HasLied)
            node.IsDoubtful = false;
        Proved(node, now);
        if (received.Where(topic => node.Confirmed.ContainsKey(topic)).ToArray() is { Length: > 0 } begun)
            _effects.Add(new FilterEffect.Receiving(begun));
    }

    void Proved(FilterNode node, TimeSpan now)
    {
        node.LastProof = now;
        node.NextPing = now + PingInterval * (0.8 + 0.4 * random.NextDouble());
        peers.Served(node.Peer);
    }

    /// <summary>It claims to push and does not: another one is better, but it is better than none.</summary>
    void Doubt(FilterNode node, TimeSpan now)
    {
        node.IsDoubtful = node.HasLied = true;
        peers.Lied(node.Peer, now);
        foreach (var shard in node.Shards.ToArray())
        {
            var held = _nodes.Values.Where(other => other.Shards.Contains(shard)).Select(other => other.Peer).ToArray();
            if (peers.Choose(shard, 1, held, now) is [var better] && Hold(better, now) is var other)
            {
                Serve(other, shard);
                Leave(node, shard);
            }
        }
    }

    void Replace(FilterNode node, TimeSpan now)
    {
        if (node.Confirmed.Count > 0)
            _effects.Add(new FilterEffect.Gap("a service node does not serve any more"));
        peers.Failed(node.Peer, now);
        _nodes.Remove(node.Peer);
    }

    void Rest(FilterNode node, FilterQuestion question, TimeSpan now)
    {
        var rest = TimeSpan.FromSeconds(Math.Pow(2, Math.Min(node.Busy++, 16)));
        node.NotBefore = now + (rest < LongestBusyRest ? rest : LongestBusyRest);
        foreach (var topic in question.Topics)
        {
            if (question.Kind is FilterQuestionKind.Subscribe && _shards.ContainsKey(topic))
                node.ToSubscribe[topic] = question.Shard;
            else if (question.Kind is FilterQuestionKind.Unsubscribe && !node.ToSubscribe.ContainsKey(topic))
                node.ToUnsubscribe[topic] = question.Shard;
        }
    }

    static void Refresh(FilterNode node)
    {
        foreach (var (topic, (shard, _)) in node.Confirmed)
            node.ToSubscribe[topic] = shard;
    }

    static void Want(FilterNode node, string topic, PubsubTopic shard)
    {
        node.ToUnsubscribe.Remove(topic);
        if (!node.Confirmed.ContainsKey(topic) && node.Confirmed.Count + node.ToSubscribe.Count < TopicsPerNode)
            node.ToSubscribe[topic] = shard;
    }

    static void Unwant(FilterNode node, string topic, PubsubTopic shard)
    {
        node.ToSubscribe.Remove(topic);
        if (node.Confirmed.Remove(topic))
            node.ToUnsubscribe[topic] = shard;
    }

    FilterNode Hold(PeerId peer, TimeSpan now)
    {
        if (!_nodes.TryGetValue(peer, out var node))
            _nodes.Add(peer, node = new FilterNode(peer) { LastProof = now, NextPing = now + PingInterval });
        return node;
    }

    void Serve(FilterNode node, PubsubTopic shard)
    {
        node.Shards.Add(shard);
        foreach (var topic in TopicsOf(shard))
            Want(node, topic, shard);
    }

    void Leave(FilterNode node, PubsubTopic shard)
    {
        node.Shards.Remove(shard);
        foreach (var topic in TopicsOf(shard))
            Unwant(node, topic, shard);
    }

    HashSet<string> TopicsOf(PubsubTopic shard)
    {
        if (!_wanted.TryGetValue(shard, out var topics))
            _wanted.Add(shard, topics = new HashSet<string>(StringComparer.Ordinal));
        return topics;
    }

    /// <summary>Fills up what lacks nodes, asks whoever can be asked, and says when to come back.</summary>
    List<FilterEffect> Go(TimeSpan now)
    {
        JudgeMissed(now);
        var wake = now + LongestSleep;
        if (_missed.TryPeek(out var next) && next.Sent + SettlingTime < wake)
            wake = next.Sent + SettlingTime;
        foreach (var shard in _wanted.Keys)
        {
            if (!Fill(shard, now) && peers.NextRested(now) is { } rested && rested < wake)
                wake = rested;
        }
        foreach (var node in _nodes.Values.ToArray())
        {
            node.Shards.RemoveWhere(shard => !_wanted.ContainsKey(shard));
            if (node.Open is not null)
                continue;
            if (NextOf(node, now) is not { } due)
            {
                _nodes.Remove(node.Peer);
                continue;
            }
            var allowed = node.NextQuestion(QuestionsPerMinute, now);
            var at = allowed > due ? allowed : due;
            if (at <= now)
                Ask(node, now);
            else if (at < wake)
                wake = at;
        }
        Wake = wake;
        var effects = _effects;
        _effects = [];
        return effects;
    }

    /// <summary>Whether a shard has as many nodes as it is to have.</summary>
    bool Fill(PubsubTopic shard, TimeSpan now)
    {
        var held = _nodes.Values.Where(node => node.Shards.Contains(shard)).Select(node => node.Peer).ToList();
        if (held.Count >= NodesPerShard)
            return true;
        // One that serves another shard already costs no more pings.
        foreach (var node in _nodes.Values.Where(node => !node.IsDoubtful && !held.Contains(node.Peer) && peers.Serves(node.Peer, shard)).ToArray())
        {
            if (held.Count >= NodesPerShard)
                return true;
            Serve(node, shard);
            held.Add(node.Peer);
        }
        foreach (var peer in peers.Choose(shard, NodesPerShard - held.Count, held, now))
        {
            Serve(Hold(peer, now), shard);
            held.Add(peer);
        }
        return held.Count >= NodesPerShard;
    }

    /// <summary>When a node has something to be asked for; null: it serves nothing any more.</summary>
    static TimeSpan? NextOf(FilterNode node, TimeSpan now) =>
        node.ToSubscribe.Count > 0 || node.ToUnsubscribe.Count > 0 ? now
        : node.Shards.Count > 0 ? node.NextPing
        : null;

    void Ask(FilterNode node, TimeSpan now)
    {
        var question = Take(node, node.ToSubscribe, FilterQuestionKind.Subscribe)
            ?? Take(node, node.ToUnsubscribe, FilterQuestionKind.Unsubscribe)
            ?? new FilterQuestion(node.Peer, FilterQuestionKind.Ping, default, []);
        node.Asked(question, now);
        _effects.Add(new FilterEffect.Ask(question));
    }

    /// <summary>As many topics of one shard as fit into a question; null: there are none.</summary>
    static FilterQuestion? Take(FilterNode node, Dictionary<string, PubsubTopic> from, FilterQuestionKind kind)
    {
        if (from.Count == 0)
            return null;
        var shard = from.Values.First();
        string[] topics = [.. from.Where(entry => entry.Value == shard).Take(TopicsPerQuestion).Select(entry => entry.Key)];
        foreach (var topic in topics)
            from.Remove(topic);
        return new FilterQuestion(node.Peer, kind, shard, topics);
    }
}
