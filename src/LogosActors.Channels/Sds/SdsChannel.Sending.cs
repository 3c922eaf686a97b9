using LogosActors.Channels.Sds.Bloom;

namespace LogosActors.Channels.Sds;

internal sealed partial class SdsChannel
{
    /// <summary>How many messages that nobody has named a message names, beyond <see cref="SdsOptions.CausalHistorySize"/>: one for each participant
    /// who speaks at the same time, and the rest with the next.</summary>
    const int MaxUnnamedBySend = 20;

    /// <summary>How many later messages somebody must have, so that an earlier one counts as lost: as TCP's duplicate acknowledgements (RFC 5681 §3.2).</summary>
    const int FewLater = 3;

    string? _lastSent;

    /// <summary>When a message of ours was acknowledged last, or the channel was opened, in Unix ms.</summary>
    long _acknowledgedAt = long.MinValue;

    /// <summary>Whether a message was given up as nobody was heard, and none was acknowledged since.</summary>
    bool _isUnheard;

    /// <summary>Sends a message (SDS §Send Message).</summary>
    /// <param name="id">What it is called in the whole channel; never used before.</param>
    /// <param name="content">What it carries; not empty. Must not change any more.</param>
    /// <param name="now">In Unix ms.</param>
    /// <param name="after">What it is named to come after, beside what it does anyway: <see cref="Preceding"/> of a moment ago.</param>
    public SdsSendOutcome Send(string id, ReadOnlyMemory<byte> content, long now, IReadOnlyList<HistoryEntry>? after = null)
    {
        Advance(now);
        if (content.IsEmpty)
            return SdsSendOutcome.Empty;
        if (IsKnown(id, ulong.MinValue))
            return SdsSendOutcome.Duplicate;
        if (!_outgoing.HasRoom(content.Length))
            return SdsSendOutcome.Full;
        var message = new SdsMessage
        {
            SenderId = _participant,
            MessageId = id,
            ChannelId = _channel,
            LamportTimestamp = NextTime(),
            CausalHistory = NamedBySend(after ?? []),
            Content = content,
        };
        Record(new SdsEvent.Sent(message, Wall));
        if (!_outgoing.TryGet(id, out var outgoing) || !_outgoing.TryHoldBack(outgoing))
            Transmit(message, TransmitKind.New);
        LetGo();
        return SdsSendOutcome.Taken;
    }

    /// <summary>What the next message is going to be named to come after.</summary>
    public IReadOnlyList<HistoryEntry> Preceding => NamedBySend([]);

    /// <summary>Sends a message once, without any promise (SDS §Ephemeral Messages).</summary>
    /// <returns>False when it is empty.</returns>
    public bool SendEphemeral(string id, ReadOnlyMemory<byte> content, long now)
    {
        Advance(now);
        if (content.IsEmpty)
            return false;
        var message = new SdsMessage { SenderId = _participant, MessageId = id, ChannelId = _channel, Content = content };
        foreach (var dialect in Dialects(_bridge.Written(_now)))
            Emit(message, TransmitKind.Ephemeral, dialect);
        return true;
    }

    /// <summary>Whether a message of ours has not been sent, as too much is in flight.</summary>
    public bool IsHeldBack(string id) => _outgoing.TryGet(id, out var message) && message.IsHeldBack;

    /// <summary>A message of ours is held back by our side, for instance by the rate limit: its time for acknowledgement begins then. Each call
    /// moves the end of the message, so that its caller has to bound them; a restart forgets them.</summary>
    /// <param name="id">Which; ignored when it is not unacknowledged.</param>
    /// <param name="until">When it will go out, in Unix ms.</param>
    public void Postpone(string id, long until)
    {
        if (_outgoing.TryGet(id, out var message) && !message.IsHeldBack)
            _outgoing.Schedule(message, Math.Max(message.Due, until + Ms(Timeout(message))));
    }

    /// <summary>It is known how to find a message in a store, for those who will miss it. For our own once they are dispatched.</summary>
    /// <param name="id">Which; ignored when it is not known.</param>
    /// <param name="hint">In the network of Logos Delivery the 32 bytes of its message hash.</param>
    public void SetRetrievalHint(string id, ReadOnlyMemory<byte> hint)
    {
        var known = _log.Find(id)?.Name.RetrievalHint ?? _incoming.FindHeld(id)?.RetrievalHint;
        if (known is { } current && !hint.IsEmpty && !current.Span.SequenceEqual(hint.Span))
            Record(new SdsEvent.HintSet(id, hint));
    }

