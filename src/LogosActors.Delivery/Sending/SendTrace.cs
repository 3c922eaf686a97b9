using System.Diagnostics;
using LogosActors.Actors.Tracing;

namespace LogosActors.Delivery.Sending;

/// <summary>The span of a request to send.</summary>
internal static class SendTrace
{
    /// <summary>Begins the trace of a request of the application; null while nobody listens.</summary>
    public static Activity? Begin(RequestId request, OutgoingMessage message, TimeProvider time) =>
        SpanSource.IsListened ? SpanSource.StartRoot(Spans.Send, ActivityKind.Producer, time.GetUtcNow(), (request, message), Describe) : null;

    /// <summary>Begins the part of a trace that is a request of a layer above; null: that is not traced.</summary>
    public static Activity? Begin(RequestId request, OutgoingMessage message, Activity? parent, TimeProvider time) =>
        SpanSource.StartChild(Spans.Send, parent, time, (request, message), Describe);

    /// <summary>Ends it.</summary>
    /// <param name="trace">The span; null: there is none.</param>
    /// <param name="outcome">How the request has ended.</param>
    /// <param name="error">What went wrong, for people; null: nothing.</param>
    /// <param name="time">The system's clock.</param>
    public static void End(Activity? trace, string outcome, string? error, TimeProvider time)
    {
        if (trace is null || trace.IsStopped)
            return;
        trace.SetTag(SpanTags.Outcome, outcome);
        SpanSource.End(trace, time, error);
    }

    /// <summary>How a request has ended, as the tag says it.</summary>
    public static string NameOf(SendEnd end) => end switch
    {
        SendEnd.Sent => "sent",
        SendEnd.Stored => "stored",
        SendEnd.NoPeers => "no_peers",
        SendEnd.NotStored => "not_stored",
        SendEnd.Refused => "refused",
        SendEnd.Stopped => "stopped",
        _ => "none",
    };

    static readonly Action<Activity, (RequestId Request, OutgoingMessage Message)> Describe = static (span, send) => span
        .SetTag(SpanTags.Request, send.Request.Value)
        .SetTag(SpanTags.MessageHash, send.Message.Hash.ToString())
        .SetTag(SpanTags.ContentTopic, send.Message.Message.ContentTopic)
        .SetTag(SpanTags.PubsubTopic, send.Message.Shard.ToString())
        .SetTag(SpanTags.PayloadSize, send.Message.Message.Payload.Length);
}
