using Google.Protobuf;
using LogosActors.Channels.Records;
using LogosActors.Channels.Requests;
using LogosActors.Channels.Sds;
using LogosActors.Channels.Sds.Wire;
using LogosActors.Channels.Segmentation;
using LogosActors.Delivery;

namespace LogosActors.Channels.Channel;

/// <summary>What is stored, and what follows from it after a restart.</summary>
internal sealed partial class ChannelMachine
{
    Changed _changes = new();
    List<object> _effects = [];
    (SdsMessage? Message, SdsDialect Dialect, ReadOnlyMemory<byte> Bytes) _encoded;
    EpochUsed? _use;
    bool _isHandledNew;

    /// <summary>Whether there is something to store.</summary>
    public bool HasChanges => _changes.Changes.Count > 0;

    /// <summary>Whether the application has handled more than is stored; it is stored with the next changes.</summary>
    public bool HasHandled => _isHandledNew;

    /// <summary>How many bytes the changes have, roughly.</summary>
    public long ChangedBytes { get; private set; }

    /// <summary>What the inputs since the last call have changed.</summary>
    public Changed TakeChanges()
    {
        if (_isHandledNew)
            Record(new Change { Handled = _pending.Handled });
        var changes = _changes;
        (_changes, _use, _isHandledNew, ChangedBytes) = (new Changed(), null, false, 0);
        return changes;
    }

    /// <summary>What is to be done when that is stored: <see cref="Transmission"/>, <see cref="Told"/>, <see cref="Retrieve"/> and <see cref="Reopened"/>,
    /// in order.</summary>
    public List<object> TakeEffects()
    {
        var effects = _effects;
        _effects = [];
        return effects;
    }

    /// <summary>All that is stored so far. Immutable, and independent of what follows.</summary>
    public Snapshot TakeSnapshot()
    {
        var record = new Snapshot { Number = _pending.Last, Handled = _pending.Handled, LastHeard = _lastHeard };
        var messages = new MessageTable(record);
        SdsSnapshotRecord.Write(record, _sds.TakeSnapshot(), messages);
        record.RecentRequests.AddRange(_recent.All);
        foreach (var request in _requests.Snapshot())
        {
            record.Requests.Add(new Request
            {
                RequestId = request.Request.Value,
                ChunkIds = { request.ChunkIds },
                SentIds = { request.SentIds },
                AcknowledgedIds = { request.AcknowledgedIds },
                IsSent = request.IsSentTold,
            });
        }
        foreach (var chunk in _held.All)
        {
            record.Chunks.Add(chunk.Message is { } message
                ? new Records.Chunk { Message = messages.IndexOf(message), At = chunk.At }
                : new Records.Chunk { Parity = new ParityKept { SenderId = chunk.SenderId, ChunkId = chunk.Id, Content = ChannelRecords.Wrap(chunk.Content), At = chunk.At }, At = chunk.At });
        }
        record.Complete.AddRange(_reassembly.Remembered.Select(ChannelRecords.Of));
        record.Pending.AddRange(_pending.All.Select(static pending => Of(pending.Record)));
        record.Epochs.AddRange(_epochs.All.Select(static used => new EpochUsed { Epoch = used.Key, Count = used.Value }));
        return record;
    }

    /// <summary>Brings back what a snapshot holds. For a machine that has seen nothing yet.</summary>
    /// <exception cref="FormatException">It is malformed.</exception>
    public void Restore(Snapshot record)
    {
        List<SdsMessage> messages = [.. record.Messages.Select(ChannelRecords.MessageOf)];
        _sds.Restore(SdsSnapshotRecord.Read(record, messages));
        foreach (var request in record.RecentRequests)
            _recent.Add(request);
        foreach (var request in record.Requests)
            _requests.Restore(new RequestState(new RequestId(request.RequestId), request.ChunkIds, request.SentIds, request.AcknowledgedIds, request.IsSent));
        foreach (var chunk in record.Chunks)
            _held.Add(chunk.KindCase is Records.Chunk.KindOneofCase.Parity ? Of(chunk.Parity) : Of(messages[chunk.Message], chunk.At));
        foreach (var complete in record.Complete)
            _reassembly.Apply(ChannelRecords.CompletedOf(complete));
        _pending.Restore(record.Pending.Select(static pending => Of(pending)), record.Number, record.Handled);
        foreach (var used in record.Epochs)
            _epochs.Add(used.Epoch, used.Count);
        _lastHeard = record.LastHeard;
    }

