using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace LogosActors.Delivery.Topics;

/// <summary>Reads content topics and finds their shards, and remembers them: who sends much sends on few topics. For any number of threads.</summary>
/// <param name="network">The network.</param>
internal sealed class TopicShards(Autosharding network)
{
    /// <summary>How many topics are remembered; then all are forgotten.</summary>
    const int MaxRemembered = 1024;

    readonly ConcurrentDictionary<string, (ContentTopic Topic, PubsubTopic Shard)> _known = new(StringComparer.Ordinal);

    /// <summary>Finds a topic and its shard, or what is wrong with it.</summary>
    public bool TryFind(
        string? text, [NotNullWhen(true)] out ContentTopic? topic, out PubsubTopic shard, [NotNullWhen(false)] out string? problem)
    {
        if (text is not null && _known.TryGetValue(text, out var known))
        {
            (topic, shard, problem) = (known.Topic, known.Shard, null);
            return true;
        }
        shard = default;
        if (!ContentTopic.TryParse(text, out topic, out problem) || !network.TryGetShard(topic, out shard, out problem))
            return false;
        if (_known.Count >= MaxRemembered)
            _known.Clear();
        _known[topic.Text] = (topic, shard);
        return true;
    }
}
