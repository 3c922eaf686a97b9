using LogosActors.Channels.Sds;
using LogosActors.Channels.Sds.Wire;

namespace LogosActors.Channels.Records;

/// <summary>Messages, each of which stands in a snapshot once.</summary>
internal sealed class MessageTable(Snapshot record)
{
    readonly Dictionary<string, int> _indexes = new(StringComparer.Ordinal);

    /// <summary>Where a message stands; it is added unless it is there.</summary>
    public int IndexOf(SdsMessage message)
    {
        if (_indexes.TryGetValue(message.MessageId, out var index))
            return index;
        _indexes.Add(message.MessageId, index = record.Messages.Count);
        record.Messages.Add(ChannelRecords.Wrap(SdsCodec.Encode(message, SdsDialect.Specification)));
        return index;
    }
}