    /// <summary>What a message of ours comes after: the newest of the log, and what nobody has named yet. With what those name, and so on, it is all that we
    /// have; the newest alone need not be, when others speak at the same time, and then messages of one sender could overtake each other.</summary>
    IReadOnlyList<HistoryEntry> NamedBySend(IReadOnlyList<HistoryEntry> after)
    {
        var recent = _log.Recent(_options.CausalHistorySize);
        if (_unnamed.Count <= 1 && after.Count == 0)
            return recent;
        var named = new SortedSet<LogEntry>();
        foreach (var name in recent)
            named.Add(_log.Find(name)!);
        foreach (var entry in _unnamed.All.Take(MaxUnnamedBySend))
            named.Add(entry);
        if (_lastSent is { } last && _log.Find(last) is { } own)
            named.Add(own);
        foreach (var name in after)
        {
            if (_log.Find(name) is { } before)
                named.Add(before);
        }
        return [.. named.Select(entry => entry.Name)];
    }

    ulong NextTime() => Math.Max((ulong)Wall, _clock + 1);

    TimeSpan Timeout(OutgoingMessage message) => message.Evidence > 0 ? _options.PossiblyAcknowledgedTimeout : _options.AcknowledgementTimeout;

    void RetransmitDue()
    {
        while (_outgoing.TakeDue(_now) is { } message)
        {
            var id = message.Message.MessageId;
            if (message.Retransmissions >= _options.MaxRetransmissions && IsOutOfPatience(message))
            {
                _isUnheard |= IsNobodyHeard;
                Record(new SdsEvent.GaveUp(id));
                _effects.Enqueue(new SdsEffect(SdsEffectKind.GaveUp, MessageId: id));
                continue;
            }
            var isCounted = message.Retransmissions < _options.MaxRetransmissions;
            if (isCounted)
                Record(new SdsEvent.Retransmitted(id));
            var wait = Ms(Timeout(message));
            if (isCounted && message.Retransmissions == _options.MaxRetransmissions)
            {
                message.SentLastAt = _now;
                _outgoing.ScheduleLast(message, _now + Math.Max(wait, Ms(_options.LastTimeout)));
            }
            else
                _outgoing.Schedule(message, _now + wait);
            Counters.Retransmissions++;
            Transmit(message.Message, TransmitKind.Retransmission);
        }
    }

    /// <summary>Whether a message was sent often enough. While others of ours are acknowledged the receivers are there, and have not come to it yet.</summary>
    bool IsOutOfPatience(OutgoingMessage message)
    {
        if (message.PatientUntil == long.MaxValue)
            message.PatientUntil = _now + Ms(_options.MaxPatience);
        return _now >= message.PatientUntil || IsNobodyHeard;
    }

    bool IsNobodyHeard => _acknowledgedAt <= _now - Ms(_options.LastTimeout);

    /// <summary>Sends what was held back, as far as there is room in flight.</summary>
    void LetGo()
    {
        while (_outgoing.TryLetGo(_isUnheard, out var message))
        {
            message.SentAt = _now;
            _outgoing.Schedule(message, _now + Ms(_options.AcknowledgementTimeout));
            // While nobody was heard it may have gone out already.
            Counters.Retransmissions += message.IsDispatched ? 1 : 0;
            Transmit(message.Message, message.IsDispatched ? TransmitKind.Retransmission : TransmitKind.New);
        }
    }

    /// <summary>After a restart: what has gone out has its time for acknowledgement again, and of the rest no more goes out than may be in flight.</summary>
    void ResumeOutgoing()
    {
        // Those who were there before are given time to acknowledge, however often a message was sent in an earlier life.
        _acknowledgedAt = _now;
        List<OutgoingMessage> unsent = [];
        foreach (var message in _outgoing.All.OrderBy(static message => message.Message, SdsMessage.AgreedOrder))
        {
            message.SentAt = _now;
            _outgoing.Schedule(message, _now + Ms(_options.AcknowledgementTimeout));
            message.IsDispatched = _log.Find(message.Message.MessageId) is { Name.RetrievalHint.IsEmpty: false };
            if (!message.IsDispatched)
                unsent.Add(message);
        }
        _outgoing.HoldBack(unsent);
    }

    /// <summary>Sends a message of ours, with what we have and miss now.</summary>
    void Transmit(SdsMessage message, TransmitKind kind)
    {
        var hasFilter = kind is TransmitKind.Sync || _filterAt == long.MinValue || _now - _filterAt >= Ms(_options.FilterInterval);
        var requests = _options.Repair ? _requests.Take(_options.MaxRepairRequests, _now) : [];
        foreach (var dialect in Dialects(_bridge.Written(_now)))
        {
            var copy = hasFilter || requests.Count > 0
                ? message with { BloomFilter = hasFilter ? BloomIn(dialect).Snapshot() : null, RepairRequest = requests }
                : message;
            Emit(copy, kind, dialect);
        }
        if (!hasFilter)
        {
            _acknowledgements.Acknowledge(message.CausalHistory, by: null);
            return;
        }
        _filterAt = _now;
        _acknowledgements.AcknowledgeAll(Math.Max(1, FilterEvidence.Of(_bloom.Snapshot(), _options.BloomErrorRate)), _options.PossibleAcknowledgements, _now);
        SyncLater();
    }

    void Emit(SdsMessage message, TransmitKind kind, SdsDialect dialect) =>
        _effects.Enqueue(new SdsEffect(SdsEffectKind.Transmit, message, Transmit: kind, Dialect: dialect));

