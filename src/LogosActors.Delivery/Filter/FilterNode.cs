using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Filter;

/// <summary>What is known of one service node that is to push messages.</summary>
/// <param name="peer">The node.</param>
internal sealed class FilterNode(PeerId peer)
{
    readonly Queue<TimeSpan> _asked = new();

    public PeerId Peer => peer;

    /// <summary>The shards that it is to serve.</summary>
    public HashSet<PubsubTopic> Shards { get; } = [];

    /// <summary>The content topics that it has confirmed, each with its shard and since when.</summary>
    public Dictionary<string, (PubsubTopic Shard, TimeSpan Since)> Confirmed { get; } = new(StringComparer.Ordinal);

    /// <summary>What it is still to be asked for, or to be asked for again.</summary>
    public Dictionary<string, PubsubTopic> ToSubscribe { get; } = new(StringComparer.Ordinal);

    /// <summary>What it is to push no longer.</summary>
    public Dictionary<string, PubsubTopic> ToUnsubscribe { get; } = new(StringComparer.Ordinal);

    /// <summary>The question that is not answered yet; one at a time, so that they come in order.</summary>
    public FilterQuestion? Open { get; set; }

    /// <summary>When it is pinged next.</summary>
    public TimeSpan NextPing { get; set; }

    /// <summary>Until when it is not asked.</summary>
    public TimeSpan NotBefore { get; set; }

    /// <summary>How many times in a row it was asked too much.</summary>
    public int Busy { get; set; }

    /// <summary>How many pings it has answered since it was last asked for all topics again.</summary>
    public int Pings { get; set; }

    /// <summary>When it last proved that it serves: an answer to a ping or subscription, or a push.</summary>
    public TimeSpan LastProof { get; set; }

    /// <summary>Whether something speaks against it, so that it does not count until it has proved itself.</summary>
    public bool IsDoubtful { get; set; }

    /// <summary>Whether it was seen not to push what others do: what it answers proves nothing until it pushes.</summary>
    public bool HasLied { get; set; }

    /// <summary>How many messages it has pushed since its last ping.</summary>
    public int Pushed { get; set; }

    /// <summary>How many messages of its topics others have pushed since then, and it has not.</summary>
    public int Lacked { get; set; }

    /// <summary>When it may be asked once more, within a number of questions in a minute.</summary>
    public TimeSpan NextQuestion(int perMinute, TimeSpan now)
    {
        while (_asked.TryPeek(out var oldest) && now - oldest >= TimeSpan.FromMinutes(1))
            _asked.Dequeue();
        var allowed = _asked.Count < perMinute ? now : _asked.Peek() + TimeSpan.FromMinutes(1);
        return allowed > NotBefore ? allowed : NotBefore;
    }

    /// <summary>It is asked.</summary>
    public void Asked(FilterQuestion question, TimeSpan now)
    {
        Open = question;
        _asked.Enqueue(now);
    }
}
