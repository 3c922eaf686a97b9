using LogosActors.Channels.Sds.Bloom;

namespace LogosActors.Channels.Sds;

internal sealed partial class SdsChannel
{
    /// <summary>A message has come, from whatever source (SDS §Receive Message).</summary>
    /// <param name="message">The message; its sizes are the reader's to bound. Must not change any more.</param>
    /// <param name="dialect">What it was written in.</param>
    /// <param name="hint">How to find it in a store; empty: not known.</param>
    /// <param name="now">In Unix ms.</param>
    public SdsReceiveOutcome Receive(SdsMessage message, SdsDialect dialect, ReadOnlyMemory<byte> hint, long now)
    {
        Advance(now);
        return Counters.Count(Refuse(message) ?? Take(message, dialect, hint));
    }

    /// <summary>What a missing message carries was rebuilt from others: it is not waited for, and not delivered any more.</summary>
    public void Resolved(string id, long now)
    {
        Advance(now);
        if (IsKnown(id, ulong.MinValue))
            return;
        Record(new SdsEvent.Resolved(id));
        DeliverReady();
    }

    SdsReceiveOutcome? Refuse(SdsMessage message)
    {
        if (!string.Equals(message.ChannelId, _channel, StringComparison.Ordinal))
            return SdsReceiveOutcome.ForeignChannel;
        if (message.LamportTimestamp is null ? message.Content.IsEmpty : message.MessageId.Length == 0 && !message.IsSync)
            return SdsReceiveOutcome.Malformed;
        if (string.Equals(message.SenderId, _participant, StringComparison.Ordinal))
        {
            // From an earlier life that has left no memory.
            if (!message.IsEphemeral)
                StopWaitingFor(message.MessageId);
            return SdsReceiveOutcome.Own;
        }
        if (message.LamportTimestamp > (ulong)(Wall + Ms(_options.MaxLamportLead)))
            return SdsReceiveOutcome.TooFarAhead;
        if (message.CausalHistory.Count > SdsOptions.MaxCausalHistorySize || message.RepairRequest.Count > SdsOptions.MaxCausalHistorySize)
            return SdsReceiveOutcome.TooManyNamed;
        return null;
    }

    SdsReceiveOutcome Take(SdsMessage message, SdsDialect dialect, ReadOnlyMemory<byte> hint)
    {
        if (message.LamportTimestamp is not { } lamport)
            return TakeEphemeral(message);
        var isKnown = !message.IsSync && IsKnown(message.MessageId, lamport);
        _acknowledgements.AddParticipant(message.SenderId);
        _bridge.Heard(message.MessageId, dialect, isNew: !isKnown, _now);
        ReviewAcknowledgements(message);
        var isRepair = !message.IsSync && _responses.SentByOther(message.MessageId, dialect);
        TakeRepairRequests(message, dialect);
        if (isKnown)
            return TakeDuplicate(message, dialect, hint, isRepair);
        SyncLater();
        if (message.IsSync)
            return TakeSync(message, lamport);
        if (lamport <= _old.Horizon || IsFromBefore(message.MessageId, lamport))
        {
            StopWaitingFor(message.MessageId);
            return SdsReceiveOutcome.TooOld;
        }
        return TakeContent(message, lamport, dialect, hint);
    }

    SdsReceiveOutcome TakeEphemeral(SdsMessage message)
    {
        if (message.MessageId.Length > 0 && !_ephemeral.Add(message.MessageId))
            return SdsReceiveOutcome.Duplicate;
        _effects.Enqueue(new SdsEffect(SdsEffectKind.Deliver, message));
        return SdsReceiveOutcome.Delivered;
    }

