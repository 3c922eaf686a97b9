using System.Diagnostics.CodeAnalysis;
using LogosActors.Delivery.Messages;

namespace LogosActors.Channels.Segmentation;

/// <summary>Puts messages together from their chunks, whatever their order, and gives up on those that stay incomplete (segmentation §Receiving).</summary>
/// <remarks>
/// <para>Pure: an input is decided on with the time, what it changes are events, which the caller stores and hands back to
/// <see cref="Apply"/>, and reports are effects. All state comes from events. A message is reported once, when all its data chunks are
/// there or parity makes up for those that are lost, its chunks name each other, and the whole has the hash that they name.</para>
/// <para>Chunks of a message share all of its <see cref="MessageKey"/>. Several may claim one place, since one of them may be forged;
/// <see cref="ChunkSearch"/> tells them apart. Whoever sends under another's name can take that name's room, but not deliver anything
/// of his own as the other's message.</para>
/// <para>Bounds: <see cref="SegmentationOptions"/> for messages and bytes, <see cref="MaxAlternatives"/> for chunks that claim one place. Beyond
/// <see cref="HasRoomFor"/> nothing has to be admitted; what is, finds the room of the <see cref="PartialAllowance"/>, too, before anything is dropped.</para>
/// </remarks>
internal sealed class Reassembly(SegmentationOptions options, PartialAllowance allowance = default)
{
    /// <summary>How many chunks may claim one place of a message.</summary>
    public const int MaxAlternatives = 4;

    readonly Dictionary<string, PartialSender> _senders = new(StringComparer.Ordinal);
    readonly RememberedMessages _remembered = new(options.MaxRememberedMessages);
    readonly long _timeout = UnixNanoseconds.Of(options.ReassemblyTimeout);
    long _resumed = long.MinValue;
    long _reserved;
    (ReadOnlyMemory<byte> Content, SegmentMessage? Segment) _decoded;
    long _sequence;

    /// <summary>How many messages are in parts.</summary>
    public int PartialMessages { get; private set; }

    /// <summary>What they cost, in bytes.</summary>
    public long PartialBytes { get; private set; }

    /// <summary>The latest messages that are complete, the oldest first.</summary>
    public IEnumerable<ReassemblyEvent.MessageCompleted> Remembered => _remembered.All;

    /// <summary>When <see cref="Tick"/> has something to do; null while nothing is in parts.</summary>
    public DateTimeOffset? Deadline => Partials.Any() ? UnixNanoseconds.ToDateTime(Partials.Min(DeadlineOf)) : null;

    /// <summary>The state, to be taken over by <see cref="Restore"/> of one without.</summary>
    public ReassemblySnapshot Snapshot() => new(
        [.. _remembered.All],
        [
            .. Partials
                .SelectMany(message => message.All.Select(one => (message.Key.SenderId, one.Sequence, one.Chunk)))
                .OrderBy(one => one.Sequence)
                .Select(one => new ReassemblyEvent.ChunkStored(one.SenderId, one.Chunk.MessageId, one.Chunk.Content, one.Chunk.Time)),
        ]);

    /// <summary>Takes a state over.</summary>
    public void Restore(ReassemblySnapshot snapshot)
    {
        foreach (var completed in snapshot.Completed)
            Apply(completed);
        foreach (var stored in snapshot.Chunks)
            Apply(stored);
    }

    /// <summary>The process has started again: the time when it did not run does not count as waiting.</summary>
    public void Resume(DateTimeOffset now) => _resumed = UnixNanoseconds.From(now);

    /// <summary>A chunk has come, and SDS has delivered it for the first time.</summary>
    /// <param name="senderId">Who sent it, as the SDS message says.</param>
    /// <param name="messageId">The id of the SDS message.</param>
    /// <param name="content">What the SDS message carries. It must not change afterwards.</param>
    /// <param name="now">The time.</param>
    public ReassemblyDecision Receive(string senderId, string messageId, ReadOnlyMemory<byte> content, DateTimeOffset now)
    {
        if (!TryDecode(content, out var segment, out var error))
            return ReassemblyDecision.Reject(senderId, messageId, ChunkRejection.Malformed, error);
        var id = segment.Linkage is { } linkage ? ChunkId.Compute(senderId, linkage.Timestamp, content.Span) : default;
        if (segment.Linkage is not null && !string.Equals(id.ToString(), messageId, StringComparison.Ordinal))
            return ReassemblyDecision.Reject(senderId, messageId, ChunkRejection.InvalidId);
        if (segment.IsParity && !ReedSolomon.Fits(segment.DataCount, segment.ParityCount))
            return ReassemblyDecision.Reject(senderId, messageId, ChunkRejection.UnknownCode);
        var key = MessageKey.Of(senderId, segment);
        if (IsLate(key, segment.Position))
            return ReassemblyDecision.None;
        // Most messages are of one chunk: nothing has to be searched for.
        if (key.Count == 1)
            return DecideAlone(key, messageId, segment.Payload);
        return Decide(key, new StoredChunk(messageId, id, segment, content, UnixNanoseconds.From(now)));
    }

