using System.Globalization;
using System.Runtime.InteropServices;
using LogosActors.Channels.Sds.Bloom;

namespace LogosActors.Channels.Sds;

internal sealed partial class SdsChannel
{
    /// <summary>How many messages a sync message names that no message names, beyond <see cref="SdsOptions.CausalHistorySize"/>.</summary>
    const int UnnamedBySync = 10;

    /// <summary>How many messages a sync message names that somebody lacks: who misses many in a row would else find each only after
    /// the one that names it.</summary>
    const int LackedBySync = 10;

    /// <summary>How many messages a sync message names that were sent to us again: their sender has not understood that we have them.</summary>
    /// <remarks>A thousandth of all messages, and more when a burst was dropped and is sent again: as many as make a sync message twice as long.</remarks>
    const int DoubtedBySync = 100;

    /// <summary>How many of the newest messages are compared with others' filters: fewer than any filter forgets.</summary>
    const int MaxCompared = 200;

    /// <summary>How often that is done at most, in ms.</summary>
    const long CompareInterval = 100;

    long NextSync
    {
        get
        {
            var next = Math.Min(_acknowledgements.Due, _log.Count > 0 ? _syncDue : long.MaxValue);
            return _options.Repair ? Math.Min(next, Math.Max(_requests.Next, _repairSyncFrom)) : next;
        }
    }

    /// <summary>Somebody has spoken: the channel needs no sync message for a while (SDS §Periodic Sync Message).</summary>
    void SyncLater()
    {
        var interval = Ms(_options.SyncInterval);
        _syncDue = _now + interval + (long)(interval * _options.SyncJitter * ((2 * _random.NextDouble()) - 1));
        _syncDue = Math.Max(_syncDue, _now + 1);
    }

    /// <summary>So many messages are unacknowledged that senders wait, or that filters may roll over.</summary>
    void SyncIfOverdue()
    {
        if (_acknowledgements.Due <= _now)
            Sync();
    }

    void SyncIfDue()
    {
        if (NextSync <= _now)
            Sync();
    }

    void Sync()
    {
        _repairSyncFrom = _now + Ms(_options.RepairSweepInterval);
        _clock = NextTime();
        Counters.Syncs++;
        Transmit(
            new SdsMessage
            {
                SenderId = _participant,
                MessageId = string.Create(CultureInfo.InvariantCulture, $"sync-{_random.NextInt64():x16}"),
                ChannelId = _channel,
                LamportTimestamp = _clock,
                CausalHistory = NamedBySync(),
            },
            TransmitKind.Sync);
    }

    /// <summary>The newest messages, as in any message, some that no message names and some that somebody lacks, oldest first.</summary>
    IReadOnlyList<HistoryEntry> NamedBySync()
    {
        var recent = _log.Recent(_options.CausalHistorySize);
        var named = new HashSet<LogEntry>();
        _unnamed.TakeTurns(UnnamedBySync, named);
        if (_lacked.Count > LackedBySync)
            _random.Shuffle(CollectionsMarshal.AsSpan(_lacked));
        named.UnionWith(_lacked.Take(LackedBySync).Where(entry => ReferenceEquals(_log.Find(entry.Id), entry)));
        _lacked.Clear();
        // Those that have left the log are older than all that it has.
        var old = _doubted.FindAll(name => _log.Find(name) is null);
        named.UnionWith(_doubted.Select(_log.Find).OfType<LogEntry>());
        _doubted.Clear();
        if (named.Count == 0 && old.Count == 0)
            return recent;
        named.UnionWith(recent.Select(name => _log.Find(name.MessageId)!));
        return [.. old, .. named.Order().Select(entry => entry.Name)];
    }

    /// <summary>Sees which messages somebody lacks, so that the next sync message names them.</summary>
    void Compare(BloomFilter filter)
    {
        if (_now < _compareFrom)
            return;
        _compareFrom = _now + CompareInterval;
        _compared.Clear();
        _log.FindLacked(filter, Math.Min(MaxCompared, filter.Parameters.Capacity / 2), _now - Ms(_options.AcknowledgementTimeout), _compared);
        // One that lacks nothing does not make us forget one that does.
        if (_compared.Count > 0)
            (_lacked, _compared) = (_compared, _lacked);
    }

