using System.Diagnostics;
using System.Runtime.InteropServices;
using Akka.Actor;
using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery.Receiving;

/// <summary>Messages that wait until their hashes are durable, in the order in which they came.</summary>
internal sealed class PendingDeliveries
{
    /// <summary>The most that wait for one topic; what comes beyond is not accepted, and stores are asked for it later.</summary>
    public const int Capacity = 10_000;

    readonly Queue<Entry> _entries = [];
    readonly HashSet<MessageHash> _durable = [];

    public bool IsEmpty => _entries.Count == 0;

    public bool IsFull => _entries.Count >= Capacity;

    /// <summary>What waits, the oldest first.</summary>
    public IEnumerable<Entry> Entries => _entries;

    /// <summary>Puts a message at the end.</summary>
    public void Add(in Entry entry) => _entries.Enqueue(entry);

    /// <summary>A hash is durable.</summary>
    public void Confirm(MessageHash hash) => _durable.Add(hash);

    /// <summary>Takes the next message whose hash is durable, if those before it are taken.</summary>
    public bool TryTake(out Entry entry)
    {
        if (_entries.TryPeek(out entry) && _durable.Remove(entry.Hash))
        {
            _entries.Dequeue();
            return true;
        }
        if (_entries.Count == 0)
            _durable.Clear();
        return false;
    }

    /// <summary>Takes the next message, durable or not.</summary>
    public bool TryTakeAny(out Entry entry)
    {
        if (!_entries.TryDequeue(out entry))
        {
            _durable.Clear();
            return false;
        }
        _durable.Remove(entry.Hash);
        return true;
    }

    /// <summary>A message that waits.</summary>
    /// <param name="Hash">The message's hash.</param>
    /// <param name="Time">Its time, in nanoseconds since 1970 UTC.</param>
    /// <param name="Message">What is delivered; null: nothing, for the node's own messages.</param>
    /// <param name="Giver">Who wants to know that the message is delivered; null: nobody.</param>
    /// <param name="Trace">The span of its receipt; null: it is not traced.</param>
    [StructLayout(LayoutKind.Auto)]
    public readonly record struct Entry(MessageHash Hash, long Time, WakuMessage? Message, IActorRef? Giver, Activity? Trace);
}
