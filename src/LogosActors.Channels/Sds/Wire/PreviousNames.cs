using System.Text;

namespace LogosActors.Channels.Sds.Wire;

/// <summary>What the message before has named: the next one of a channel names nearly the same, and what is the same need not be made again.</summary>
/// <remarks>
/// It keeps the causal history of one message, which <see cref="SdsLimits"/> bound. Of its entries <see cref="MaxPassed"/> are compared
/// with one that is read, whatever comes. Not safe for concurrent use.
/// </remarks>
internal sealed class PreviousNames
{
    /// <summary>How many entries may have left a causal history since the message before: one for each that we have not read, as our own.</summary>
    const int MaxPassed = 16;

    IReadOnlyList<HistoryEntry> _entries = [];
    string _sender = "";
    string _channel = "";
    string _entrySender = "";
    int _next;

    /// <summary>The entry that says the same; null: there is none where it is to be expected.</summary>
    public HistoryEntry? Find(ReadOnlySpan<byte> id, ReadOnlySpan<byte> hint, ReadOnlySpan<byte> sender)
    {
        var end = Math.Min(_entries.Count, _next + MaxPassed);
        for (var i = _next; i < end; i++)
        {
            var entry = _entries[i];
            if (!Ascii.Equals(id, entry.MessageId))
                continue;
            _next = i + 1;
            return hint.SequenceEqual(entry.RetrievalHint.Span) && Ascii.Equals(sender, entry.SenderId) ? entry : null;
        }
        return null;
    }

    /// <summary>The sender's id, if it is that of the message before.</summary>
    public string? FindSender(ReadOnlySpan<byte> sender) => Ascii.Equals(sender, _sender) ? _sender : null;

    /// <summary>The channel's id, likewise.</summary>
    public string? FindChannel(ReadOnlySpan<byte> channel) => Ascii.Equals(channel, _channel) ? _channel : null;

    /// <summary>An entry's sender, if it is that of the entry before, or of the message before.</summary>
    public string? FindEntrySender(ReadOnlySpan<byte> sender) => Ascii.Equals(sender, _entrySender) ? _entrySender : FindSender(sender);

    /// <summary>An entry was read.</summary>
    public void Read(HistoryEntry entry) => _entrySender = entry.SenderId ?? _entrySender;

    /// <summary>A message was read; the next one is compared with it.</summary>
    public void Read(SdsMessage message)
    {
        (_sender, _channel, _next) = (message.SenderId, message.ChannelId, 0);
        if (message.CausalHistory.Count > 0)
            _entries = message.CausalHistory;
    }
}