    void TakeRepairRequests(SdsMessage message, SdsDialect dialect)
    {
        var names = message.RepairRequest;
        if (!_options.Repair || names.Count == 0)
            return;
        for (var i = 0; i < names.Count; i++)
        {
            var id = names[i].MessageId;
            _requests.AskedByOther(id, _now);
            if (ResponseDelay(id, dialect) is { } delay)
                _responses.Add(id, dialect, _now + delay);
        }
        if (message.BloomFilter is { } filter && _now >= _repairBeforeFrom)
            RepairBefore(names, filter, dialect);
    }

    /// <summary>Who asks for a message lacks, as a rule, what came before it, too, and does not know of it: who lacks many in a row would ask for one after the
    /// other. So ours that the asker's filter does not hold are sent again as well, those first that wait for nothing.</summary>
    /// <remarks>What is unacknowledged is sent again anyway.</remarks>
    void RepairBefore(IReadOnlyList<HistoryEntry> names, BloomFilter filter, SdsDialect dialect)
    {
        var (seen, open, lacked) = (new HashSet<string>(StringComparer.Ordinal), new Stack<SdsMessage>(), new List<SdsMessage>());
        Follow(names);
        while (open.TryPop(out var next))
            Follow(next.CausalHistory);
        if (lacked.Count == 0)
            return;
        _repairBeforeFrom = _now + Ms(_options.AcknowledgementTimeout);
        lacked.Sort(SdsMessage.AgreedOrder);
        var size = 0L;
        foreach (var message in lacked.Take(_options.MaxInFlight))
        {
            size += message.Footprint;
            if (size > _options.MaxInFlightSize.Bytes)
                return;
            _responses.Add(message.MessageId, dialect, _now);
        }

        void Follow(IReadOnlyList<HistoryEntry> named)
        {
            for (var i = 0; i < named.Count; i++)
            {
                var id = named[i].MessageId;
                if (seen.Contains(id) || MessageOf(id) is not { } message || filter.MayContain(BloomKey.Of(id)))
                    continue;
                seen.Add(id);
                open.Push(message);
                if (string.Equals(message.SenderId, _participant, StringComparison.Ordinal) && !_outgoing.TryGet(id, out _))
                    lacked.Add(message);
            }
        }
    }

    /// <summary>How long to wait before a message is sent again, in ms; null: it is not kept, or others will do it.</summary>
    long? ResponseDelay(string id, SdsDialect dialect)
    {
        // Nobody but us is sure to have it.
        if (_outgoing.TryGet(id, out _))
            return 0;
        if (!_kept.TryGet(id, out var message))
            return null;
        var delay = RepairHash.ResponseDelay(_participant, message.SenderId, id, Ms(_options.RepairMaxDelay));
        // Who has sent it cannot answer in a dialect that it does not write; few can.
        if (_log.Find(id) is { Heard: not SdsDialects.None and var heard } && !heard.Has(dialect))
            return delay % Ms(_options.RepairSweepInterval);
        // Nor may the others of a response group, where both dialects are spoken.
        return _bridge.Written(_now) is SdsDialects.Both || RepairHash.IsResponder(_participant, message.SenderId, id, _options.ResponseGroups) ? delay : null;
    }

    /// <summary>A message that can be sent again for others; null: it is not kept any more.</summary>
    SdsMessage? MessageOf(string id) => _outgoing.TryGet(id, out var outgoing) ? outgoing.Message : _kept.TryGet(id, out var kept) ? kept : null;

    /// <summary>Sends again what others miss (SDS §SDS-R incoming repair request buffer sweep).</summary>
    void RepairDue()
    {
        while (_responses.TakeDue(_now) is { } response)
        {
            if (MessageOf(response.Id) is not { } message)
                continue;
            Counters.Repairs++;
            foreach (var dialect in Dialects(response.Dialects))
                Emit(message, TransmitKind.Repair, dialect);
        }
    }

    void BridgeDue()
    {
        while (_bridge.TakeDue(_now) is { } bridged)
        {
            if (MessageOf(bridged.Id) is { } message)
                Emit(message, TransmitKind.Bridge, bridged.Dialect);
        }
    }
}
