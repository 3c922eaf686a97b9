namespace LogosActors.Channels.Sds;

/// <summary>A received message that waits for what came before it.</summary>
internal sealed class HeldMessage(SdsMessage message, SdsDialect dialect)
{
    /// <summary>The message.</summary>
    public SdsMessage Message { get; } = message;

    /// <summary>How to find it in a store.</summary>
    public ReadOnlyMemory<byte> RetrievalHint { get; set; }

    /// <summary>What it was written in first.</summary>
    public SdsDialect Dialect { get; } = dialect;

    /// <summary>The dialects it was heard in.</summary>
    public SdsDialects Heard { get; set; } = dialect.Only();

    /// <summary>How many messages it waits for.</summary>
    public int Awaited { get; set; }
}

/// <summary>A message that others wait for: a missing one, or one that itself waits.</summary>
internal sealed class Dependency(HistoryEntry name) : Timed
{
    /// <summary>What is known of it.</summary>
    public HistoryEntry Name { get; set; } = name;

    /// <summary>Who waits for it; nobody, when only sync messages have named it.</summary>
    public List<HeldMessage> Waiting { get; } = [];

    /// <summary>Whose message has named it first; null: a sync message.</summary>
    public string? NamedBy { get; init; }

    /// <summary>Whether it has not come yet.</summary>
    public bool IsMissing { get; set; }

    /// <summary>Whether it was named when we had just joined, so that it is most likely from before.</summary>
    public bool IsFromBefore { get; set; }

    /// <summary>When it counts as lost, in Unix ms.</summary>
    public long LostAt { get; set; }

    /// <summary>When to look for it in a store, in Unix ms.</summary>
    public long RetrieveAt { get; set; }

    /// <summary>How often that was done.</summary>
    public int Retrievals { get; set; }
}

/// <summary>The received messages with unmet causal dependencies, found by what they wait for (SDS §Participant state).</summary>
/// <remarks>
/// A message that arrives costs as much as wait for it. No sender has more than a quarter of the room, so that nobody
/// takes it all; messages that need not wait take none. One that others wait for needs no place of its own among them: they keep theirs until it comes, and
/// when it is refused all of them wait for it to be sent again. <c>maxMissing</c> bounds how many those are.
/// </remarks>
internal sealed class IncomingBuffer(int maxCount, long maxSize, int maxMissing)
{
    public const int Share = 4;

    readonly Dictionary<string, HeldMessage> _held = new(StringComparer.Ordinal);
    readonly Dictionary<string, Dependency> _dependencies = new(StringComparer.Ordinal);
    readonly Dictionary<string, (int Count, long Size)> _senders = new(StringComparer.Ordinal);
    readonly Dictionary<string, int> _awaitedBySender = new(StringComparer.Ordinal);
    readonly Deadlines<Dependency> _deadlines = new();
    long _size;
    int _named;

    /// <summary>How many messages wait.</summary>
    public int Count => _held.Count;

    /// <summary>How many messages are waited for.</summary>
    public int Awaited => _dependencies.Count;

    /// <summary>When to see about a missing message next.</summary>
    public long Next => _deadlines.Next;

    /// <summary>The messages that wait, in no order.</summary>
    public IEnumerable<HeldMessage> Held => _held.Values;

    /// <summary>The messages that are missing, in no order.</summary>
    public IEnumerable<Dependency> Missing => _dependencies.Values.Where(dependency => dependency.IsMissing);

    /// <summary>The message with that id, if it waits.</summary>
    public HeldMessage? FindHeld(string id) => _held.GetValueOrDefault(id);

    /// <summary>What waits for the message with that id, and whether it is missing.</summary>
    public Dependency? FindDependency(string id) => _dependencies.GetValueOrDefault(id);

    /// <summary>Whether there is room for a message that waits for others, of which so many are not waited for yet.</summary>
    public bool HasRoom(SdsMessage message, int newlyAwaited)
    {
        var (count, size) = _senders.GetValueOrDefault(message.SenderId);
        var footprint = message.Footprint;
        return ((_held.Count < maxCount && count < maxCount / Share) || FindDependency(message.MessageId) is { NamedBy: not null })
            && _size + footprint <= maxSize && size + footprint <= maxSize / Share
            && _dependencies.Count + newlyAwaited <= maxMissing
            && _awaitedBySender.GetValueOrDefault(message.SenderId) + newlyAwaited <= maxMissing / Share;
    }

    /// <summary>Whether one more message may be looked for that only a sync message has named.</summary>
    public bool HasRoomForNamed => _named < maxMissing / Share;

    /// <summary>Lets a message wait for those that were awaited for it.</summary>
    public void Hold(HeldMessage held)
    {
        var message = held.Message;
        _held.Add(message.MessageId, held);
        var (count, size) = _senders.GetValueOrDefault(message.SenderId);
        _senders[message.SenderId] = (count + 1, size + message.Footprint);
        _size += message.Footprint;
        if (_dependencies.TryGetValue(message.MessageId, out var dependency))
            NoLongerMissing(dependency);
    }

    /// <summary>Takes a message out that has waited.</summary>
    public HeldMessage? Release(string id)
    {
        if (!_held.Remove(id, out var held))
            return null;
        var sender = held.Message.SenderId;
        var (count, size) = _senders[sender];
        if (count == 1)
            _senders.Remove(sender);
        else
            _senders[sender] = (count - 1, size - held.Message.Footprint);
        _size -= held.Message.Footprint;
        return held;
    }

    /// <summary>The dependency on a message; it is made when there is none yet.</summary>
    /// <param name="name">The message.</param>
    /// <param name="held">Who waits for it; null: a sync message names it.</param>
    public Dependency Await(HistoryEntry name, HeldMessage? held)
    {
        if (!_dependencies.TryGetValue(name.MessageId, out var dependency))
        {
            dependency = new Dependency(name) { IsMissing = !_held.ContainsKey(name.MessageId), NamedBy = held?.Message.SenderId };
            _dependencies.Add(name.MessageId, dependency);
            Charge(dependency, 1);
        }
        else if (!name.RetrievalHint.IsEmpty)
        {
            // The newest hint: an earlier one may have led nowhere.
            dependency.Name = name;
        }
        if (held is not null)
        {
            dependency.Waiting.Add(held);
            held.Awaited++;
        }
        return dependency;
    }

    /// <summary>Nobody waits for that message any more.</summary>
    public Dependency? Met(string id)
    {
        if (!_dependencies.Remove(id, out var dependency))
            return null;
        _deadlines.Remove(dependency);
        Charge(dependency, -1);
        return dependency;
    }

    /// <summary>Sets when to see about a missing message.</summary>
    public void Schedule(Dependency dependency, long due) => _deadlines.Set(dependency, due);

    /// <summary>A missing message to see about.</summary>
    public Dependency? TakeDue(long now) => _deadlines.TakeDue(now);

    void Charge(Dependency dependency, int change)
    {
        if (dependency.NamedBy is not { } sender)
            _named += change;
        else if (_awaitedBySender.GetValueOrDefault(sender) + change is var count and > 0)
            _awaitedBySender[sender] = count;
        else
            _awaitedBySender.Remove(sender);
    }

    void NoLongerMissing(Dependency dependency)
    {
        dependency.IsMissing = false;
        _deadlines.Remove(dependency);
    }
}
