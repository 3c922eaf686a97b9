using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery.Topics;

/// <summary>What a message is about: <c>/application/version/name/encoding</c>, with an optional generation before it (23/WAKU2-TOPICS §Content Topics).</summary>
/// <remarks>Two topics are equal when their texts are; <c>/0/…</c> and its short form are different topics on the same shard.</remarks>
public sealed record ContentTopic
{
    ContentTopic(string text, int? generation, string application, string version, string name, string encoding) =>
        (Text, Generation, Application, Version, Name, Encoding) = (text, generation, application, version, name, encoding);

    /// <summary>The whole topic.</summary>
    public string Text { get; }

    /// <summary>The generation of the sharding; null when the topic does not say, which means 0.</summary>
    public int? Generation { get; }

    /// <summary>The application.</summary>
    public string Application { get; }

    /// <summary>The version of the application's protocol.</summary>
    public string Version { get; }

    /// <summary>The topic within the application.</summary>
    public string Name { get; }

    /// <summary>How payloads are encoded.</summary>
    public string Encoding { get; }

    /// <summary>Reads a topic.</summary>
    /// <exception cref="FormatException">It is not of that form; the text says what is wrong.</exception>
    public static ContentTopic Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var topic, out var problem) ? topic : throw new FormatException(problem);
    }

    /// <summary>Reads a topic.</summary>
    /// <param name="text">At most <see cref="WakuMessageLimits.ContentTopicLength"/> bytes as UTF-8.</param>
    /// <param name="topic">The topic; null when the text is none.</param>
    /// <param name="problem">What is wrong, for people; null when nothing is.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ContentTopic? topic, [NotNullWhen(false)] out string? problem)
    {
        topic = null;
        if (text is null || !text.StartsWith('/'))
        {
            problem = Problem(text, "it does not start with a slash");
            return false;
        }
        if (text.Length > WakuMessageLimits.ContentTopicLength
            || System.Text.Encoding.UTF8.GetByteCount(text) > WakuMessageLimits.ContentTopicLength)
        {
            problem = $"A content topic has at most {WakuMessageLimits.ContentTopicLength} bytes.";
            return false;
        }
        var parts = text[1..].Split('/');
        if (parts.Length is not (4 or 5))
        {
            problem = Problem(text, $"it has {parts.Length} part{(parts.Length == 1 ? "" : "s")}");
            return false;
        }
        if (parts.Any(part => part.Length == 0))
        {
            problem = Problem(text, "a part is empty");
            return false;
        }
        int? generation = null;
        if (parts.Length == 5)
        {
            if (!int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                problem = Problem(text, $"its generation '{parts[0]}' is not a number");
                return false;
            }
            generation = number;
            parts = parts[1..];
        }
        topic = new ContentTopic(text, generation, parts[0], parts[1], parts[2], parts[3]);
        problem = null;
        return true;
    }

    /// <summary>The whole topic.</summary>
    public override string ToString() => Text;

    /// <inheritdoc/>
    public bool Equals(ContentTopic? other) => other is not null && string.Equals(Text, other.Text, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    static string Problem(string? text, string what) =>
        $"Content topic '{(text?.Length > 100 ? text[..100] + "…" : text)}' is not of the form /application/version/name/encoding (23/WAKU2-TOPICS): {what}.";
}