    /// <summary>Whether there will be room for all of the message that a chunk is of, or there is nothing to make room for.</summary>
    /// <remarks>Who asks this before a chunk is acknowledged has its sender send it again later, instead of dropping what was acknowledged.</remarks>
    public bool HasRoomFor(string senderId, ReadOnlyMemory<byte> content)
    {
        if (!TryDecode(content, out var segment, out _) || segment.Count == 1)
            return true;
        var key = MessageKey.Of(senderId, segment);
        if (IsLate(key, segment.Position) || Find(key) is not null)
            return true;
        var more = ReservedFor(segment);
        var (count, reserved) = _senders.TryGetValue(senderId, out var sender) ? (sender.Messages.Count, sender.Reserved) : (0, 0L);
        return count < options.MaxPartialMessagesPerSender && reserved + more <= options.MaxPartialBytesPerSender
            && PartialMessages < options.MaxPartialMessages && _reserved + more <= options.MaxPartialBytes;
    }

    /// <summary>Whether a chunk comes after its message was reported.</summary>
    public bool IsLate(string senderId, ReadOnlyMemory<byte> content) =>
        TryDecode(content, out var segment, out _) && IsLate(MessageKey.Of(senderId, segment), segment.Position);

    /// <summary>The ids of all that waits for the rest of a message.</summary>
    public IEnumerable<string> ChunksOf(MessageKey key) => Find(key)?.All.Select(one => one.Chunk.MessageId) ?? [];

    /// <summary>Time has passed.</summary>
    public ReassemblyDecision Tick(DateTimeOffset now)
    {
        var time = UnixNanoseconds.From(now);
        var expired = Partials.Where(message => DeadlineOf(message) <= time).ToList();
        return expired.Count == 0 ? ReassemblyDecision.None
            : new([.. expired.Select(message => new ReassemblyEvent.MessageDropped(message.Key))], [.. expired.Select(message => Drop(message, message.Filled < message.Key.DataCount ? DropReason.Expired : DropReason.Invalid))]);
    }

    /// <summary>Makes a change that was decided on, now or in another life.</summary>
    public void Apply(ReassemblyEvent @event)
    {
        switch (@event)
        {
            case ReassemblyEvent.ChunkStored stored when SegmentCodec.TryDecode(stored.Content, out var segment, out _):
                Add(stored, segment);
                break;
            case ReassemblyEvent.ChunkDropped dropped when Find(dropped.Key) is { } message:
                Remove(message);
                if (message.Remove(dropped.Position, dropped.MessageId))
                    Insert(message);
                break;
            case ReassemblyEvent.MessageCompleted completed:
                if (Find(completed.Key) is { } whole)
                    Remove(whole);
                _remembered.Add(completed);
                break;
            case ReassemblyEvent.MessageDropped gone when Find(gone.Key) is { } partial:
                Remove(partial);
                break;
        }
    }

    IEnumerable<PartialMessage> Partials => _senders.Values.SelectMany(sender => sender.Messages.Values);

    // What is asked about a chunk is asked before it is received: it is decoded once.
    bool TryDecode(ReadOnlyMemory<byte> content, [NotNullWhen(true)] out SegmentMessage? segment, out SegmentError error)
    {
        (segment, error) = (_decoded.Segment, SegmentError.None);
        if (segment is not null && _decoded.Content.Equals(content))
            return true;
        if (!SegmentCodec.TryDecode(content, out segment, out error))
            return false;
        _decoded = (content, segment);
        return true;
    }

