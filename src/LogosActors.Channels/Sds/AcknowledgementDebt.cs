using LogosActors.Channels.Sds.Bloom;

namespace LogosActors.Channels.Sds;

/// <summary>What we have received and have not told anybody that we have.</summary>
/// <remarks>
/// A participant that only listens would acknowledge nothing before its next sync message, and senders would send again.
/// So it says what it has after a short delay, unless it hears another do it: one word is enough for the sender. The delay is
/// drawn so that of many participants few speak first (RFC 5401 §5.2.3, truncated exponential).
/// </remarks>
internal sealed class AcknowledgementDebt(int mostOwed, long mostOwedBytes, long delay, Random random)
{
    /// <summary>The most participants that are told apart.</summary>
    public const int MaxParticipants = 10_000;

    readonly Dictionary<string, Owed> _owed = new(StringComparer.Ordinal);
    readonly HashSet<string> _participants = new(StringComparer.Ordinal);
    readonly List<string> _covered = [];
    int _untold;
    long _untoldBytes;
    (double Lambda, double Most) _shape = Shape(1);

    /// <summary>When to say what we have, in Unix ms.</summary>
    public long Due { get; private set; } = long.MaxValue;

    /// <summary>How many messages it is about.</summary>
    public int Count => _owed.Count;

    /// <summary>Somebody is there.</summary>
    public void Met(string participant)
    {
        if (_participants.Count < MaxParticipants && _participants.Add(participant))
            _shape = Shape(_participants.Count);
    }

    /// <summary>A message was received. When too many have not been told at all it is time at once.</summary>
    public void Owe(string id, in BloomKey key, string sender, int size, long now)
    {
        if (_owed.Remove(id, out var before))
            Subtract(before);
        _owed.Add(id, new Owed(key, sender, size));
        _untold++;
        _untoldBytes += size;
        Due = _untold >= mostOwed || _untoldBytes >= mostOwedBytes ? now : Math.Min(Due, now + Delay());
    }

    /// <summary>Says something soon, whatever there is.</summary>
    public void OweSomething(long now) => Due = Math.Min(Due, now + Delay());

    /// <summary>A filter of ours tells all of it. What senders do not believe one filter is told once more, after the short delay: else they would send it
    /// again to learn of it.</summary>
    public void ToldByFilter(int evidence, int enough, long now)
    {
        _covered.Clear();
        foreach (var (id, owed) in _owed)
        {
            if (IsEnough(owed, evidence, enough))
                _covered.Add(id);
        }
        foreach (var id in _covered)
            Remove(id);
        Due = _owed.Count == 0 ? long.MaxValue : now + Delay();
    }

    /// <summary>Those are told, by us (<paramref name="teller"/> is null) or by somebody else, whose word on its own messages does not count.</summary>
    public void Told(IReadOnlyList<HistoryEntry> names, string? teller)
    {
        if (_owed.Count == 0)
            return;
        for (var i = 0; i < names.Count; i++)
        {
            // The cheaper question first: most name their own.
            if (teller is not null && string.Equals(names[i].SenderId, teller, StringComparison.Ordinal))
                continue;
            if (_owed.TryGetValue(names[i].MessageId, out var owed) && !string.Equals(owed.Sender, teller, StringComparison.Ordinal))
                Remove(names[i].MessageId);
        }
    }

    /// <summary>Somebody's filter tells what they have: enough of it, once the senders believe it.</summary>
    public void Told(BloomFilter filter, string teller, int evidence, int enough)
    {
        _covered.Clear();
        foreach (var (id, owed) in _owed)
        {
            if (!string.Equals(owed.Sender, teller, StringComparison.Ordinal) && filter.MayContain(owed.Key) && IsEnough(owed, evidence, enough))
                _covered.Add(id);
        }
        foreach (var id in _covered)
            Remove(id);
    }

    void Remove(string id)
    {
        if (_owed.Remove(id, out var owed))
            Subtract(owed);
        if (_owed.Count == 0)
            Due = long.MaxValue;
    }

    bool IsEnough(Owed owed, int evidence, int enough)
    {
        Subtract(owed);
        owed.Evidence += evidence;
        return owed.Evidence >= enough;
    }

    void Subtract(Owed owed)
    {
        if (owed.Evidence > 0)
            return;
        _untold--;
        _untoldBytes -= owed.Size;
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

    sealed class Owed(BloomKey key, string sender, int size)
    {
        public BloomKey Key { get; } = key;

        public string Sender { get; } = sender;

        public int Size { get; } = size;

        public int Evidence { get; set; }
    }
}