    static ReadOnlySpan<SdsDialect> Dialects(SdsDialects dialects) => dialects switch
    {
        SdsDialects.Both => [SdsDialect.Specification, SdsDialect.Nim],
        SdsDialects.Nim => [SdsDialect.Nim],
        SdsDialects.Specification => [SdsDialect.Specification],
        _ => [],
    };

    /// <summary>Ends what somebody else has (SDS §Review ACK Status).</summary>
    void ReviewAcknowledgements(SdsMessage message)
    {
        var (unacknowledged, wasUnheard) = (_outgoing.Count, _isUnheard);
        ReviewAll(message);
        if (wasUnheard && !_isUnheard)
            _outgoing.HoldBackAgain();
        if (_outgoing.Count < unacknowledged)
            LetGo();
    }

    void ReviewAll(SdsMessage message)
    {
        var names = message.CausalHistory;
        for (var i = 0; _outgoing.Count > 0 && i < names.Count; i++)
        {
            if ((names[i].SenderId is not { } sender || string.Equals(sender, _participant, StringComparison.Ordinal)) && _outgoing.TryGet(names[i].MessageId, out _))
                Acknowledge(names[i].MessageId);
        }
        _acknowledgements.Acknowledge(names, message.SenderId);
        if (message.BloomFilter is not { } filter)
            return;
        Compare(filter);
        if (_outgoing.Count == 0 && _acknowledgements.Count == 0)
            return;
        var evidence = FilterEvidence.Of(filter, _options.BloomErrorRate);
        if (evidence == 0)
        {
            Counters.OverfullFilters++;
            return;
        }
        _acknowledgements.Acknowledge(filter, message.SenderId, evidence, _options.PossibleAcknowledgements);
        if (_outgoing.Count == 0)
            return;
        var (found, missing) = (_found ??= [], _missing ??= []);
        _outgoing.Find(filter, found, missing);
        RetransmitMissing(found, missing);
        RetransmitLast(missing);
        foreach (var held in found)
            PossiblyAcknowledge(held, evidence);
        found.Clear();
        missing.Clear();
    }

    /// <summary>What somebody lacks who has several later messages of ours is most likely lost: it is sent again at once, a first time.</summary>
    void RetransmitMissing(List<OutgoingMessage> found, List<OutgoingMessage> missing)
    {
        // A filter seems to hold one in a thousand that it does not.
        var enough = FewLater + ((found.Count + missing.Count) / 200);
        if (missing.Count == 0 || found.Count < enough)
            return;
        found.Sort(static (x, y) => y.Before.Count.CompareTo(x.Before.Count));
        var before = found[enough - 1].Before.Count;
        // Those that were sent less than that ago may only have been overtaken.
        var sentUntil = _now - (Ms(_options.AcknowledgementTimeout) / 10);
        foreach (var message in missing)
        {
            var isWaiting = message is { Retransmissions: 0, Evidence: 0, IsHeldBack: false } && message.Due > _now && message.Due <= _now + Ms(_options.AcknowledgementTimeout);
            if (isWaiting && message.Before.Count < before && message.SentAt <= sentUntil)
                _outgoing.Schedule(message, _now);
        }
    }

    /// <summary>Who lacks what was sent for the last time was not there to hear it, most likely, and is now: it is sent once more, and has no more time than before.</summary>
    void RetransmitLast(List<OutgoingMessage> missing)
    {
        var sentUntil = _now - Ms(_options.AcknowledgementTimeout);
        List<OutgoingMessage>? again = null;
        foreach (var message in missing)
        {
            if (!message.IsHeldBack && message.SentLastAt <= sentUntil)
                (again ??= []).Add(message);
        }
        if (again is null)
            return;
        again.Sort(static (x, y) => x.Before.Count.CompareTo(y.Before.Count));
        foreach (var message in again)
        {
            message.SentLastAt = null;
            Counters.Retransmissions++;
            Transmit(message.Message, TransmitKind.Retransmission);
        }
    }

    void PossiblyAcknowledge(OutgoingMessage message, int evidence)
    {
        var wasUnacknowledged = message.Evidence == 0;
        message.Evidence += evidence;
        if (message.Evidence >= _options.PossibleAcknowledgements)
            Acknowledge(message.Message.MessageId);
        else if (wasUnacknowledged && !message.IsHeldBack)
            _outgoing.Schedule(message, Math.Max(_now, message.Due + Ms(_options.PossiblyAcknowledgedTimeout - _options.AcknowledgementTimeout)));
    }

    void Acknowledge(string id)
    {
        (_acknowledgedAt, _isUnheard) = (_now, false);
        _outgoing.EndLastWait(_now + Ms(_options.AcknowledgementTimeout));
        Record(new SdsEvent.Acknowledged(id));
        _effects.Enqueue(new SdsEffect(SdsEffectKind.Acknowledged, MessageId: id));
    }
}
