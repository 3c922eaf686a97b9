namespace LogosActors.Node.Tracing;

/// <summary>A request to send, as a list shows it.</summary>
/// <param name="RequestId">Its id.</param>
/// <param name="Kind">Where it is sent: message, or channel.</param>
/// <param name="Started">When it began.</param>
internal sealed record RequestSummary(string RequestId, string Kind, DateTimeOffset Started)
{
    /// <summary>How long it took, since it went on last; null: it has not ended.</summary>
    public double? Milliseconds { get; init; }

    /// <summary>How it has ended; null: it has not.</summary>
    public string? Outcome { get; init; }

    /// <summary>What went wrong; null: nothing.</summary>
    public string? Error { get; init; }

    /// <summary>The message's content topic.</summary>
    public string? ContentTopic { get; init; }

    /// <summary>The channel.</summary>
    public string? Channel { get; init; }

    /// <summary>The message's hash.</summary>
    public string? MessageHash { get; init; }

    /// <summary>How many spans are kept of it.</summary>
    public int SpanCount { get; init; }

    /// <summary>How many more there were.</summary>
    public int DroppedSpans { get; init; }
}

/// <summary>A request to send and all that is kept of it.</summary>
/// <param name="Request">The request.</param>
/// <param name="Spans">Its spans, in the order in which they began; the first is a root.</param>
internal sealed record RequestTrace(RequestSummary Request, IReadOnlyList<TracedSpan> Spans);

/// <summary>A step of a request.</summary>
/// <param name="SpanId">Its id, 16 hexadecimal digits.</param>
/// <param name="Name">Which step; docs/observing.md lists them.</param>
/// <param name="Started">When it began.</param>
internal sealed record TracedSpan(string SpanId, string Name, DateTimeOffset Started)
{
    /// <summary>The step that it is a part of; null, or not among the request's spans: it is a root.</summary>
    public string? ParentId { get; init; }

    /// <summary>How long it took; null: it has not ended.</summary>
    public double? Milliseconds { get; init; }

    /// <summary>What went wrong; null: nothing.</summary>
    public string? Error { get; init; }

    /// <summary>What is known of it.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>What has happened meanwhile.</summary>
    public IReadOnlyList<TracedEvent> Events { get; init; } = [];
}

/// <summary>Something that has happened during a step.</summary>
/// <param name="Name">What.</param>
/// <param name="Time">When.</param>
internal sealed record TracedEvent(string Name, DateTimeOffset Time);
