using LogosActors.Channels.Sds;

namespace LogosActors.Channels.Records;

/// <summary>The part of a <see cref="Snapshot"/> that is SDS's.</summary>
internal static class SdsSnapshotRecord
{
    /// <summary>Writes a state of SDS into a record.</summary>
    public static void Write(Snapshot record, SdsSnapshot state, MessageTable messages)
    {
        if (state.JoinedAt is { } joined)
            record.Joined = joined;
        if (state.JoinEnd is { } end)
            record.JoinEnd = end;
        (record.Clock, record.OldHorizon) = (state.Clock, state.OldHorizon);
        foreach (var (lamport, name, heard) in state.Log)
        {
            var entry = new LogEntry { Lamport = lamport, MessageId = name.MessageId, RetrievalHint = ChannelRecords.Wrap(name.RetrievalHint), Heard = (int)heard };
            if (name.SenderId is { } sender)
                entry.SenderId = sender;
            record.Log.Add(entry);
        }
        record.Unnamed.AddRange(state.Unnamed);
        foreach (var message in state.Kept)
            record.Kept.Add(messages.IndexOf(message));
        foreach (var (message, retransmissions) in state.Outgoing)
            record.Outgoing.Add(new Outgoing { Message = messages.IndexOf(message), Retransmissions = retransmissions });
        foreach (var (message, hint, dialect) in state.Incoming)
            record.Waiting.Add(new Waiting { Message = messages.IndexOf(message), RetrievalHint = ChannelRecords.Wrap(hint), Dialect = (int)dialect });
        foreach (var (id, reason) in state.Met)
            record.Missing.Add(new Missing { MessageId = id, Reason = (int)reason });
        record.Old = ChannelRecords.Wrap(state.Old);
    }

    /// <summary>Reads a state of SDS from a record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="messages">Its messages.</param>
    public static SdsSnapshot Read(Snapshot record, IReadOnlyList<SdsMessage> messages) => new()
    {
        JoinedAt = record.HasJoined ? record.Joined : null,
        JoinEnd = record.HasJoinEnd ? record.JoinEnd : null,
        Clock = record.Clock,
        OldHorizon = record.OldHorizon,
        Log =
        [
            .. record.Log.Select(entry => new SdsSnapshot.Entry(
                entry.Lamport, new HistoryEntry(entry.MessageId, entry.RetrievalHint.Memory, entry.HasSenderId ? entry.SenderId : null), (SdsDialects)entry.Heard)),
        ],
        Unnamed = record.Unnamed,
        Kept = [.. record.Kept.Select(index => messages[index])],
        Outgoing = [.. record.Outgoing.Select(sent => new SdsSnapshot.Unacknowledged(messages[sent.Message], sent.Retransmissions))],
        Incoming = [.. record.Waiting.Select(held => new SdsSnapshot.Waiting(messages[held.Message], held.RetrievalHint.Memory, (SdsDialect)held.Dialect))],
        Met = [.. record.Missing.Select(missing => (missing.MessageId, (MetIds.Reason)missing.Reason))],
        Old = record.Old.Memory,
    };
}
