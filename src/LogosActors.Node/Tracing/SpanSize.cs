using System.Diagnostics;

namespace LogosActors.Node.Tracing;

/// <summary>How many bytes a span holds, roughly.</summary>
internal static class SpanSize
{
    // The object, its ids, and its places in tables.
    const int OfSpan = 512;
    const int OfTag = 64;
    const int OfEvent = 96;

    public static long Of(Activity span)
    {
        long bytes = OfSpan + (2L * (span.StatusDescription?.Length ?? 0));
        foreach (var (_, value) in span.EnumerateTagObjects())
            bytes += OfTag + (value is string text ? 2L * text.Length : 0);
        foreach (ref readonly var _ in span.EnumerateEvents())
            bytes += OfEvent;
        return bytes;
    }
}