    // All chunks but the last are as long as the longest.
    static long ReservedFor(SegmentMessage segment)
    {
        var length = segment.Linkage is { MessageLength: var whole } ? Math.Max(segment.Payload.Length, (whole + segment.DataCount - 1) / segment.DataCount) : segment.Payload.Length;
        return segment.Count * (long)(length + SegmentCodec.Overhead + StoredChunk.Overhead);
    }

    static ReassemblyEffect.Dropped Drop(PartialMessage message, DropReason reason) =>
        new(message.Key, reason, [.. message.All.OrderBy(one => one.Sequence).Select(one => one.Chunk.MessageId)]);

    static ReassemblyDecision DecideAlone(MessageKey key, string messageId, ReadOnlyMemory<byte> payload) => KeccakHash.Of(payload.Span) == key.MessageHash
        ? new ReassemblyDecision([], [new ReassemblyEffect.Completed(key, payload, [new CompletedChunk(messageId, IsRebuilt: false)])])
        : ReassemblyDecision.Reject(key.SenderId, messageId, ChunkRejection.HashMismatch);

    ReassemblyDecision Decide(MessageKey key, StoredChunk chunk)
    {
        var message = Find(key);
        var rivals = message?.At(chunk.Segment.Position).ToList() ?? [];
        if (rivals.Exists(rival => string.Equals(rival.MessageId, chunk.MessageId, StringComparison.Ordinal) || (!key.IsLinked && rival.IsCopyOf(chunk))))
            return ReassemblyDecision.None;
        var search = ChunkSearch.Run(key, message, chunk);
        if (search.Found is { } found)
            return Complete(key, message, chunk, found);
        if (key.DataCount == 1 && !chunk.Segment.IsParity)
            return ReassemblyDecision.Reject(key.SenderId, chunk.MessageId, ChunkRejection.HashMismatch);
        var events = new List<ReassemblyEvent>();
        var effects = new List<ReassemblyEffect>();
        foreach (var forged in search.Forged)
        {
            effects.Add(new ReassemblyEffect.Rejected(key.SenderId, forged.MessageId, ChunkRejection.HashMismatch));
            if (!ReferenceEquals(forged, chunk))
                events.Add(new ReassemblyEvent.ChunkDropped(key, forged.Segment.Position, forged.MessageId));
        }
        if (search.Forged.Contains(chunk))
            return new ReassemblyDecision(events, effects);
        if (rivals.Count >= MaxAlternatives)
            effects.Add(new ReassemblyEffect.Rejected(key.SenderId, chunk.MessageId, ChunkRejection.TooManyAlternatives));
        else if (!TryMakeRoom(key, message, chunk.Cost, events, effects))
            effects.Add(new ReassemblyEffect.Rejected(key.SenderId, chunk.MessageId, ChunkRejection.NoRoom));
        else
            events.Add(new ReassemblyEvent.ChunkStored(key.SenderId, chunk.MessageId, chunk.Content, chunk.Time));
        return new ReassemblyDecision(events, effects);
    }

    static ReassemblyDecision Complete(MessageKey key, PartialMessage? message, StoredChunk chunk, AssembledMessage found)
    {
        var completed = new ReassemblyEffect.Completed(key, found.Payload, found.Chunks);
        // Of a message of one chunk nothing can be late; that the chunk comes once is SDS's affair.
        return key.Count == 1
            ? new ReassemblyDecision([], [completed])
            : new ReassemblyDecision([new ReassemblyEvent.MessageCompleted(key, (message?.Positions ?? default).With(chunk.Segment.Position))], [completed]);
    }

    /// <summary>Whether a chunk is of a message that is complete. Without linkage a sender may send the same message again, which looks like the first
    /// one: a chunk that had come then is of the second.</summary>
    bool IsLate(MessageKey key, int position) =>
        _remembered.TryGet(key, out var completed) && (key.IsLinked || !completed.Positions.Contains(position));

