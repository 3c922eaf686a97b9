using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.Topics;

namespace LogosActors.Node.Rest.Relay;

/// <summary>Keeps messages for REST clients until they fetch them. For any number of threads.</summary>
/// <param name="capacity">How many messages are kept, of all topics together; the oldest make way.</param>
internal sealed class RelayMessageCache(int capacity)
{
    /// <summary>How many topics of either kind may be subscribed to.</summary>
    public const int MaxTopics = 10_000;

    readonly Lock _gate = new();
    readonly HashSet<PubsubTopic> _shards = [];
    readonly HashSet<string> _contentTopics = new(StringComparer.Ordinal);
    readonly HashSet<MessageHash> _hashes = [];
    readonly List<RelayTopics.Seen> _messages = [];

    /// <summary>The content topics whose messages are kept. A snapshot.</summary>
    public IReadOnlyCollection<string> ContentTopics
    {
        get
        {
            lock (_gate)
                return [.. _contentTopics];
        }
    }

    /// <summary>Keeps the messages of a shard from now on.</summary>
    /// <returns>False: there is no room for another shard.</returns>
    public bool Subscribe(PubsubTopic shard) => Add(_shards, shard);

    /// <summary>Keeps the messages of a content topic from now on.</summary>
    /// <returns>False: there is no room for another content topic.</returns>
    public bool Subscribe(string contentTopic) => Add(_contentTopics, contentTopic);

    /// <summary>Whether the messages of a shard are kept.</summary>
    public bool IsSubscribed(PubsubTopic shard)
    {
        lock (_gate)
            return _shards.Contains(shard);
    }

    /// <summary>Keeps the messages of a shard no more, and forgets those that no content topic wants.</summary>
    /// <returns>Whether they were kept.</returns>
    public bool Unsubscribe(PubsubTopic shard)
    {
        lock (_gate)
        {
            var wasSubscribed = _shards.Remove(shard);
            Take(message => message.Shard == shard && !_contentTopics.Contains(message.Message.ContentTopic));
            return wasSubscribed;
        }
    }

    /// <summary>Keeps the messages of a content topic no more, and forgets those that no shard wants.</summary>
    /// <returns>Whether they were kept.</returns>
    public bool Unsubscribe(string contentTopic)
    {
        lock (_gate)
        {
            var wasSubscribed = _contentTopics.Remove(contentTopic);
            Take(message => message.Message.ContentTopic == contentTopic && !_shards.Contains(message.Shard));
            return wasSubscribed;
        }
    }

    /// <summary>Keeps a message if somebody wants it; once.</summary>
    public void Add(RelayTopics.Seen seen)
    {
        lock (_gate)
        {
            if ((!_shards.Contains(seen.Shard) && !_contentTopics.Contains(seen.Message.ContentTopic)) || !_hashes.Add(seen.Hash))
                return;
            if (_messages.Count == capacity)
            {
                _hashes.Remove(_messages[0].Hash);
                _messages.RemoveAt(0);
            }
            _messages.Add(seen);
        }
    }

    /// <summary>Hands out the messages of a shard, and forgets them.</summary>
    /// <returns>In the order in which they came; null: the shard is not subscribed to.</returns>
    public IReadOnlyList<WakuMessage>? Take(PubsubTopic shard)
    {
        lock (_gate)
            return _shards.Contains(shard) ? Take(message => message.Shard == shard) : null;
    }

    /// <summary>Hands out the messages of a content topic, and forgets them.</summary>
    /// <returns>In the order in which they came; null: the topic is not subscribed to.</returns>
    public IReadOnlyList<WakuMessage>? Take(string contentTopic)
    {
        lock (_gate)
            return _contentTopics.Contains(contentTopic) ? Take(message => message.Message.ContentTopic == contentTopic) : null;
    }

    bool Add<T>(HashSet<T> topics, T topic)
    {
        lock (_gate)
        {
            if (topics.Count >= MaxTopics && !topics.Contains(topic))
                return false;
            topics.Add(topic);
            return true;
        }
    }

    List<WakuMessage> Take(Func<RelayTopics.Seen, bool> wanted)
    {
        var taken = new List<WakuMessage>();
        _messages.RemoveAll(message =>
        {
            if (!wanted(message))
                return false;
            _hashes.Remove(message.Hash);
            taken.Add(message.Message);
            return true;
        });
        return taken;
    }
}
