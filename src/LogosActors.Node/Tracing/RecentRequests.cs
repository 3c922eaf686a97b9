using System.Diagnostics;
using LogosActors.Actors.Tracing;

namespace LogosActors.Node.Tracing;

/// <summary>Keeps the spans of the last requests to send, those that are under way included. For any number of threads.</summary>
/// <remarks>Bounds: <see cref="MaxRequests"/> requests and <see cref="MaxBytes"/>, the oldest make way; <see cref="MaxSpans"/> spans of one request,
/// further ones are counted; <see cref="RequestSampling.MaxPerSecond"/> new requests a second, further ones are not kept. What is received is not kept: a stranger's messages must not evict the node's own requests.</remarks>
internal sealed class RecentRequests : IDisposable
{
    /// <summary>How many requests are kept.</summary>
    public const int MaxRequests = 1000;

    /// <summary>How many spans of one request are kept.</summary>
    public const int MaxSpans = 256;

    /// <summary>How many bytes all of them have, roughly.</summary>
    public const long MaxBytes = 16 << 20;

    readonly Lock _gate = new();
    readonly Queue<string> _order = new();
    readonly Dictionary<string, TracedRequest> _requests = new(StringComparer.Ordinal);
    readonly Dictionary<ActivitySpanId, TracedRequest> _spans = [];
    readonly ActivityListener _listener;
    long _bytes;

    /// <param name="time">The clock.</param>
    public RecentRequests(TimeProvider time)
    {
        var sampling = new RequestSampling(time);
        _listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == SpanSource.Name,
            Sample = (ref options) => options.Name != Spans.Receive && sampling.Wants(options.Parent)
                ? ActivitySamplingResult.AllDataAndRecorded
                : ActivitySamplingResult.None,
            ActivityStarted = Started,
            ActivityStopped = Stopped,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>The latest requests, the newest first.</summary>
    /// <param name="limit">How many at most.</param>
    public IReadOnlyList<RequestSummary> Latest(int limit)
    {
        lock (_gate)
            return [.. _order.Reverse().Take(limit).Select(id => _requests[id].Summarize())];
    }

    /// <summary>A request and its spans; null: it is not known, or not any longer.</summary>
    /// <param name="name">Its id, or the hash of a message of it.</param>
    public RequestTrace? Find(string name)
    {
        lock (_gate)
            return (_requests.GetValueOrDefault(name) ?? _requests.Values.FirstOrDefault(request => request.HasMessage(name)))?.Describe();
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    void Started(Activity span)
    {
        lock (_gate)
        {
            if (!_spans.TryGetValue(span.ParentSpanId, out var request) && (request = Begin(span)) is null)
                return;
            if (!request.TryAdd(span))
                return;
            _spans[span.SpanId] = request;
            _bytes += SpanSize.Of(span);
            while (_requests.Count > 1 && (_requests.Count > MaxRequests || _bytes > MaxBytes))
                Evict();
        }
    }

    void Stopped(Activity span)
    {
        lock (_gate)
        {
            if (_spans.TryGetValue(span.SpanId, out var request))
                _bytes += request.Ended(span);
        }
    }

    /// <summary>A request that has a trace already goes on after a restart: it stays one.</summary>
    TracedRequest? Begin(Activity root)
    {
        if (root.OperationName is not (Spans.Send or Spans.ChannelSend) || root.GetTagItem(SpanTags.Request) is not string id)
            return null;
        if (_requests.TryGetValue(id, out var known))
            return known;
        var request = new TracedRequest(id);
        _requests.Add(id, request);
        _order.Enqueue(id);
        return request;
    }

    void Evict()
    {
        _requests.Remove(_order.Dequeue(), out var oldest);
        foreach (var span in oldest!.SpanIds)
            _spans.Remove(span);
        _bytes -= oldest.Bytes;
    }
}
