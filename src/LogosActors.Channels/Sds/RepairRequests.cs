namespace LogosActors.Channels.Sds;

/// <summary>What we miss and will ask others for (SDS §SDS-R participant state: outgoing repair request buffer).</summary>
/// <remarks>
/// A request that is made, by us or by others, comes up again after about T_min for as long as the message is missing: answers are lost, too.
/// Bounded; of too many the newest is not asked for.
/// </remarks>
internal sealed class RepairRequests(string participant, long minDelay, long maxDelay)
{
    /// <summary>The most messages to ask for (js-waku <c>DEFAULT_REPAIR_CONFIG.bufferSize</c>).</summary>
    public const int MaxCount = 1000;

    /// <summary>The least time before a request is made again, in ms.</summary>
    const long MinRetry = 1000;

    readonly long _phase = (long)(RepairHash.Of(participant) >> 16);
    readonly Dictionary<string, Request> _requests = new(StringComparer.Ordinal);
    readonly Deadlines<Request> _deadlines = new();

    /// <summary>How many there are.</summary>
    public int Count => _requests.Count;

    /// <summary>When the first may be made, in Unix ms.</summary>
    public long Next => _deadlines.Next;

    /// <summary>A message is missing.</summary>
    /// <param name="name">Which.</param>
    /// <param name="until">When to stop asking for it, in Unix ms.</param>
    /// <param name="now">In Unix ms.</param>
    public void Add(HistoryEntry name, long until, long now)
    {
        if (_requests.Count >= MaxCount || _requests.ContainsKey(name.MessageId))
            return;
        var request = new Request(name, until);
        _requests.Add(name.MessageId, request);
        _deadlines.Set(request, now + RepairHash.RequestDelay(participant, name.MessageId, minDelay, maxDelay));
    }

    /// <summary>The message is not missing any more.</summary>
    public void Remove(string id)
    {
        if (_requests.Remove(id, out var request))
            _deadlines.Remove(request);
    }

    /// <summary>Somebody else has asked for it: their answer may do for us.</summary>
    public void AskedByOther(string id, long now)
    {
        if (_requests.TryGetValue(id, out var request))
            Again(request, now);
    }

    /// <summary>The requests to make now: those that are due for longest.</summary>
    public IReadOnlyList<HistoryEntry> Take(int most, long now)
    {
        if (_deadlines.Next > now)
            return [];
        var names = new List<HistoryEntry>(most);
        while (names.Count < most && _deadlines.TakeDue(now) is { } request)
        {
            if (request.Until <= now)
            {
                _requests.Remove(request.Name.MessageId);
                continue;
            }
            names.Add(request.Name);
            Again(request, now);
        }
        return names;
    }

    /// <summary>All come up again together, at moments of our own that are T_min apart: each sync message that asks for them costs a filter.</summary>
    void Again(Request request, long now)
    {
        var period = Math.Max(MinRetry, minDelay);
        var earliest = now + (period / 2);
        _deadlines.Set(request, earliest + period - 1 - ((earliest + period - 1 - (_phase % period)) % period));
    }

    sealed class Request(HistoryEntry name, long until) : Timed
    {
        public HistoryEntry Name { get; } = name;

        public long Until { get; } = until;
    }
}