    SdsReceiveOutcome TakeDuplicate(SdsMessage message, SdsDialect dialect, ReadOnlyMemory<byte> hint, bool isRepair)
    {
        var entry = _log.Find(message.MessageId);
        var held = _incoming.FindHeld(message.MessageId);
        var heard = entry?.Heard ?? held?.Heard ?? SdsDialects.None;
        if (entry is not null)
            entry.Heard |= dialect.Only();
        if (held is not null)
            held.Heard |= dialect.Only();
        if ((entry?.Name.RetrievalHint ?? held?.RetrievalHint) is { IsEmpty: true })
            SetRetrievalHint(message.MessageId, hint);
        // Its sender has not heard that it has arrived; in the other dialect it is only the other copy.
        if (!isRepair && (heard is SdsDialects.None || heard.Has(dialect)))
        {
            AcknowledgeAgain(message);
            if (held is null)
                NameInNextSync(entry?.Name ?? new HistoryEntry(message.MessageId, hint, message.SenderId));
        }
        SyncIfOverdue();
        return SdsReceiveOutcome.Duplicate;
    }

    void AcknowledgeAgain(SdsMessage message)
    {
        var key = BloomKey.Of(message.MessageId);
        if (!_bloom.MayContain(key))
            AddToBloom(key);
        _acknowledgements.Add(message.MessageId, key, message.SenderId, message.Footprint, _now);
    }

    /// <summary>A filter cannot acknowledge what it seemed to hold before it was sent; its name does.</summary>
    void NameInNextSync(HistoryEntry name)
    {
        if (_doubted.Count < DoubtedBySync && !_doubted.Exists(doubted => string.Equals(doubted.MessageId, name.MessageId, StringComparison.Ordinal)))
            _doubted.Add(name);
    }

    SdsReceiveOutcome TakeSync(SdsMessage message, ulong lamport)
    {
        var names = message.CausalHistory;
        if (names.Count > 0)
            _joinEnd ??= _now + Ms(_options.JoinTimeout);
        for (var i = 0; i < names.Count; i++)
        {
            if (!IsMet(names[i], message.MessageId, lamport) && _incoming.HasRoomForNamed)
                LookFor(_incoming.Await(names[i], held: null));
        }
        return SdsReceiveOutcome.Sync;
    }

    SdsReceiveOutcome TakeContent(SdsMessage message, ulong lamport, SdsDialect dialect, ReadOnlyMemory<byte> hint)
    {
        var (awaited, newlyAwaited) = (0, 0);
        var names = message.CausalHistory;
        for (var i = 0; i < names.Count; i++)
        {
            if (IsMet(names[i], message.MessageId, lamport))
                continue;
            awaited++;
            newlyAwaited += _incoming.FindDependency(names[i].MessageId) is null ? 1 : 0;
        }
        // What others wait for is decided first: else it would keep their room for ever.
        if ((awaited > 0 && !_incoming.HasRoom(message, newlyAwaited)) || (_incoming.FindDependency(message.MessageId) is null && !Admits(message)))
        {
            // It will be sent again: others have to be asked for what does not come.
            _requests.AskedByOther(message.MessageId, _now);
            return SdsReceiveOutcome.OverQuota;
        }
        // The content is a part of what came, of which the filter is most: what is kept must not keep that.
        var stored = message.BloomFilter is null && message.RepairRequest.Count == 0
            ? message
            : message with { BloomFilter = null, RepairRequest = [], Content = message.Content.ToArray() };
        Record(new SdsEvent.Accepted(stored, hint, dialect, IsDelivered: awaited == 0, Wall));
        _effects.Enqueue(new SdsEffect(SdsEffectKind.Accepted, stored));
        if (awaited == 0)
            _effects.Enqueue(new SdsEffect(SdsEffectKind.Deliver, stored));
        DeliverReady();
        SyncIfOverdue();
        return awaited == 0 ? SdsReceiveOutcome.Delivered : SdsReceiveOutcome.Waiting;
    }

    /// <summary>Whether a message was sent, delivered or rebuilt, or waits.</summary>
    bool IsKnown(string id, ulong lamport) =>
        _log.Find(id) is not null || _incoming.FindHeld(id) is not null || _met[id] is MetIds.Reason.Resolved || _old.Contains(id, lamport);

