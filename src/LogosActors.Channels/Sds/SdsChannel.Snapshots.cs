using LogosActors.Channels.Sds.Bloom;

namespace LogosActors.Channels.Sds;

internal sealed partial class SdsChannel
{
    /// <summary>What the events so far have led to. Immutable, independent of what follows, and the same for the same state.</summary>
    public SdsSnapshot TakeSnapshot() => new()
    {
        JoinedAt = _joinedAt,
        JoinEnd = _joinEnd,
        Clock = _clock,
        Log = [.. _log.Entries.Select(entry => new SdsSnapshot.Entry(entry.Lamport, entry.Name, entry.Heard))],
        Unnamed = [.. _unnamed.All.Select(entry => entry.Id)],
        Kept = [.. _kept.All],
        Outgoing = [.. _outgoing.All.OrderBy(message => message.Message, SdsMessage.AgreedOrder).Select(message => new SdsSnapshot.Unacknowledged(message.Message, message.Retransmissions))],
        Incoming = [.. _incoming.Held.OrderBy(held => held.Message, SdsMessage.AgreedOrder).Select(held => new SdsSnapshot.Waiting(held.Message, held.RetrievalHint, held.Dialect))],
        Met = [.. _met.All],
        Old = _old.Pack(),
        OldHorizon = _old.Horizon,
    };

    /// <summary>Brings back what a snapshot holds. For one that has seen nothing yet, before <see cref="Apply"/> and <see cref="Begin"/>.</summary>
    public void Restore(SdsSnapshot snapshot)
    {
        (_joinedAt, _joinEnd, _clock) = (snapshot.JoinedAt, snapshot.JoinEnd, snapshot.Clock);
        _old.Restore(snapshot.OldHorizon, snapshot.Old.Span);
        foreach (var (id, reason) in snapshot.Met)
        {
            _met.Add(id, reason);
            if (reason is MetIds.Reason.Resolved)
                AddToBloom(BloomKey.Of(id));
        }
        foreach (var (lamport, name, heard) in snapshot.Log)
        {
            var key = BloomKey.Of(name.MessageId);
            _log.Add(new LogEntry(lamport, name, key) { Heard = heard });
            AddToBloom(key);
        }
        foreach (var id in snapshot.Unnamed)
        {
            if (_log.Find(id) is { } entry)
                _unnamed.Add(entry);
        }
        foreach (var message in snapshot.Kept)
            _kept.Keep(message);
        foreach (var (message, retransmissions) in snapshot.Outgoing)
        {
            var restored = new OutgoingMessage(message, BloomKey.Of(message.MessageId), isAmbiguous: false) { Retransmissions = retransmissions };
            _outgoing.Add(restored, long.MaxValue);
        }
        foreach (var (message, hint, dialect) in snapshot.Incoming)
        {
            AddToBloom(BloomKey.Of(message.MessageId));
            Hold(message, message.LamportTimestamp ?? 0, hint, dialect);
        }
    }
}
