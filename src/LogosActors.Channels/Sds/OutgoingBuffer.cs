using System.Diagnostics.CodeAnalysis;
using LogosActors.Channels.Sds.Bloom;

namespace LogosActors.Channels.Sds;

/// <summary>A message of ours that is not acknowledged yet.</summary>
internal sealed class OutgoingMessage(SdsMessage message, BloomKey key, bool isAmbiguous) : Timed
{
    /// <summary>The message.</summary>
    public SdsMessage Message { get; } = message;

    /// <summary>Its id, as bloom filters know it.</summary>
    public BloomKey Key { get; } = key;

    /// <summary>Whether a filter held its id before it was sent, so that no filter says anything about it.</summary>
    public bool IsAmbiguous { get; } = isAmbiguous;

    /// <summary>How often it was sent again.</summary>
    public int Retransmissions { get; set; }

    /// <summary>When its sender stops being patient with busy receivers, in Unix ms.</summary>
    public long PatientUntil { get; set; } = long.MaxValue;

    /// <summary>Whether it is not sent for now, as too much is in flight.</summary>
    public bool IsHeldBack { get; set; }

    /// <summary>Whether it has been in the network.</summary>
    public bool IsDispatched { get; set; }

    /// <summary>When its wait for acknowledgement began, in Unix ms.</summary>
    public long SentAt { get; set; }

    /// <summary>When it was sent for the last time, in Unix ms; null: it was not, or somebody who lacked it has had it again since.</summary>
    public long? SentLastAt { get; set; }

    /// <summary>How many filters have held it; more than 0: it is possibly acknowledged.</summary>
    public int Evidence { get; set; }

    /// <summary>How many messages were added before it, and how large those are together.</summary>
    internal (long Count, long Size) Before { get; set; }
}

/// <summary>The messages of ours that are not acknowledged yet (SDS §Participant state).</summary>
/// <remarks>
/// <para>A causal history is reviewed at O(1) a name, a filter at a few memory reads a message: most misses show at the first bit.</para>
/// <para>A receiver acknowledges what waits for an earlier message, too. So there are two bounds: on what is in flight, and, twice as large, on all from the
/// oldest message that may be lost to the newest that was sent. Without the second the receiver's buffer fills behind one lost message, and refuses the rest.
/// What a filter has held, and what no filter says anything about (one of a thousand), has most likely arrived, and does not count as lost.</para>
/// </remarks>
internal sealed class OutgoingBuffer(int maxCount, long maxSize, int maxInFlight, long maxInFlightSize)
{
    readonly Dictionary<string, OutgoingMessage> _messages = new(StringComparer.Ordinal);
    readonly Deadlines<OutgoingMessage> _deadlines = new();
    readonly Queue<OutgoingMessage> _heldBack = new();
    readonly Queue<(string Id, long Count, long Size)> _inOrder = new();
    HashSet<OutgoingMessage>? _inLastWait;
    long _size;
    (long Count, long Size) _added;
    int _inFlight;
    long _inFlightSize;

    /// <summary>How many there are.</summary>
    public int Count => _messages.Count;

    /// <summary>When the first is due to be sent again, or given up.</summary>
    public long Next => _deadlines.Next;

    /// <summary>All of them, in no order.</summary>
    public IEnumerable<OutgoingMessage> All => _messages.Values;

    /// <summary>Whether there is room for one more.</summary>
    public bool HasRoom(int size) => HasRoom(1, size);

    /// <summary>Whether there is room for so many more, of that size together.</summary>
    public bool HasRoom(int count, int size) => _messages.Count + count <= maxCount && _size + size <= maxSize;

    /// <summary>Whether a message is there.</summary>
    public bool TryGet(string id, [NotNullWhen(true)] out OutgoingMessage? message) => _messages.TryGetValue(id, out message);

    /// <summary>Adds a message, due at some time.</summary>
    public void Add(OutgoingMessage message, long due)
    {
        _messages.Add(message.Message.MessageId, message);
        _size += message.Message.Content.Length;
        message.Before = _added;
        _added = (_added.Count + 1, _added.Size + message.Message.Footprint);
        _inOrder.Enqueue((message.Message.MessageId, message.Before.Count, message.Before.Size));
        Launch(message);
        _deadlines.Set(message, due);
    }

