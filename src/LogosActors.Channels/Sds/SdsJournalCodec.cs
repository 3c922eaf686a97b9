using System.Buffers.Binary;
using LogosActors.Actors.Persistence;
using LogosActors.Channels.Requests;
using LogosActors.Channels.Sds.Bloom;
using LogosActors.Channels.Sds.Wire;
using LogosActors.Delivery;

namespace LogosActors.Channels.Sds;

/// <summary>How what an <see cref="SdsActor"/> stores is encoded. Manifests and field numbers never change.</summary>
internal static class SdsJournalCodec
{
    const int OldLength = 2 * sizeof(ulong);

    public static void Register(EventSerialization.Builder builder) => builder
        .Add<SdsEvent.Joined>("channels.sds.joined.v1", joined => Write(new SdsRecord { At = joined.At }), bytes => new(Read(bytes).At))
        .Add<SdsEvent.Sent>("channels.sds.sent.v1", sent => Write(new SdsRecord { Message = sent.Message, At = sent.At }), bytes => Sent(Read(bytes)))
        .Add<SdsEvent.Retransmitted>("channels.sds.retransmitted.v1", again => Write(new SdsRecord { Id = again.MessageId }), bytes => new(Read(bytes).Id))
        .Add<SdsEvent.Acknowledged>("channels.sds.acknowledged.v1", done => Write(new SdsRecord { Id = done.MessageId }), bytes => new(Read(bytes).Id))
        .Add<SdsEvent.GaveUp>("channels.sds.gave-up.v1", gone => Write(new SdsRecord { Id = gone.MessageId }), bytes => new(Read(bytes).Id))
        .Add<SdsEvent.Accepted>("channels.sds.accepted.v1", Write, bytes => Accepted(Read(bytes)))
        .Add<SdsEvent.Delivered>("channels.sds.delivered.v1", delivered => Write(new SdsRecord { Id = delivered.MessageId }), bytes => new(Read(bytes).Id))
        .Add<SdsEvent.Lost>("channels.sds.lost.v1", lost => Write(new SdsRecord { Id = lost.MessageId, Number = lost.IsFromBefore ? 1 : 0 }), bytes => Lost(Read(bytes)))
        .Add<SdsEvent.Resolved>("channels.sds.resolved.v1", resolved => Write(new SdsRecord { Id = resolved.MessageId }), bytes => new(Read(bytes).Id))
        .Add<SdsEvent.HintSet>("channels.sds.hint-set.v1", set => Write(new SdsRecord { Id = set.MessageId, Hint = set.RetrievalHint }), bytes => Hint(Read(bytes)))
        .Add<SdsJournal.RequestBegun>(
            "channels.requests.begun.v1", begun => Write(new SdsRecord { Id = begun.Request.Value, Ids = begun.ChunkIds }), bytes => Begun(Read(bytes)))
        .Add<SdsJournal.RequestSent>("channels.requests.sent.v1", sent => Write(new SdsRecord { Id = sent.Request.Value }), bytes => new(new RequestId(Read(bytes).Id)))
        .Add<SdsJournal.RequestEnded>("channels.requests.ended.v1", ended => Write(new SdsRecord { Id = ended.Request.Value }), bytes => new(new RequestId(Read(bytes).Id)))
        .Add<SdsJournal.ChunksTaken>("channels.sds.chunks-taken.v1", taken => Write(new SdsRecord { Ids = taken.MessageIds }), bytes => new(Read(bytes).Ids))
        .Add<SdsJournal.Snapshot>("channels.sds.snapshot.v1", Write, Snapshot);

    static ReadOnlyMemory<byte> Write(SdsRecord fields) => SdsRecordCodec.Encode(fields);

    static SdsRecord Read(ReadOnlyMemory<byte> bytes) => SdsRecordCodec.Decode(bytes);

    static ReadOnlyMemory<byte> Write(SdsEvent.Accepted accepted) => Write(new SdsRecord
    {
        Message = accepted.Message,
        Hint = accepted.RetrievalHint,
        Kind = (int)accepted.Dialect,
        Number = accepted.IsDelivered ? 1 : 0,
        At = accepted.At,
    });

    static SdsEvent.Accepted Accepted(SdsRecord fields) => new(Message(fields), fields.Hint, (SdsDialect)fields.Kind, fields.Number != 0, fields.At);

    static SdsEvent.Sent Sent(SdsRecord fields) => new(Message(fields), fields.At);

    static SdsEvent.Lost Lost(SdsRecord fields) => new(fields.Id, fields.Number != 0);

    static SdsEvent.HintSet Hint(SdsRecord fields) => new(fields.Id, fields.Hint);

    static SdsJournal.RequestBegun Begun(SdsRecord fields) => new(new RequestId(fields.Id), fields.Ids);

    static SdsMessage Message(SdsRecord fields) => fields.Message ?? throw new FormatException("A stored message of a channel is missing.");

    // A snapshot is a list of records, each of which says by its part what it is.
    enum Part
    {
        Head,
        Log,
        Unnamed,
        Kept,
        Outgoing,
        Incoming,
        Met,
        Old,
        Request,
        RequestSent,
        RequestAcknowledged,
        Untaken,
    }

