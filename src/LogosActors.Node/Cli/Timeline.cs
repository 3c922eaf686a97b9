using System.Globalization;
using LogosActors.Actors.Tracing;
using LogosActors.Node.Hosting;
using LogosActors.Node.Tracing;
using Spectre.Console;

namespace LogosActors.Node.Cli;

/// <summary>Draws the steps of a request beneath each other, with a bar for the time that each took.</summary>
internal static class Timeline
{
    /// <summary>How many characters the whole time has.</summary>
    const int Width = 30;

    public static void Write(IAnsiConsole console, RequestTrace trace)
    {
        var first = trace.Spans.Min(static span => span.Started);
        var whole = Math.Max(trace.Spans.Max(span => (span.Started - first).TotalMilliseconds + (span.Milliseconds ?? 0)), 0.001);
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn("Step").AddColumn(new TableColumn("At").RightAligned()).AddColumn(new TableColumn("Took").RightAligned()).AddColumn("").AddColumn("");
        var byParent = trace.Spans.ToLookup(static span => span.ParentId, StringComparer.Ordinal);
        var known = trace.Spans.Select(static span => span.SpanId).ToHashSet(StringComparer.Ordinal);
        foreach (var root in trace.Spans.Where(span => span.ParentId is null || !known.Contains(span.ParentId)))
            AddRows(root, depth: 0);
        console.Write(table);
        if (trace.Request.DroppedSpans > 0)
            console.WriteLine($"{trace.Request.DroppedSpans} more steps are not kept.");

        void AddRows(TracedSpan span, int depth)
        {
            var at = (span.Started - first).TotalMilliseconds;
            table.AddRow(
                new Text($"{new string(' ', 2 * depth)}{span.Name.Replace("logos.", "", StringComparison.Ordinal)}"), new Text(DurationOf(at)),
                new Text(DurationOf(span.Milliseconds)), new Text(BarOf(at, span.Milliseconds, whole)), new Text(PrintableText.Of(DetailsOf(span))));
            foreach (var child in byParent[span.SpanId])
                AddRows(child, depth + 1);
        }
    }

    /// <summary>A time in milliseconds, or in seconds from ten on.</summary>
    public static string DurationOf(double? milliseconds) => milliseconds switch
    {
        null => "under way",
        >= 10_000 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000:0.0} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0.0} ms"),
    };

    static string BarOf(double at, double? took, double whole)
    {
        var begin = Math.Clamp((int)(at / whole * Width), 0, Width - 1);
        var end = took is { } known ? Math.Clamp((int)Math.Ceiling((at + known) / whole * Width), begin + 1, Width) : Width;
        return $"{new string('·', begin)}{new string(took is null ? '─' : '█', end - begin)}{new string('·', Width - end)}";
    }

    static string DetailsOf(TracedSpan span)
    {
        var details = new List<string>();
        if (span.Tags.TryGetValue(SpanTags.Outcome, out var outcome))
            details.Add(outcome);
        foreach (var (tag, text) in Shown)
        {
            if (span.Tags.TryGetValue(tag, out var value))
                details.Add(string.Format(CultureInfo.InvariantCulture, text, value));
        }
        details.AddRange(span.Events.Select(told => $"{told.Name} at {DurationOf((told.Time - span.Started).TotalMilliseconds)}"));
        if (span.Error is { } error)
            details.Add(error);
        return string.Join(", ", details);
    }

    static readonly (string Tag, string Text)[] Shown =
    [
        (SpanTags.ContentTopic, "{0}"), (SpanTags.Channel, "channel {0}"), (SpanTags.PayloadSize, "{0} B"), (SpanTags.Chunks, "chunks: {0}"),
        (SpanTags.Protocol, "by {0}"), (SpanTags.Peers, "peers: {0}"), (SpanTags.Recovered, "recovered"),
    ];
}