    /// <summary>Brings back what an event has changed. Before <see cref="Begin"/>, in their order.</summary>
    /// <exception cref="FormatException">It is malformed.</exception>
    public void Apply(Changed changed)
    {
        foreach (var change in changed.Changes)
        {
            if (ChannelRecords.SdsEventOf(change) is { } known)
                Apply(known);
            else
                Apply(change);
        }
        // What came of a request was stored beside it.
        _outcomes.Clear();
    }

    /// <summary>Begins, or goes on after a restart: what the application has not handled is raised again, and what has not gone out is sent.</summary>
    public void Begin(DateTimeOffset now)
    {
        Advance(now);
        _sds.Begin(Ms);
        _reassembly.Resume(now);
        TellPending();
        AssembleAgain();
        OfferUnsent(now);
        if (_lastHeard > 0)
            _effects.Add(new Reopened(DateTimeOffset.FromUnixTimeMilliseconds(LastHeard())));
    }

    /// <summary>Since when others may have said more. A time in the future was read from a clock that was wrong: all since the beginning is asked for.</summary>
    long LastHeard() => _lastHeard <= WallMs ? _lastHeard : Math.Min(_lastHeard, _sds.JoinedAt);

    void Apply(SdsEvent change)
    {
        switch (change)
        {
            case SdsEvent.Sent sent:
                _lastHeard = sent.At;
                break;
            case SdsEvent.Accepted accepted:
                _lastHeard = accepted.At;
                _held.Add(Of(accepted.Message, accepted.At));
                break;
            case SdsEvent.HintSet hint:
                _requests.Dispatched(hint.MessageId, _outcomes);
                break;
            case SdsEvent.Acknowledged acknowledged:
                _requests.Acknowledged(acknowledged.MessageId, _outcomes);
                break;
            case SdsEvent.GaveUp gaveUp:
                _requests.Failed(gaveUp.MessageId, SendFailure.NotAcknowledged, "", _outcomes);
                break;
        }
        _sds.Apply(change);
    }

    void Apply(Change change)
    {
        switch (change.KindCase)
        {
            case Change.KindOneofCase.RequestBegun:
                _recent.Add(change.RequestBegun.RequestId);
                _requests.Begin(new RequestId(change.RequestBegun.RequestId), change.RequestBegun.ChunkIds, isEphemeral: false);
                break;
            case Change.KindOneofCase.RequestSent:
                _requests.Sent(new RequestId(change.RequestSent.RequestId));
                _pending.Add(Pending(change.RequestSent.Number, change.RequestSent));
                break;
            case Change.KindOneofCase.RequestEnded:
                _requests.End(new RequestId(change.RequestEnded.RequestId));
                _pending.Add(Pending(change.RequestEnded.Number, change.RequestEnded));
                break;
            case Change.KindOneofCase.ParityKept:
                _held.Add(Of(change.ParityKept));
                break;
            case Change.KindOneofCase.ChunksDropped:
                foreach (var id in change.ChunksDropped.ChunkIds)
                    _held.Remove(id);
                break;
            case Change.KindOneofCase.MessageDue:
                if (change.MessageDue.Complete is { } complete)
                    _reassembly.Apply(ChannelRecords.CompletedOf(complete));
                _pending.Add(Pending(change.MessageDue.Number, change.MessageDue, change.MessageDue.ChunkIds));
                break;
            case Change.KindOneofCase.Handled:
                Handled(change.Handled);
                _isHandledNew = false;
                break;
            case Change.KindOneofCase.EpochUsed:
                _epochs.Add(change.EpochUsed.Epoch, change.EpochUsed.Count);
                break;
            default:
                throw new FormatException("A stored change of a channel is not known to this version; a newer one has written it.");
        }
    }

    void TellPending()
    {
        _pending.Complete(pending => pending.Record switch
        {
            RequestSent sent => EventOf(sent),
            RequestEnded ended => EventOf(ended),
            _ => MessageOf(pending.ChunkIds),
        });
        foreach (var pending in _pending.All)
            Tell(pending);
    }

