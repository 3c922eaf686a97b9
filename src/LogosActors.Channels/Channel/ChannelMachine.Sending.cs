using LogosActors.Channels.RateLimits;
using LogosActors.Channels.Records;
using LogosActors.Channels.Requests;
using LogosActors.Channels.Sds;
using LogosActors.Channels.Segmentation;
using LogosActors.Delivery;
using LogosActors.Delivery.Messages;

namespace LogosActors.Channels.Channel;

/// <summary>What goes out, and what becomes of it.</summary>
internal sealed partial class ChannelMachine
{
    /// <summary>What an SDS message and a segment add to a chunk, at most, in bytes.</summary>
    const int ChunkOverhead = 512;

    /// <summary>How long a message may wait for the rate limit.</summary>
    static readonly TimeSpan LongestWait = TimeSpan.FromDays(30);

    /// <summary>How long a message may be on its way to the network before it is sent again as if it were lost there.</summary>
    static readonly TimeSpan LongestDispatch = TimeSpan.FromHours(1);

    long _nearTold = long.MinValue;

    void SendChunks(IReadOnlyList<Segmentation.Chunk> chunks, string[] data, bool isEphemeral, int parityCount)
    {
        var preceding = parityCount > 0 && !isEphemeral ? _sds.Preceding : null;
        for (var i = 0; i < chunks.Count; i++)
        {
            // Parity that is lost is not missed.
            if (isEphemeral || chunks[i].IsParity)
                _sds.SendEphemeral(i < data.Length ? data[i] : chunks[i].Id.ToString(), chunks[i].Content, Ms);
            else
                // Parity makes up for so many chunks, the first ones perhaps: the next one then names what the message comes after.
                _sds.Send(data[i], chunks[i].Content, Ms, i <= parityCount ? preceding : null);
        }
    }

    void Transmit(SdsMessage message, TransmitKind kind, SdsDialect dialect)
    {
        var id = message.MessageId;
        // Others may know of it by a sync message before the rate limit lets it go.
        if (kind is TransmitKind.Repair && _requests.IsWaiting(id))
            return;
        // Its time for acknowledgement begins when it is in the network.
        if (kind is TransmitKind.New)
            _sds.Postpone(id, Ms + (long)LongestDispatch.TotalMilliseconds);
        Offer(new Transmission(id, Encode(message, dialect), PriorityOf(kind), _requests.RequestOf(id))
        {
            // Parity is of no request, and comes after the chunks that it is of.
            IsFirst = kind is TransmitKind.New or TransmitKind.Ephemeral && _requests.IsFirst(id),
            IsEphemeral = kind is not (TransmitKind.New or TransmitKind.Retransmission),
        });
    }

    static SendPriority PriorityOf(TransmitKind kind) => kind switch
    {
        TransmitKind.New => SendPriority.New,
        TransmitKind.Sync => SendPriority.Sync,
        TransmitKind.Ephemeral => SendPriority.Ephemeral,
        _ => SendPriority.Repair,
    };

    void Offer(Transmission transmission)
    {
        if (!_options.RateLimit.IsEnabled)
        {
            _effects.Add(transmission);
            return;
        }
        var epoch = _options.RateLimit.EpochOf(_now);
        var permit = _epochs.Take(epoch, transmission.Priority, transmission.IsFirst);
        if (permit is Permit.Given)
            RecordUse(epoch);
        else if (permit is Permit.Missing && transmission.Priority is SendPriority.New)
            _sds.Postpone(transmission.MessageId, Ms + (long)LongestWait.TotalMilliseconds);
        TellNear(epoch);
        if (permit is not Permit.Refused)
            _effects.Add(transmission with { Permit = permit, Epoch = epoch });
        else if (transmission.Request is not null)
            _requests.Failed(transmission.MessageId, SendFailure.RateLimited, "The limit of the epoch is near; ephemeral messages are refused.", _outcomes);
    }

    void TellNear(long epoch)
    {
        if (epoch == _nearTold || !_epochs.IsNear(epoch))
            return;
        _nearTold = epoch;
        _effects.Add(new Told(0, new ChannelBackPressure(_options.ChannelId, null, _epochs.Used(epoch), DateTimeOffset.UnixEpoch + (_options.RateLimit.EpochSize * (epoch + 1)))));
    }

    void TellOutcomes()
    {
        foreach (var outcome in _outcomes)
        {
            switch (outcome)
            {
                case RequestOutcome.Advanced when !TellsProgress:
                    break;
                case RequestOutcome.Advanced advanced:
                    _effects.Add(new Told(0, new ReliableMessageProgress(_options.ChannelId, advanced.Request, advanced.Chunks, advanced.Out, advanced.Confirmed)));
                    break;
                case RequestOutcome.Sent { IsEnd: true } sent:
                    _effects.Add(new Told(0, new ReliableMessageSent(_options.ChannelId, sent.Request)));
                    break;
                case RequestOutcome.Sent sent:
                    var record = new RequestSent { RequestId = sent.Request.Value, Number = _pending.Last + 1 };
                    Record(new Change { RequestSent = record });
                    Keep(new PendingEvent(record.Number, record, []) { Event = EventOf(record) });
                    break;
                case RequestOutcome.Delivered delivered:
                    End(new RequestEnded { RequestId = delivered.Request.Value });
                    break;
                case RequestOutcome.Failed { IsEphemeral: true } failed:
                    _effects.Add(new Told(0, new ReliableMessageSendError(_options.ChannelId, failed.Request, failed.Failure, failed.Error)));
                    break;
                case RequestOutcome.Failed failed:
                    End(new RequestEnded { RequestId = failed.Request.Value, Failure = (int)failed.Failure, Error = failed.Error });
                    break;
            }
        }
        _outcomes.Clear();
    }

    void End(RequestEnded record)
    {
        record.Number = _pending.Last + (IsUndelivered(record) ? 2 : 1);
        Record(new Change { RequestEnded = record });
        Keep(new PendingEvent(record.Number, record, []) { Event = EventOf(record) });
    }

    void Keep(PendingEvent pending)
    {
        _pending.Add(pending);
        Tell(pending);
    }

    void Tell(PendingEvent pending)
    {
        // It has two numbers.
        if (pending.Record is RequestEnded ended && IsUndelivered(ended))
            _effects.Add(new Told(pending.Number - 1, new ReliableMessageDeliveryError(_options.ChannelId, new RequestId(ended.RequestId), ended.Error)));
        _effects.Add(new Told(pending.Number, pending.Event!));
    }

    static bool IsUndelivered(RequestEnded record) => record is { HasFailure: true, Failure: (int)SendFailure.NotAcknowledged };

    ReliableMessageSent EventOf(RequestSent record) => new(_options.ChannelId, new RequestId(record.RequestId));

    ReliableSendEvent EventOf(RequestEnded record) => record.HasFailure
        ? new ReliableMessageSendError(_options.ChannelId, new RequestId(record.RequestId), (SendFailure)record.Failure, record.Error)
        : new ReliableMessageDelivered(_options.ChannelId, new RequestId(record.RequestId));

    /// <summary>Another time for each message: it makes the ids of equal messages differ.</summary>
    long NextTimestamp() => _lastTimestamp = Math.Max(_lastTimestamp + 1, UnixNanoseconds.From(_now + WallLead));
}
