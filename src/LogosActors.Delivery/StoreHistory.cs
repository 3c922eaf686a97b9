using System.Globalization;
using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery;

/// <summary>Messages of the past.</summary>
/// <param name="Messages">The messages, by ascending time and hash.</param>
/// <param name="Cursor">Where the next answer begins; null: there is no more.</param>
public sealed record StoreHistory(IReadOnlyList<StoredMessage> Messages, StoreCursor? Cursor);

/// <summary>A message that a store has.</summary>
/// <param name="Hash">Its hash, which is checked when the message is there.</param>
/// <param name="Message">The message; null when only hashes were asked for.</param>
/// <param name="Timestamp">When its sender says that it was made; null when it does not say, or only hashes were asked for.</param>
public sealed record StoredMessage(MessageHash Hash, MessageEnvelope? Message, DateTimeOffset? Timestamp);

/// <summary>Where an answer has ended. Its text can be kept and read again.</summary>
public sealed record StoreCursor
{
    internal StoreCursor(int part, MessageHash? last) => (Part, Last) = (part, last);

    /// <summary>Which of the questions that the query takes.</summary>
    internal int Part { get; }

    /// <summary>The last message of it; null: it has not begun.</summary>
    internal MessageHash? Last { get; }

    /// <summary>Reads a cursor's text.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out StoreCursor? cursor)
    {
        cursor = null;
        var dash = text.IndexOf('-');
        if (dash < 0 || !int.TryParse(text[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out var part))
            return false;
        var rest = text[(dash + 1)..];
        if (rest.IsEmpty)
            cursor = new StoreCursor(part, null);
        else if (MessageHash.TryParse(rest, out var last))
            cursor = new StoreCursor(part, last);
        return cursor is not null;
    }

    /// <summary>Its text.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Part}-{Last}");
}
