namespace LogosActors.Channels.Sds;

/// <summary>Which dialects a channel speaks, and which messages have to be written again for those who read only the other.</summary>
/// <remarks>
/// A dialect is spoken while a message was heard in it, and not in the other one soon after: those who write both are no
/// evidence, else two of them would go on for ever. Nothing heard: the specification's. Both spoken: we write ours in both,
/// and what stays in one for <see cref="Patience"/> and some more we write in the other, once, with its id, sender and time. At most
/// <see cref="MaxPending"/> messages are watched at a time; the others are not written again, and their readers ask for repair.
/// </remarks>
internal sealed class DialectBridge(Random random)
{
    /// <summary>For how long a dialect is spoken after it was heard last, in ms.</summary>
    public const long Memory = 60 * 60 * 1000;

    /// <summary>The least wait for a message in the other dialect, in ms; the most is three times that.</summary>
    public const long Patience = 500;

    /// <summary>The most messages that are watched.</summary>
    public const int MaxPending = 1000;

    readonly Dictionary<string, Pending> _pending = new(StringComparer.Ordinal);
    readonly Deadlines<Pending> _deadlines = new();
    readonly long[] _spoken = [long.MinValue, long.MinValue];
    readonly int[] _counts = [0, 0];

    /// <summary>When to see about a message next, in Unix ms.</summary>
    public long Next => _deadlines.Next;

    /// <summary>A dialect was heard before a restart.</summary>
    public void HeardBefore(SdsDialects dialects, long now)
    {
        foreach (var dialect in (ReadOnlySpan<SdsDialect>)[SdsDialect.Specification, SdsDialect.Nim])
        {
            if (dialects.Has(dialect))
                _spoken[(int)dialect] = now;
        }
    }

    /// <summary>What our messages are written in.</summary>
    public SdsDialects Written(long now)
    {
        var spoken = SdsDialects.None;
        if (_counts[0] > 0 || IsSpoken(SdsDialect.Specification, now))
            spoken |= SdsDialects.Specification;
        if (_counts[1] > 0 || IsSpoken(SdsDialect.Nim, now))
            spoken |= SdsDialects.Nim;
        return spoken is SdsDialects.None ? SdsDialects.Specification : spoken;
    }

    /// <summary>A message was heard.</summary>
    public void Heard(string id, SdsDialect dialect, bool isNew, long now)
    {
        if (_pending.TryGetValue(id, out var pending))
        {
            if (pending.Dialect != dialect)
                Remove(pending);
        }
        else if (isNew && _pending.Count < MaxPending)
        {
            pending = new Pending(id, dialect);
            _pending.Add(id, pending);
            _counts[(int)dialect]++;
            _deadlines.Set(pending, now + Patience + random.NextInt64(2 * Patience));
        }
    }

    /// <summary>The next message that is to be written in a dialect that it was not heard in.</summary>
    public (string Id, SdsDialect Dialect)? TakeDue(long now)
    {
        while (_deadlines.TakeDue(now) is { } pending)
        {
            Remove(pending);
            _spoken[(int)pending.Dialect] = now;
            // One that has just spoken for the first time counts, too.
            var other = pending.Dialect.Other();
            if (_counts[(int)other] > 0 || IsSpoken(other, now))
                return (pending.Id, other);
        }
        return null;
    }

    bool IsSpoken(SdsDialect dialect, long now) => _spoken[(int)dialect] is var at && at != long.MinValue && now - at <= Memory;

    void Remove(Pending pending)
    {
        _pending.Remove(pending.Id);
        _counts[(int)pending.Dialect]--;
        _deadlines.Remove(pending);
    }

    sealed class Pending(string id, SdsDialect dialect) : Timed
    {
        public string Id { get; } = id;

        public SdsDialect Dialect { get; } = dialect;
    }
}
