using System.Diagnostics;
using LogosActors.Actors.Tracing;
using LogosActors.Delivery;

namespace LogosActors.Channels.Channel;

/// <summary>The spans of requests to send on a channel, and of the chunks that they become.</summary>
internal static class ChannelTrace
{
    /// <summary>Begins the trace of a request; null while nobody listens.</summary>
    public static Activity? Begin(RequestId request, string channelId, int payloadSize, TimeProvider time) =>
        SpanSource.IsListened
            ? SpanSource.StartRoot(
                Spans.ChannelSend, ActivityKind.Producer, time.GetUtcNow(), (request, channelId, payloadSize),
                static (span, send) => Describe(span, send.request, send.channelId).SetTag(SpanTags.PayloadSize, send.payloadSize))
            : null;

    /// <summary>Begins the trace of a request that goes on after a restart; null while nobody listens.</summary>
    public static Activity? BeginRecovered(RequestId request, string channelId, TimeProvider time) =>
        SpanSource.IsListened
            ? SpanSource.StartRoot(
                Spans.ChannelSend, ActivityKind.Producer, time.GetUtcNow(), (request, channelId),
                static (span, send) => Describe(span, send.request, send.channelId).SetTag(SpanTags.Recovered, true))
            : null;

    /// <summary>Ends the trace of a request.</summary>
    public static void End(Activity? trace, string outcome, string? error, TimeProvider time)
    {
        if (trace is null || trace.IsStopped)
            return;
        trace.SetTag(SpanTags.Outcome, outcome);
        SpanSource.End(trace, time, error);
    }

    /// <summary>Begins a step of a chunk, unless one is under way; of a chunk that is not traced, nothing.</summary>
    public static Transmission Begin(Transmission transmission, string name, TimeProvider time) =>
        transmission is { Trace: { } trace, Step: null }
            ? transmission with { Step = SpanSource.StartChild(name, trace, time, transmission, static (span, sent) => span.SetTag(SpanTags.MessageId, sent.MessageId)) }
            : transmission;

    /// <summary>Ends the step of a chunk.</summary>
    public static Transmission End(Transmission transmission, TimeProvider time, string? error = null)
    {
        if (transmission.Step is not { } step)
            return transmission;
        SpanSource.End(step, time, error);
        return transmission with { Step = null };
    }

    static Activity Describe(Activity span, RequestId request, string channelId) =>
        span.SetTag(SpanTags.Request, request.Value).SetTag(SpanTags.Channel, channelId);
}
