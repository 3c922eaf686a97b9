using System.Diagnostics;
using LogosActors.Actors.Tracing;
using LogosActors.Delivery;

namespace LogosActors.Channels.Channel;

/// <summary>The spans of the requests that have not ended. While nobody listens there are none, and nothing is looked up.</summary>
internal sealed partial class SdsActor
{
    // As many as requests that have not ended; null: none was traced yet.
    Dictionary<RequestId, RequestTrace>? _traces;

    /// <summary>A request was decided about.</summary>
    void Follow(Conversation.Send send, Activity? segmenting, ChannelSendError? error)
    {
        if (send.Trace is not { } trace)
            return;
        if (error is not null)
        {
            SpanSource.End(segmenting, Time, error.Message);
            ChannelTrace.End(trace, "refused", error.Message, Time);
            return;
        }
        segmenting?.SetTag(SpanTags.Chunks, _machine.ChunksOf(send.Request));
        SpanSource.End(segmenting, Time);
        // One that is sent again after a restart has a new trace by now, if it was stored.
        if (trace.IsStopped)
        {
            if (_traces?.ContainsKey(send.Request) == true || ChannelTrace.BeginRecovered(send.Request, _settings.Options.ChannelId, Time) is not { } next)
                return;
            trace = next;
        }
        (_traces ??= [])[send.Request] = new RequestTrace(trace, send.IsEphemeral) { Commit = SpanSource.StartChild(Spans.Commit, trace, Time) };
    }

    /// <summary>A request is stored.</summary>
    void Committed(Conversation.Send send)
    {
        if (send.Trace is null || _traces is null || !_traces.TryGetValue(send.Request, out var trace))
            return;
        SpanSource.End(trace.Commit, Time);
        trace.Commit = null;
    }

    Transmission Traced(Transmission transmission) =>
        _traces is not null && transmission is { Trace: null, Request: { } request } && _traces.TryGetValue(request, out var trace)
            ? transmission with { Trace = trace.Root }
            : transmission;

    void EndTrace(ChannelEvent raised)
    {
        if (_traces is null || raised is not ReliableSendEvent send || !_traces.TryGetValue(send.RequestId, out var trace))
            return;
        switch (raised)
        {
            case ReliableMessageSent:
                trace.Root.AddEvent(new ActivityEvent(SpanTags.Propagated, Time.GetUtcNow()));
                if (trace.IsEphemeral)
                    EndTrace(send.RequestId, trace, "sent", error: null);
                break;
            case ReliableMessageDelivered:
                EndTrace(send.RequestId, trace, "delivered", error: null);
                break;
            case ReliableMessageSendError failed:
                EndTrace(send.RequestId, trace, NameOf(failed.Failure), failed.Error);
                break;
        }
    }

    void EndTrace(RequestId request, RequestTrace trace, string outcome, string? error)
    {
        _traces!.Remove(request);
        // An ephemeral message may fail in the very turn in which it is decided about.
        SpanSource.End(trace.Commit, Time);
        ChannelTrace.End(trace.Root, outcome, error, Time);
    }

    void BeginRecoveredTraces()
    {
        if (!SpanSource.IsListened)
            return;
        foreach (var request in _machine.Unfinished)
        {
            if (ChannelTrace.BeginRecovered(request, _settings.Options.ChannelId, Time) is { } trace)
                (_traces ??= [])[request] = new RequestTrace(trace, IsEphemeral: false);
        }
    }

    void LeaveTraces()
    {
        foreach (var trace in _traces?.Values.ToArray() ?? [])
        {
            SpanSource.End(trace.Commit, Time);
            ChannelTrace.End(trace.Root, "interrupted", error: null, Time);
        }
        _traces = null;
    }

    static string NameOf(SendFailure failure) => failure switch
    {
        SendFailure.NotAcknowledged => "not_acknowledged",
        SendFailure.NotEncrypted => "not_encrypted",
        SendFailure.RateLimited => "rate_limited",
        _ => "not_dispatched",
    };

    /// <summary>The trace of a request.</summary>
    /// <param name="Root">Its span.</param>
    /// <param name="IsEphemeral">Whether the request ends when all chunks have gone out.</param>
    sealed record RequestTrace(Activity Root, bool IsEphemeral)
    {
        /// <summary>While the request is being stored.</summary>
        public Activity? Commit { get; set; }
    }
}