    /// <summary>A message that was complete, put together again.</summary>
    ChannelEvent MessageOf(IReadOnlyList<string> chunkIds)
    {
        var parts = new Reassembly(_options.Segmentation);
        foreach (var chunk in chunkIds.Select(_held.Find).OfType<HeldChunk>())
        {
            if (IsBare(chunk.Content))
                return EventOf(new WholeMessage(chunk.Id, "", chunk.SenderId, chunk.Content, []));
            var decision = parts.Receive(chunk.SenderId, chunk.Id, chunk.Content, _now);
            if (decision.Effects.OfType<ReassemblyEffect.Completed>().FirstOrDefault() is { } completed)
                return EventOf(new WholeMessage(chunk.Id, completed.Key.RequestId, completed.Key.SenderId, completed.Payload, []));
            foreach (var change in decision.Events)
                parts.Apply(change);
        }
        return new ChannelProblemFound(_options.ChannelId, ChannelProblem.MessageDropped, "A message that has come before a restart cannot be put together with the options of now.");
    }

    /// <summary>The chunks whose message is not complete, or waits for its turn.</summary>
    void AssembleAgain()
    {
        var due = _pending.All.SelectMany(static pending => pending.ChunkIds).ToHashSet(StringComparer.Ordinal);
        var chunks = _held.All.Where(chunk => !due.Contains(chunk.Id)).ToList();
        foreach (var chunk in chunks)
            Assemble(chunk);
        foreach (var message in chunks.Select(static chunk => chunk.Message).OfType<SdsMessage>().Order(SdsMessage.AgreedOrder))
        {
            if (_sds.FindWaiting(message.MessageId) is null)
                Release(message.MessageId);
        }
    }

    void Record(Change change)
    {
        _changes.Changes.Add(change);
        ChangedBytes += 100;
    }

    void Record(SdsEvent change)
    {
        var message = change switch
        {
            SdsEvent.Sent sent => Encode(sent.Message, SdsDialect.Specification),
            SdsEvent.Accepted accepted => EncodeAsHeard(accepted),
            _ => default,
        };
        _lastHeard = change switch
        {
            SdsEvent.Accepted heard => heard.At,
            SdsEvent.Sent sent => sent.At,
            _ => _lastHeard,
        };
        _inOrder = change is SdsEvent.Accepted { IsDelivered: true } inOrder ? inOrder.Message.MessageId : null;
        Record(ChannelRecords.Of(change, message));
        ChangedBytes += message.Length;
    }

    void RecordUse(long epoch)
    {
        if (_use?.Epoch != epoch)
            Record(new Change { EpochUsed = _use = new EpochUsed { Epoch = epoch } });
        _use.Count++;
    }

    ReadOnlyMemory<byte> EncodeAsHeard(SdsEvent.Accepted accepted) =>
        ReferenceEquals(_encoded.Message, accepted.Message) ? _encoded.Bytes : Encode(accepted.Message, SdsDialect.Specification);

    /// <summary>What is stored is what is sent, when it carries no filter: it is encoded once.</summary>
    ReadOnlyMemory<byte> Encode(SdsMessage message, SdsDialect dialect)
    {
        if (!ReferenceEquals(_encoded.Message, message) || _encoded.Dialect != dialect)
            _encoded = (message, dialect, SdsCodec.Encode(message, dialect));
        return _encoded.Bytes;
    }

    static HeldChunk Of(SdsMessage message, long at) => new(message.SenderId, message.MessageId, message.Content, at, message);

    static HeldChunk Of(ParityKept parity) => new(parity.SenderId, parity.ChunkId, parity.Content.Memory, parity.At, Message: null);

    static PendingEvent Pending(long number, IMessage record, IReadOnlyList<string>? chunkIds = null) => new(number, record, chunkIds ?? []);

    static Records.PendingEvent Of(IMessage record) => record switch
    {
        MessageDue due => new Records.PendingEvent { Due = due },
        RequestSent sent => new Records.PendingEvent { Sent = sent },
        RequestEnded ended => new Records.PendingEvent { Ended = ended },
        _ => throw new ArgumentException($"{record.Descriptor.Name} is no event of the application.", nameof(record)),
    };

    static PendingEvent Of(Records.PendingEvent pending) => pending.KindCase switch
    {
        Records.PendingEvent.KindOneofCase.Due => Pending(pending.Due.Number, pending.Due, pending.Due.ChunkIds),
        Records.PendingEvent.KindOneofCase.Sent => Pending(pending.Sent.Number, pending.Sent),
        Records.PendingEvent.KindOneofCase.Ended => Pending(pending.Ended.Number, pending.Ended),
        _ => throw new FormatException("A stored event of a channel is malformed."),
    };
}