    /// <summary>Drops what is worth less than a chunk; false when there is nothing, and nothing is dropped.</summary>
    bool TryMakeRoom(MessageKey key, PartialMessage? own, long cost, List<ReassemblyEvent> events, List<ReassemblyEffect> effects)
    {
        var victims = new List<(PartialMessage Message, DropReason Reason)>();
        bool IsKept(PartialMessage message) => !ReferenceEquals(message, own) && victims.TrueForAll(victim => !ReferenceEquals(victim.Message, message));

        var more = own is null ? 1 : 0;
        if (_senders.TryGetValue(key.SenderId, out var sender))
        {
            var (count, bytes) = (sender.Messages.Count + more, sender.Cost + cost);
            while (count > options.MaxPartialMessagesPerSender + allowance.MessagesPerSender || bytes > options.MaxPartialBytesPerSender + allowance.BytesPerSender)
            {
                if (sender.Messages.Values.Where(IsKept).MinBy(message => message.FirstSequence) is not { } oldest)
                    return false;
                victims.Add((oldest, DropReason.SenderQuota));
                (count, bytes) = (count - 1, bytes - oldest.Cost);
            }
        }
        var (allCount, allBytes) = (PartialMessages + more - victims.Count, PartialBytes + cost - victims.Sum(victim => victim.Message.Cost));
        while (allCount > options.MaxPartialMessages + allowance.Messages || allBytes > options.MaxPartialBytes + allowance.Bytes)
        {
            var isTooMany = allCount > options.MaxPartialMessages + allowance.Messages;
            // The greediest is who has the most of what is short; among equals the oldest goes.
            var oldest = _senders
                .Select(one => (
                    Use: one.Value.Messages.Values.Where(message => ReferenceEquals(message, own) || IsKept(message)).Sum(message => isTooMany ? 1 : message.Cost)
                        + (!string.Equals(one.Key, key.SenderId, StringComparison.Ordinal) ? 0 : isTooMany ? more : cost),
                    Oldest: one.Value.Messages.Values.Where(IsKept).MinBy(message => message.FirstSequence),
                    IsOwn: string.Equals(one.Key, key.SenderId, StringComparison.Ordinal)))
                .Where(one => one.Oldest is not null || one.IsOwn)
                .OrderByDescending(one => one.Use)
                .ThenBy(one => one.Oldest?.FirstSequence ?? long.MaxValue)
                .FirstOrDefault()
                .Oldest;
            if (oldest is null)
                return false;
            victims.Add((oldest, DropReason.TotalQuota));
            (allCount, allBytes) = (allCount - 1, allBytes - oldest.Cost);
        }
        events.AddRange(victims.Select(victim => new ReassemblyEvent.MessageDropped(victim.Message.Key)));
        effects.AddRange(victims.Select(victim => Drop(victim.Message, victim.Reason)));
        return true;
    }

    long DeadlineOf(PartialMessage message)
    {
        var since = Math.Max(message.LastTime, _resumed);
        return since > long.MaxValue - _timeout ? long.MaxValue : since + _timeout;
    }

    PartialMessage? Find(MessageKey key) => _senders.GetValueOrDefault(key.SenderId)?.Messages.GetValueOrDefault(key);

    void Add(ReassemblyEvent.ChunkStored stored, SegmentMessage segment)
    {
        var key = MessageKey.Of(stored.SenderId, segment);
        // Receive has checked the id.
        if (!KeccakHash.TryParse(stored.MessageId, out var id) && key.IsLinked)
            return;
        var message = Find(key) ?? new PartialMessage(key) { Reserved = ReservedFor(segment) };
        if (message.Cost > 0)
            Remove(message);
        message.Add(new StoredChunk(stored.MessageId, id, segment, stored.Content, stored.Time), _sequence++);
        Insert(message);
    }

    void Insert(PartialMessage message)
    {
        if (!_senders.TryGetValue(message.Key.SenderId, out var sender))
            _senders.Add(message.Key.SenderId, sender = new PartialSender());
        sender.Messages.Add(message.Key, message);
        sender.Cost += message.Cost;
        sender.Reserved += message.Reserved;
        _reserved += message.Reserved;
        PartialMessages++;
        PartialBytes += message.Cost;
    }

    void Remove(PartialMessage message)
    {
        var sender = _senders[message.Key.SenderId];
        sender.Messages.Remove(message.Key);
        sender.Cost -= message.Cost;
        sender.Reserved -= message.Reserved;
        _reserved -= message.Reserved;
        PartialMessages--;
        PartialBytes -= message.Cost;
        if (sender.Messages.Count == 0)
            _senders.Remove(message.Key.SenderId);
    }

    sealed class PartialSender
    {
        public Dictionary<MessageKey, PartialMessage> Messages { get; } = [];

        public long Cost { get; set; }

        public long Reserved { get; set; }
    }
}
