using System.Globalization;
using System.Text;

namespace LogosActors.Node.Metrics;

/// <summary>Writes measurements as Prometheus reads them (text exposition format 0.0.4).</summary>
internal static class PrometheusText
{
    /// <summary>The content type.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>A name of letters, digits and underscores from an instrument's name and unit.</summary>
    /// <param name="name">Such as <c>logos.messages.sent</c>.</param>
    /// <param name="unit">In UCUM as .NET writes it, such as <c>s</c>, <c>By</c> or <c>{message}</c>; null: none.</param>
    /// <param name="isCounter">Whether it only grows: its name ends in <c>_total</c>.</param>
    public static string NameOf(string name, string? unit, bool isCounter)
    {
        var text = new StringBuilder(name.Length + 16);
        foreach (var letter in name)
            text.Append(char.IsAsciiLetterOrDigit(letter) ? letter : '_');
        if (text.Length == 0 || char.IsAsciiDigit(text[0]))
            text.Insert(0, '_');
        var suffix = unit switch { "s" => "_seconds", "ms" => "_milliseconds", "By" => "_bytes", "%" => "_percent", _ => "" };
        if (!EndsWith(text, suffix))
            text.Append(suffix);
        if (isCounter && !EndsWith(text, "_total"))
            text.Append("_total");
        return text.ToString();
    }

    /// <summary>Writes the head of a metric: its description and type.</summary>
    public static void WriteHead(StringBuilder text, string name, string? description, string type)
    {
        if (!string.IsNullOrEmpty(description))
        {
            text.Append("# HELP ").Append(name).Append(' ')
                .Append(description.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('\n');
        }
        text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
    }

    /// <summary>Writes one value.</summary>
    /// <param name="text">Where to.</param>
    /// <param name="name">The metric's name.</param>
    /// <param name="labels">As <see cref="LabelsOf"/> writes them; empty: none.</param>
    /// <param name="value">The value.</param>
    public static void WriteValue(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
            text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(value switch
        {
            double.PositiveInfinity => "+Inf",
            double.NegativeInfinity => "-Inf",
            _ => value.ToString("R", CultureInfo.InvariantCulture),
        }).Append('\n');
    }

    /// <summary>Writes the values of a histogram.</summary>
    /// <param name="text">Where to.</param>
    /// <param name="name">The metric's name.</param>
    /// <param name="labels">As <see cref="LabelsOf"/> writes them; empty: none.</param>
    /// <param name="bounds">The upper ends of the buckets but the last.</param>
    /// <param name="buckets">How many values are in each bucket; one more than <paramref name="bounds"/>.</param>
    /// <param name="sum">The sum of the values.</param>
    public static void WriteHistogram(StringBuilder text, string name, string labels, IReadOnlyList<double> bounds, IReadOnlyList<long> buckets, double sum)
    {
        var count = 0L;
        var before = labels.Length > 0 ? labels + "," : "";
        for (var i = 0; i < buckets.Count; i++)
        {
            count += buckets[i];
            var bound = i < bounds.Count ? bounds[i].ToString("R", CultureInfo.InvariantCulture) : "+Inf";
            WriteValue(text, $"{name}_bucket", $"{before}le=\"{bound}\"", count);
        }
        WriteValue(text, $"{name}_sum", labels, sum);
        WriteValue(text, $"{name}_count", labels, count);
    }

    /// <summary>Writes labels, sorted by name: <c>a="1",b="2"</c>.</summary>
    public static string LabelsOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
            return "";
        var sorted = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in tags)
            sorted[NameOf(name, null, isCounter: false)] = Escape(value is bool truth ? truth ? "true" : "false" : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");
        return string.Join(',', sorted.Select(label => $"{label.Key}=\"{label.Value}\""));
    }

    static string Escape(string value) => value.Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    static bool EndsWith(StringBuilder text, string suffix) =>
        suffix.Length <= text.Length && text.ToString(text.Length - suffix.Length, suffix.Length) == suffix;
}
