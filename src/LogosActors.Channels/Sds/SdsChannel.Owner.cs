namespace LogosActors.Channels.Sds;

/// <summary>What its owner asks, who sends, stores and delivers.</summary>
internal sealed partial class SdsChannel
{
    /// <summary>Our messages that are neither acknowledged nor given up, in the order in which they were sent.</summary>
    public IReadOnlyList<SdsMessage> Outgoing => [.. _outgoing.All.Select(message => message.Message).Order(SdsMessage.AgreedOrder)];

    /// <summary>The received messages that wait for others, in the order in which they will be delivered.</summary>
    public IReadOnlyList<SdsMessage> WaitingMessages => [.. _incoming.Held.Select(held => held.Message).Order(SdsMessage.AgreedOrder)];

    /// <summary>A received message that waits for others; null: none of that id does.</summary>
    public SdsMessage? FindWaiting(string id) => _incoming.FindHeld(id)?.Message;

    /// <summary>Whether a message was delivered, or rebuilt, so that those that came after it need not wait for it.</summary>
    public bool HasPassed(string id) => _incoming.FindHeld(id) is null && IsKnown(id, ulong.MinValue);

    /// <summary>Whether a received message waits for nothing but some others.</summary>
    public bool WaitsOnlyFor(string id, IReadOnlySet<string> others) =>
        _incoming.FindHeld(id) is not { Message: { LamportTimestamp: { } lamport } message }
        || message.CausalHistory.All(name => others.Contains(name.MessageId) || IsMet(name, id, lamport));

    /// <summary>Whether so many more messages of that size together will be taken for sending.</summary>
    public bool HasRoom(int count, int size) => _outgoing.HasRoom(count, size);

    /// <summary>A message of ours is in the network: its time for acknowledgement begins, and it is known how to find it in a store.</summary>
    /// <param name="id">Which; ignored when it is not known.</param>
    /// <param name="hint">In the network of Logos Delivery the 32 bytes of its message hash.</param>
    /// <param name="now">In Unix ms.</param>
    public void Dispatched(string id, ReadOnlyMemory<byte> hint, long now)
    {
        Advance(now);
        if (_log.Find(id) is { Name.RetrievalHint.IsEmpty: true })
            SetRetrievalHint(id, hint);
        // It may have left the log: many that are held back were sent after it.
        if (!_outgoing.TryGet(id, out var message) || message.IsDispatched)
            return;
        (message.IsDispatched, message.SentAt) = (true, _now);
        if (!message.IsHeldBack)
            _outgoing.Schedule(message, _now + Ms(Timeout(message)));
    }
}