    /// <summary>Holds a message back if more is in flight than may be, or others are held back before it. It is not due until it is sent.</summary>
    /// <returns>Whether it is held back.</returns>
    public bool TryHoldBack(OutgoingMessage message)
    {
        if (_heldBack.Count == 0 && (_inFlight == 1 || (_inFlight <= maxInFlight && _inFlightSize <= maxInFlightSize && IsNearOldest(message))))
            return false;
        message.IsHeldBack = true;
        Land(message);
        _heldBack.Enqueue(message);
        _deadlines.Remove(message);
        return true;
    }

    /// <summary>Holds back those of some messages, in their order, that find no room beside what is in flight.</summary>
    public void HoldBack(IReadOnlyList<OutgoingMessage> unsent)
    {
        foreach (var message in unsent)
            Land(message);
        foreach (var message in unsent)
        {
            Launch(message);
            TryHoldBack(message);
        }
    }

    /// <summary>Holds back again what was let go while nobody was there to hear it, as far as it is more than may be in flight: it would overrun those who
    /// are heard now.</summary>
    public void HoldBackAgain()
    {
        if (_inFlight > maxInFlight || _inFlightSize > maxInFlightSize)
            HoldBack([.. _messages.Values.Where(static message => !message.IsHeldBack).OrderBy(static message => message.Before.Count)]);
    }

    /// <summary>Lets the first message go that is held back, if there is room for it, or all the same.</summary>
    public bool TryLetGo(bool always, [NotNullWhen(true)] out OutgoingMessage? message)
    {
        while (_heldBack.TryPeek(out message))
        {
            // One that is gone was acknowledged before it was sent: it is from an earlier life.
            var isThere = _messages.TryGetValue(message.Message.MessageId, out var current) && ReferenceEquals(current, message);
            if (isThere && !always && _inFlight > 0 && (_inFlight >= maxInFlight || _inFlightSize + message.Message.Footprint > maxInFlightSize || !IsNearOldest(message)))
                return false;
            _heldBack.Dequeue();
            message.IsHeldBack = false;
            if (!isThere)
                continue;
            Launch(message);
            return true;
        }
        return false;
    }

    /// <summary>Changes when a message is due.</summary>
    public void Schedule(OutgoingMessage message, long due) => _deadlines.Set(message, due);

    /// <summary>A message was sent for the last time, unless others are acknowledged until it is due.</summary>
    public void ScheduleLast(OutgoingMessage message, long due)
    {
        _deadlines.Set(message, due);
        (_inLastWait ??= []).Add(message);
    }

    /// <summary>Those that were sent for the last time are due at some time at the latest: somebody is there to hear them.</summary>
    public void EndLastWait(long latest)
    {
        if (_inLastWait is null)
            return;
        foreach (var message in _inLastWait)
        {
            if (message.Due > latest)
                _deadlines.Set(message, latest);
        }
        _inLastWait = null;
    }

    /// <summary>A message that is due; it is not due again until it is scheduled.</summary>
    public OutgoingMessage? TakeDue(long now) => _deadlines.TakeDue(now);

    /// <summary>Takes a message out.</summary>
    public void Remove(string id)
    {
        if (!_messages.Remove(id, out var message))
            return;
        _size -= message.Message.Content.Length;
        if (!message.IsHeldBack)
            Land(message);
        _deadlines.Remove(message);
        _inLastWait?.Remove(message);
    }

    /// <summary>Adds the messages that a filter may hold to a list, and those that it does not hold to another.</summary>
    public void Find(BloomFilter filter, List<OutgoingMessage> found, List<OutgoingMessage> missing)
    {
        foreach (var message in _messages.Values)
        {
            if (!message.IsAmbiguous && (!message.IsHeldBack || message.IsDispatched))
                (filter.MayContain(message.Key) ? found : missing).Add(message);
        }
    }

    /// <summary>Whether a message is among those that may be sent while the oldest may be lost.</summary>
    bool IsNearOldest(OutgoingMessage message)
    {
        while (_inOrder.TryPeek(out var oldest))
        {
            if (_messages.TryGetValue(oldest.Id, out var first) && !first.IsAmbiguous && first.Evidence == 0)
                return message.Before.Count - oldest.Count < 2L * maxInFlight && message.Before.Size + message.Message.Footprint - oldest.Size <= 2 * maxInFlightSize;
            _inOrder.Dequeue();
        }
        return true;
    }

    void Launch(OutgoingMessage message)
    {
        _inFlight++;
        _inFlightSize += message.Message.Footprint;
    }

    void Land(OutgoingMessage message)
    {
        _inFlight--;
        _inFlightSize -= message.Message.Footprint;
    }
}
