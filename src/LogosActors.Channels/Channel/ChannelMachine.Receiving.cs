using LogosActors.Channels.Records;
using LogosActors.Channels.Sds;
using LogosActors.Channels.Segmentation;
using LogosActors.Delivery;

namespace LogosActors.Channels.Channel;

/// <summary>What comes in: chunks early, their message when its turn has come (segmentation §Receiving).</summary>
internal sealed partial class ChannelMachine
{
    // The id of the chunk that SDS has accepted last, if it is in order, and its message, if it is one.
    string? _inOrder;
    WholeMessage? _next;

    /// <summary>A chunk has come for the first time; it may have to wait before <see cref="Release"/>.</summary>
    void Accept(SdsMessage message)
    {
        var chunk = new HeldChunk(message.SenderId, message.MessageId, message.Content, WallMs, message);
        _held.Add(chunk);
        Assemble(chunk);
    }

    void Assemble(HeldChunk chunk)
    {
        if (_whole.Has(chunk.Id))
            return;
        if (IsBare(chunk.Content))
        {
            Hold(new WholeMessage(chunk.Id, "", chunk.SenderId, chunk.Content, [chunk.Id]));
            return;
        }
        var decision = _reassembly.Receive(chunk.SenderId, chunk.Id, chunk.Content, DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(chunk.At - LeadMs, 0, Ms)));
        // A copy is not needed beside what it is a copy of; what is late is dropped in its turn.
        if (decision == ReassemblyDecision.None && chunk.Message is not null && !_reassembly.IsLate(chunk.SenderId, chunk.Content))
            Drop([chunk.Id]);
        else
            Decide(decision, chunk.Message is null ? chunk : null);
    }

    void AcceptEphemeral(SdsMessage message)
    {
        if (_whole.Has(message.MessageId))
            return;
        if (IsBare(message.Content))
        {
            Hold(new WholeMessage(message.MessageId, "", message.SenderId, message.Content, []) { IsEphemeral = true });
            return;
        }
        var decision = _reassembly.Receive(message.SenderId, message.MessageId, message.Content, _now);
        Decide(decision, new HeldChunk(message.SenderId, message.MessageId, message.Content, WallMs, Message: null));
    }

    bool IsBare(ReadOnlyMemory<byte> content) => _options.Segmentation.AllowBareMessages && !SegmentCodec.TryDecode(content, out _, out _);

    /// <summary>It is a chunk's turn: all that came before it has been delivered.</summary>
    void Release(string id)
    {
        if (_next is { } next && string.Equals(next.Name, id, StringComparison.Ordinal))
        {
            _next = null;
            Deliver(next, next.ChunkIds);
            return;
        }
        if (_held.Find(id) is not { } chunk)
            return;
        if (_whole.TryRelease(id, out var due))
            Deliver(due, _whole.Remove(due.Name));
        else if (!_whole.Has(id) && _reassembly.IsLate(chunk.SenderId, chunk.Content))
            Drop([id]);
    }

    /// <param name="decision">What follows from a chunk, or from time.</param>
    /// <param name="ephemeral">The chunk, when SDS does not keep it.</param>
    void Decide(ReassemblyDecision decision, HeldChunk? ephemeral)
    {
        foreach (var change in decision.Events)
        {
            if (change is ReassemblyEvent.MessageCompleted)
                continue;
            _reassembly.Apply(change);
            if (change is ReassemblyEvent.ChunkStored stored && ephemeral is not null && string.Equals(stored.MessageId, ephemeral.Id, StringComparison.Ordinal))
                KeepParity(ephemeral);
        }
        foreach (var effect in decision.Effects)
        {
            switch (effect)
            {
                case ReassemblyEffect.Completed completed:
                    Complete(completed, (ReassemblyEvent.MessageCompleted?)decision.Events.FirstOrDefault(static change => change is ReassemblyEvent.MessageCompleted), ephemeral);
                    break;
                case ReassemblyEffect.Rejected rejected:
                    Drop([rejected.MessageId]);
                    Tell(ChannelProblem.ChunkRejected, $"A chunk of {rejected.SenderId} is not kept: {rejected.Reason}{(rejected.Error is SegmentError.None ? "" : $", {rejected.Error}")}.");
                    break;
                case ReassemblyEffect.Dropped dropped:
                    Drop(dropped.MessageIds);
                    Tell(ChannelProblem.MessageDropped, $"A message of {dropped.Key.SenderId} that was not complete is dropped: {dropped.Reason}.");
                    break;
            }
        }
    }

    void Complete(ReassemblyEffect.Completed completed, ReassemblyEvent.MessageCompleted? completion, HeldChunk? ephemeral)
    {
        var key = completed.Key;
        // Which chunks have come may differ when it is completed again after a restart; without linkage there is no other name.
        var name = key.IsLinked ? $"{key.SenderId}/{key.RequestId}/{key.MessageHash}" : completed.Chunks.First(static chunk => chunk.MessageId is not null).MessageId!;
        if (key.Count == 1)
        {
            var id = completed.Chunks[0].MessageId!;
            Hold(new WholeMessage(id, key.RequestId, key.SenderId, completed.Payload, ephemeral is null ? [id] : []) { IsEphemeral = ephemeral is not null });
            return;
        }
        // Ephemeral chunks have no turn to wait for.
        var came = completed.Chunks.Where(chunk => !chunk.IsRebuilt && _held.Find(chunk.MessageId!) is { Message: not null }).Select(chunk => chunk.MessageId!).ToList();
        var message = new WholeMessage(name, key.RequestId, key.SenderId, completed.Payload, came)
        {
            Completion = completion,
            ParityId = ephemeral?.Id,
            IsEphemeral = came.Count == 0,
        };
        if (!message.IsEphemeral && completed.Chunks.Any(static chunk => chunk.IsRebuilt))
        {
            // Which parity it took is needed again after a restart.
            if (ephemeral is not null && !_whole.Knows(name))
                KeepParity(ephemeral);
            var named = completed.Chunks.Where(static chunk => chunk.MessageId is not null).ToList();
            _rebuilt.Add(new RebuiltMessage(
                named.ConvertAll(static chunk => chunk.MessageId!),
                named.Where(static chunk => chunk.IsRebuilt).Select(static chunk => chunk.MessageId!).ToHashSet(StringComparer.Ordinal)));
        }
        Hold(message);
    }

    void KeepParity(HeldChunk chunk)
    {
        if (_held.Find(chunk.Id) is not null || !SegmentCodec.TryDecode(chunk.Content, out var segment, out _) || !segment.IsParity)
            return;
        _held.Add(chunk);
        Record(new Change
        {
            ParityKept = new ParityKept { SenderId = chunk.SenderId, ChunkId = chunk.Id, Content = ChannelRecords.Wrap(chunk.Content), At = chunk.At },
        });
    }

    void Hold(WholeMessage message)
    {
        // Most messages are of one chunk that is in order: its turn is next.
        if (ReferenceEquals(_inOrder, message.Name) && message.ChunkIds.Count == 1)
            _next = message;
        else if (_whole.Add(message))
            Deliver(message, _whole.Remove(message.Name));
    }

    void Deliver(WholeMessage message, IReadOnlyList<string> ids)
    {
        if (message.Completion is { } completion)
        {
            // Parity of it, and what claims to be of it.
            var all = new List<string>(ids);
            all.AddRange(_reassembly.ChunksOf(completion.Key).Except(ids, StringComparer.Ordinal));
            if (message.ParityId is { } parity && _held.Find(parity) is not null)
                all.Add(parity);
            ids = all;
            _reassembly.Apply(completion);
        }
        if (message.IsEphemeral)
        {
            Drop(ids);
            _effects.Add(new Told(0, EventOf(message)));
            return;
        }
        var record = new MessageDue { Number = _pending.Last + 1, ChunkIds = { ids } };
        if (message.Completion is not null)
            record.Complete = ChannelRecords.Of(message.Completion);
        Record(new Change { MessageDue = record });
        Keep(new PendingEvent(record.Number, record, ids) { Event = EventOf(message) });
    }

    ReliableMessageReceived EventOf(WholeMessage message) => new(
        _options.ChannelId, new RequestId(message.RequestId.Length > 0 ? message.RequestId : message.Name), message.SenderId, _options.ContentTopic, message.Payload)
    {
        IsEphemeral = message.IsEphemeral,
        Trace = Cause,
    };

    /// <summary>No message needs these chunks.</summary>
    void Drop(IReadOnlyList<string> ids)
    {
        ChunksDropped? dropped = null;
        foreach (var id in ids)
        {
            _whole.Forget(id);
            if (_held.Remove(id))
                (dropped ??= new ChunksDropped()).ChunkIds.Add(id);
        }
        if (dropped is not null)
            Record(new Change { ChunksDropped = dropped });
    }
}
