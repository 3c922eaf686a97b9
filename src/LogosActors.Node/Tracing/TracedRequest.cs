using System.Diagnostics;
using System.Globalization;
using LogosActors.Actors.Tracing;

namespace LogosActors.Node.Tracing;

/// <summary>The spans of one request. Guarded by <see cref="RecentRequests"/>.</summary>
/// <param name="id">The request's id.</param>
internal sealed class TracedRequest(string id)
{
    readonly List<Span> _spans = [];
    int _dropped;

    /// <summary>How many bytes its spans hold, roughly.</summary>
    public long Bytes { get; private set; }

    public IEnumerable<ActivitySpanId> SpanIds => _spans.Select(static span => span.Activity.SpanId);

    // The last root: one that goes on after a restart has several.
    Activity Root => _spans.FindLast(span => id.Equals(span.Activity.GetTagItem(SpanTags.Request)))!.Activity;

    /// <summary>Keeps a span that has begun.</summary>
    /// <returns>False: there are too many.</returns>
    public bool TryAdd(Activity activity)
    {
        if (_spans.Count >= RecentRequests.MaxSpans)
        {
            _dropped++;
            return false;
        }
        var span = new Span(activity) { Size = SpanSize.Of(activity) };
        _spans.Add(span);
        Bytes += span.Size;
        return true;
    }

    /// <summary>A span has ended.</summary>
    /// <returns>By how many bytes it has grown.</returns>
    public long Ended(Activity activity)
    {
        var span = _spans.Find(known => known.Activity == activity)!;
        var growth = SpanSize.Of(activity) - span.Size;
        span.Size += growth;
        Bytes += growth;
        return growth;
    }

    /// <summary>Whether a message of the request has a hash.</summary>
    public bool HasMessage(string hash) => _spans.Exists(span => hash.Equals(span.Activity.GetTagItem(SpanTags.MessageHash)));

    public RequestSummary Summarize()
    {
        var root = Root;
        return new RequestSummary(id, root.OperationName is Spans.ChannelSend ? "channel" : "message", StartOf(_spans[0].Activity))
        {
            Milliseconds = MillisecondsOf(root),
            Outcome = root.IsStopped ? root.GetTagItem(SpanTags.Outcome) as string : null,
            Error = root.StatusDescription,
            ContentTopic = root.GetTagItem(SpanTags.ContentTopic) as string,
            Channel = root.GetTagItem(SpanTags.Channel) as string,
            MessageHash = root.GetTagItem(SpanTags.MessageHash) as string,
            SpanCount = _spans.Count,
            DroppedSpans = _dropped,
        };
    }

    public RequestTrace Describe() => new(Summarize(), [.. _spans.Select(static span => Describe(span.Activity))]);

    static TracedSpan Describe(Activity span) => new(span.SpanId.ToHexString(), span.OperationName, StartOf(span))
    {
        ParentId = span.ParentSpanId == default ? null : span.ParentSpanId.ToHexString(),
        Milliseconds = MillisecondsOf(span),
        Error = span.StatusDescription,
        Tags = span.TagObjects.ToDictionary(static tag => tag.Key, static tag => TextOf(tag.Value), StringComparer.Ordinal),
        Events = [.. span.Events.Select(static told => new TracedEvent(told.Name, told.Timestamp))],
    };

    static DateTimeOffset StartOf(Activity span) => new(span.StartTimeUtc);

    static double? MillisecondsOf(Activity span) => span.IsStopped ? span.Duration.TotalMilliseconds : null;

    static string TextOf(object? value) => value is bool isTrue ? (isTrue ? "true" : "false") : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    sealed record Span(Activity Activity)
    {
        public long Size { get; set; }
    }
}
