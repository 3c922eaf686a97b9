using LogosActors.Channels.Sds.Bloom;

namespace LogosActors.Channels.Sds;

internal sealed partial class SdsChannel
{
    /// <summary>Brings back what an event has changed. For those that were stored, in their order, before <see cref="Begin"/>; events that
    /// could not have happened change nothing.</summary>
    public void Apply(SdsEvent change)
    {
        switch (change)
        {
            case SdsEvent.Joined joined: _joinedAt = joined.At; break;
            case SdsEvent.Sent sent: ApplySent(sent); break;
            case SdsEvent.Retransmitted again: ApplyRetransmitted(again.MessageId); break;
            case SdsEvent.Acknowledged acknowledged: ApplyEnded(acknowledged.MessageId); break;
            case SdsEvent.GaveUp gaveUp: ApplyEnded(gaveUp.MessageId); break;
            case SdsEvent.Accepted accepted: ApplyAccepted(accepted); break;
            case SdsEvent.Delivered delivered: ApplyDelivered(delivered.MessageId); break;
            case SdsEvent.Lost lost: ApplyLost(lost); break;
            case SdsEvent.Resolved resolved: ApplyResolved(resolved.MessageId); break;
            case SdsEvent.HintSet hint: ApplyHint(hint); break;
            default: break;
        }
    }

    void ApplySent(SdsEvent.Sent sent)
    {
        var (message, id) = (sent.Message, sent.Message.MessageId);
        if (message.LamportTimestamp is not { } lamport || _log.Find(id) is not null)
            return;
        var key = BloomKey.Of(id);
        var isAmbiguous = _bloom.MayContain(key) || _nimBloom?.MayContain(key) is true;
        AddToBloom(key);
        AddToLog(message, lamport, key, hint: default, SdsDialects.None);
        _lastSent = id;
        _outgoing.Add(new OutgoingMessage(message, key, isAmbiguous) { SentAt = _now }, (_isLive ? _now : sent.At) + Ms(_options.AcknowledgementTimeout));
    }

    /// <summary>A filter may be wrong: who misses the message after all can still ask for it.</summary>
    void ApplyEnded(string id)
    {
        if (_outgoing.TryGet(id, out var message))
            _kept.Keep(message.Message);
        _outgoing.Remove(id);
    }

    void ApplyRetransmitted(string id)
    {
        if (_outgoing.TryGet(id, out var message))
            message.Retransmissions++;
    }

    void ApplyAccepted(SdsEvent.Accepted accepted)
    {
        var (message, id) = (accepted.Message, accepted.Message.MessageId);
        if (message.LamportTimestamp is not { } lamport || _log.Find(id) is not null || _incoming.FindHeld(id) is not null)
            return;
        if (message.CausalHistory.Count > 0)
            _joinEnd ??= (_isLive ? _now : accepted.At) + Ms(_options.JoinTimeout);
        var key = BloomKey.Of(id);
        // Nor does its sender's filter say anything about it, most likely.
        var isAmbiguous = _bloom.MayContain(key);
        AddToBloom(key);
        if (_isLive)
            _acknowledgements.Add(id, key, message.SenderId, message.Footprint, _now);
        if (_isLive && isAmbiguous && accepted.IsDelivered)
            NameInNextSync(new HistoryEntry(id, accepted.RetrievalHint, message.SenderId));
        _requests.Remove(id);
        if (accepted.IsDelivered)
        {
            AddToLog(message, lamport, key, accepted.RetrievalHint, accepted.Dialect.Only());
            Meet(id);
            return;
        }
        Hold(message, lamport, accepted.RetrievalHint, accepted.Dialect);
    }

    void Hold(SdsMessage message, ulong lamport, ReadOnlyMemory<byte> hint, SdsDialect dialect)
    {
        var held = new HeldMessage(message, dialect) { RetrievalHint = hint };
        foreach (var name in message.CausalHistory)
        {
            if (!IsMet(name, message.MessageId, lamport))
                LookFor(_incoming.Await(name, held));
        }
        _incoming.Hold(held);
        if (_incoming.FindDependency(message.MessageId) is { } dependency)
            ReleaseImpossible(dependency, lamport);
        if (held.Awaited == 0)
            _ready.Enqueue(held, held);
    }

    /// <summary>Who waits for a message that turns out to be no older does not wait for it any more.</summary>
    void ReleaseImpossible(Dependency dependency, ulong lamport)
    {
        for (var i = dependency.Waiting.Count - 1; i >= 0; i--)
        {
            var held = dependency.Waiting[i];
            if (held.Message.LamportTimestamp > lamport)
                continue;
            dependency.Waiting.RemoveAt(i);
            Counters.ImpossibleDependencies++;
            WaitForOneLess(held);
        }
    }

    void ApplyDelivered(string id)
    {
        if (_incoming.Release(id) is not { Message.LamportTimestamp: { } lamport } held)
            return;
        AddToLog(held.Message, lamport, BloomKey.Of(id), held.RetrievalHint, held.Heard);
        Meet(id);
    }

    void ApplyLost(SdsEvent.Lost lost)
    {
        _met.Add(lost.MessageId, lost.IsFromBefore ? MetIds.Reason.FromBefore : MetIds.Reason.Lost);
        // What is taken to be from before may be recent after all: others are still asked for it.
        if (!lost.IsFromBefore)
            _requests.Remove(lost.MessageId);
        Meet(lost.MessageId);
    }

    void ApplyResolved(string id)
    {
        _met.Add(id, MetIds.Reason.Resolved);
        AddToBloom(BloomKey.Of(id));
        _requests.Remove(id);
        Meet(id);
    }

    void ApplyHint(SdsEvent.HintSet change)
    {
        if (_log.Find(change.MessageId) is { } entry)
            _log.SetHint(entry, change.RetrievalHint);
        else if (_incoming.FindHeld(change.MessageId) is { } held)
            held.RetrievalHint = change.RetrievalHint;
    }

    /// <summary>Nobody waits for a message any more.</summary>
    void Meet(string id)
    {
        if (_incoming.Met(id) is not { } dependency)
            return;
        foreach (var held in dependency.Waiting)
            WaitForOneLess(held);
    }

    void WaitForOneLess(HeldMessage held)
    {
        if (--held.Awaited == 0)
            _ready.Enqueue(held, held);
    }

    void AddToBloom(in BloomKey key)
    {
        _bloom.Add(key);
        _nimBloom?.Add(key);
    }

    void AddToLog(SdsMessage message, ulong lamport, in BloomKey key, ReadOnlyMemory<byte> hint, SdsDialects heard)
    {
        _clock = Math.Max(_clock, lamport);
        var entry = new LogEntry(lamport, new HistoryEntry(message.MessageId, hint, _options.Repair ? message.SenderId : null), key) { Heard = heard, At = _now };
        _unnamed.Named(message.CausalHistory);
        _unnamed.Add(entry);
        // Also those that others answer for: somebody may come who does not read their dialect.
        if (!string.Equals(message.SenderId, _participant, StringComparison.Ordinal))
            _kept.Keep(message);
        if (_log.Add(entry) is not { } oldest)
            return;
        _unnamed.Remove(oldest);
        _old.Add(oldest.Id, oldest.Lamport);
    }
}
