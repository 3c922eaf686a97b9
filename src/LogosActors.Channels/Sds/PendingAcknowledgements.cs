using LogosActors.Channels.Sds.Bloom;

namespace LogosActors.Channels.Sds;

/// <summary>Received messages whose senders do not know yet that somebody has them.</summary>
/// <remarks>
/// A participant that only listens would acknowledge nothing before its next sync message, and senders would retransmit.
/// So it sends one after a short delay, unless another participant acknowledges first: one acknowledgement is enough for a sender. The delay is
/// drawn so that of many participants few send first (RFC 5401 §5.2.3, truncated exponential).
/// </remarks>
/// <param name="maxCount">A sync message is due at once when so many messages are in no acknowledgement.</param>
/// <param name="maxBytes">Likewise for their size.</param>
/// <param name="delay">The longest delay, in ms.</param>
/// <param name="random">Draws delays.</param>
internal sealed class PendingAcknowledgements(int maxCount, long maxBytes, long delay, Random random)
{
    /// <summary>The most participants that are counted.</summary>
    public const int MaxParticipants = 10_000;

    readonly Dictionary<string, Pending> _pending = new(StringComparer.Ordinal);
    readonly HashSet<string> _participants = new(StringComparer.Ordinal);
    readonly List<string> _covered = [];
    int _unacknowledged;
    long _unacknowledgedBytes;
    (double Lambda, double Most) _shape = Shape(1);

    /// <summary>When to send a sync message, in Unix ms.</summary>
    public long Due { get; private set; } = long.MaxValue;

    /// <summary>The number of messages.</summary>
    public int Count => _pending.Count;

    /// <summary>Counts a participant: the delay depends on how many there are.</summary>
    public void AddParticipant(string participant)
    {
        if (_participants.Count < MaxParticipants && _participants.Add(participant))
            _shape = Shape(_participants.Count);
    }

    /// <summary>Adds a received message.</summary>
    public void Add(string id, in BloomKey key, string sender, int size, long now)
    {
        if (_pending.Remove(id, out var before))
            Subtract(before);
        _pending.Add(id, new Pending(key, sender, size));
        _unacknowledged++;
        _unacknowledgedBytes += size;
        Due = _unacknowledged >= maxCount || _unacknowledgedBytes >= maxBytes ? now : Math.Min(Due, now + Delay());
    }

    /// <summary>Makes a sync message due after a delay, even if no message is pending.</summary>
    public void BecomeDue(long now) => Due = Math.Min(Due, now + Delay());

    /// <summary>A filter of ours has acknowledged all of it. Where one filter is not enough for the sender, another one is due after the delay: else the sender
    /// would retransmit.</summary>
    /// <param name="evidence">What the filter is worth.</param>
    /// <param name="enough">What senders ask for.</param>
    /// <param name="now">In Unix ms.</param>
    public void AcknowledgeAll(int evidence, int enough, long now)
    {
        _covered.Clear();
        foreach (var (id, pending) in _pending)
        {
            if (IsEnough(pending, evidence, enough))
                _covered.Add(id);
        }
        foreach (var id in _covered)
            Remove(id);
        Due = _pending.Count == 0 ? long.MaxValue : now + Delay();
    }

    /// <summary>A causal history has acknowledged messages: ours (<paramref name="by"/> is null), or another participant's, which does not count for its own
    /// messages.</summary>
    public void Acknowledge(IReadOnlyList<HistoryEntry> names, string? by)
    {
        if (_pending.Count == 0)
            return;
        for (var i = 0; i < names.Count; i++)
        {
            // The cheaper question first: most name their own.
            if (by is not null && string.Equals(names[i].SenderId, by, StringComparison.Ordinal))
                continue;
            if (_pending.TryGetValue(names[i].MessageId, out var pending) && !string.Equals(pending.Sender, by, StringComparison.Ordinal))
                Remove(names[i].MessageId);
        }
    }

    /// <summary>Another participant's filter has acknowledged messages.</summary>
    public void Acknowledge(BloomFilter filter, string by, int evidence, int enough)
    {
        _covered.Clear();
        foreach (var (id, pending) in _pending)
        {
            if (!string.Equals(pending.Sender, by, StringComparison.Ordinal) && filter.MayContain(pending.Key) && IsEnough(pending, evidence, enough))
                _covered.Add(id);
        }
        foreach (var id in _covered)
            Remove(id);
    }

    void Remove(string id)
    {
        if (_pending.Remove(id, out var pending))
            Subtract(pending);
        if (_pending.Count == 0)
            Due = long.MaxValue;
    }

    bool IsEnough(Pending pending, int evidence, int enough)
    {
        Subtract(pending);
        pending.Evidence += evidence;
        return pending.Evidence >= enough;
    }

    void Subtract(Pending pending)
    {
        if (pending.Evidence > 0)
            return;
        _unacknowledged--;
        _unacknowledgedBytes -= pending.Size;
    }

    long Delay()
    {
        var share = Math.Log((random.NextDouble() * _shape.Most) + 1) / _shape.Lambda;
        return Math.Max(1, (long)(delay * share));
    }

    static (double Lambda, double Most) Shape(int participants)
    {
        var lambda = Math.Log(participants) + 1;
        return (lambda, Math.Exp(lambda) - 1);
    }

    sealed class Pending(BloomKey key, string sender, int size)
    {
        public BloomKey Key { get; } = key;

        public string Sender { get; } = sender;

        public int Size { get; } = size;

        public int Evidence { get; set; }
    }
}