    /// <summary>Whether a message need not be waited for by another, that is of a certain time.</summary>
    bool IsMet(HistoryEntry name, string id, ulong lamport)
    {
        if (_log.Find(name) is not null)
            return true;
        // What comes before has an earlier time: two that each name the other would wait for ever.
        if (string.Equals(name.MessageId, id, StringComparison.Ordinal)
            || (_incoming.FindHeld(name.MessageId) is { } held && held.Message.LamportTimestamp >= lamport))
        {
            Counters.ImpossibleDependencies++;
            return true;
        }
        // Nobody misses what they have sent; they may have forgotten it.
        return string.Equals(name.SenderId, _participant, StringComparison.Ordinal)
            || _met[name.MessageId] is not MetIds.Reason.None
            || _old.Contains(name.MessageId)
            || (IsBeforeJoining(lamport) && _incoming.FindHeld(name.MessageId) is null);
    }

    bool IsFromBefore(string id, ulong lamport) => _met[id] is MetIds.Reason.FromBefore && IsBeforeJoining(lamport);

    /// <summary>Whether a time is before we joined. A clock of nim-sds counts seconds, until it has heard one of ms.</summary>
    bool IsBeforeJoining(ulong lamport)
    {
        const ulong LargestOfSeconds = 100_000_000_000;
        var ms = lamport < LargestOfSeconds ? lamport * 1000 : lamport;
        return _joinedAt is { } joinedAt && ms < (ulong)Math.Max(0, joinedAt);
    }

    void StopWaitingFor(string id)
    {
        _requests.Remove(id);
        if (_incoming.FindDependency(id) is not { IsMissing: true })
            return;
        Record(new SdsEvent.Lost(id, IsFromBefore: true));
        DeliverReady();
    }

    void DeliverReady()
    {
        while (_ready.TryDequeue(out var held, out _))
        {
            if (!ReferenceEquals(_incoming.FindHeld(held.Message.MessageId), held))
                continue;
            Record(new SdsEvent.Delivered(held.Message.MessageId));
            _effects.Enqueue(new SdsEffect(SdsEffectKind.Deliver, held.Message));
        }
    }

    /// <summary>A message is missing: when to look for it, and for how long. After a restart <see cref="Begin"/> does it.</summary>
    void LookFor(Dependency dependency)
    {
        if (!_isLive || !dependency.IsMissing || dependency.Due != long.MaxValue)
            return;
        dependency.IsFromBefore = _now <= _joinEnd;
        var timeout = Ms(_options.DependencyTimeout);
        dependency.LostAt = _now + (dependency.IsFromBefore ? Math.Min(timeout, Ms(_options.JoinTimeout)) : timeout);
        dependency.RetrieveAt = _now + Ms(_options.RetrievalDelay);
        Schedule(dependency);
        if (_options.Repair)
            _requests.Add(dependency.Name, _now + timeout, _now);
    }

    void Schedule(Dependency dependency) =>
        _incoming.Schedule(dependency, Math.Min(dependency.LostAt, dependency.Name.RetrievalHint.IsEmpty ? long.MaxValue : dependency.RetrieveAt));

    /// <summary>Looks for what is missing in stores, and gives up what has not come in time (SDS §Periodic Incoming Buffer Sweep).</summary>
    void SeeAboutMissing()
    {
        while (_incoming.TakeDue(_now) is { } dependency)
        {
            var id = dependency.Name.MessageId;
            if (dependency.LostAt <= _now)
            {
                Record(new SdsEvent.Lost(id, dependency.IsFromBefore));
                if (!dependency.IsFromBefore)
                    _effects.Enqueue(new SdsEffect(SdsEffectKind.Lost, MessageId: id));
                DeliverReady();
                continue;
            }
            _effects.Enqueue(new SdsEffect(SdsEffectKind.Retrieve, MessageId: id, RetrievalHint: dependency.Name.RetrievalHint));
            dependency.RetrieveAt = _now + RetrievalWait(++dependency.Retrievals);
            Schedule(dependency);
        }
    }

    /// <summary>Doubles from <see cref="SdsOptions.RetrievalDelay"/>, at least a second, up to a minute.</summary>
    long RetrievalWait(int retrievals) => Math.Min(60_000, Math.Max(1000, Ms(_options.RetrievalDelay)) << Math.Min(retrievals, 6));
}