    static ReadOnlyMemory<byte> Write(SdsJournal.Snapshot snapshot)
    {
        var sds = snapshot.Sds;
        return SdsRecordCodec.EncodeAll(
        [
            new() { Part = (int)Part.Head, Lamport = sds.Clock, At = sds.JoinedAt ?? long.MinValue, Number = sds.JoinEnd ?? long.MinValue, Digest = sds.OldHorizon },
            .. sds.Log.Select(entry => new SdsRecord
            {
                Part = (int)Part.Log,
                Lamport = entry.Lamport,
                Id = entry.Name.MessageId,
                Hint = entry.Name.RetrievalHint,
                Ids = entry.Name.SenderId is { } sender ? [sender] : [],
                Kind = (int)entry.Heard,
            }),
            new() { Part = (int)Part.Unnamed, Ids = sds.Unnamed },
            .. sds.Kept.Select(kept => new SdsRecord { Part = (int)Part.Kept, Message = kept }),
            .. sds.Outgoing.Select(sent => new SdsRecord { Part = (int)Part.Outgoing, Message = sent.Message, Number = sent.Retransmissions }),
            .. sds.Incoming.Select(held => new SdsRecord { Part = (int)Part.Incoming, Message = held.Message, Hint = held.RetrievalHint, Kind = (int)held.Dialect }),
            .. sds.Met.Select(met => new SdsRecord { Part = (int)Part.Met, Id = met.Id, Kind = (int)met.Reason }),
            new() { Part = (int)Part.Old, Hint = Pack(sds.Old) },
            .. snapshot.Requests.SelectMany(Write),
            .. snapshot.Untaken.Select(chunk => new SdsRecord { Part = (int)Part.Untaken, Message = chunk }),
        ]);
    }

    // There are many, and all are of the same length.
    static byte[] Pack(IReadOnlyList<(ulong Digest, ulong Lamport)> old)
    {
        var bytes = new byte[old.Count * OldLength];
        for (var i = 0; i < old.Count; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i * OldLength), old[i].Digest);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan((i * OldLength) + sizeof(ulong)), old[i].Lamport);
        }
        return bytes;
    }

    static (ulong Digest, ulong Lamport)[] Unpack(ReadOnlySpan<byte> bytes)
    {
        var old = new (ulong Digest, ulong Lamport)[bytes.Length / OldLength];
        for (var i = 0; i < old.Length; i++)
        {
            var one = bytes[(i * OldLength)..];
            old[i] = (BinaryPrimitives.ReadUInt64LittleEndian(one), BinaryPrimitives.ReadUInt64LittleEndian(one[sizeof(ulong)..]));
        }
        return old;
    }

    static IEnumerable<SdsRecord> Write(RequestState request) =>
    [
        new() { Part = (int)Part.Request, Id = request.Request.Value, Ids = request.ChunkIds, Number = request.IsSentTold ? 1 : 0 },
        new() { Part = (int)Part.RequestSent, Ids = request.SentIds },
        new() { Part = (int)Part.RequestAcknowledged, Ids = request.AcknowledgedIds },
    ];

    static SdsJournal.Snapshot Snapshot(ReadOnlyMemory<byte> bytes)
    {
        var parts = SdsRecordCodec.DecodeAll(bytes).ToLookup(record => (Part)record.Part);
        var head = parts[Part.Head].Single();
        var requests = parts[Part.Request].Zip(parts[Part.RequestSent], parts[Part.RequestAcknowledged]).Select(request =>
            new RequestState(new RequestId(request.First.Id), request.First.Ids, request.Second.Ids, request.Third.Ids, request.First.Number != 0));
        return new SdsJournal.Snapshot(
            new SdsSnapshot
            {
                JoinedAt = head.At == long.MinValue ? null : head.At,
                JoinEnd = head.Number == long.MinValue ? null : head.Number,
                Clock = head.Lamport,
                OldHorizon = head.Digest,
                Log = [.. parts[Part.Log].Select(entry => new SdsSnapshot.Entry(
                    entry.Lamport, new HistoryEntry(entry.Id, entry.Hint, entry.Ids.Count > 0 ? entry.Ids[0] : null), (SdsDialects)entry.Kind))],
                Unnamed = parts[Part.Unnamed].Single().Ids,
                Kept = [.. parts[Part.Kept].Select(Message)],
                Outgoing = [.. parts[Part.Outgoing].Select(sent => new SdsSnapshot.Unacknowledged(Message(sent), (int)sent.Number))],
                Incoming = [.. parts[Part.Incoming].Select(held => new SdsSnapshot.Waiting(Message(held), held.Hint, (SdsDialect)held.Kind))],
                Met = [.. parts[Part.Met].Select(met => (met.Id, (MetIds.Reason)met.Kind))],
                Old = Unpack(parts[Part.Old].Single().Hint.Span),
            },
            [.. requests],
            [.. parts[Part.Untaken].Select(Message)]);
    }
}
