using System.Diagnostics;
using LogosActors.Actors.Tracing;
using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Delivery.Sending;

/// <summary>The spans of requests and of their steps. A request that is not traced has no root, and its steps have no spans.</summary>
internal sealed partial class SendsActor
{
    void BeginStep(OutgoingSend send, string name)
    {
        if (send.Send.Trace is not { } trace)
            return;
        // A message that waits for room is offered again and again: that is one attempt.
        if (name is Spans.Publish && send.Step is { OperationName: Spans.Publish, IsStopped: false })
            return;
        EndStep(send);
        send.Step = SpanSource.StartChild(name, trace, Time);
    }

    void EndStep(OutgoingSend send, string? error = null)
    {
        if (send.Step is not { } step)
            return;
        send.Step = null;
        SpanSource.End(step, Time, error);
    }

    void EndPublish(OutgoingSend send, Gossip.PublishedTagged published)
    {
        if (send.Step is not { OperationName: Spans.Publish } step || published.Outcome is PublishOutcome.Congested)
            return;
        step.SetTag(SpanTags.Outcome, NameOf(published.Outcome)).SetTag(SpanTags.Peers, published.PeerCount);
        EndStep(send);
    }

    void EndConfirm(OutgoingSend send, Presence presence)
    {
        if (send.Step is not { OperationName: Spans.Confirm } step)
            return;
        step.SetTag(SpanTags.Outcome, presence switch
        {
            Presence.Present => "present",
            Presence.Absent => "absent",
            _ => "unasked",
        });
        EndStep(send);
    }

    void EndTrace(OutgoingSend send)
    {
        if (send.Send.Trace is not { } trace)
            return;
        EndStep(send);
        SendTrace.End(trace, send.IsRefused ? "refused" : SendTrace.NameOf(send.End), send.IsRefused ? "The sender was refused meanwhile." : send.Error(_options.Timeout), Time);
    }

    /// <summary>The requests go on elsewhere: in the next incarnation with their traces, or in the next process without.</summary>
    void LeaveTraces(string reason, bool endRequests)
    {
        foreach (var send in _requests.Values)
        {
            if (send.Send.Trace is not { } trace)
                continue;
            send.Step?.SetTag(SpanTags.Outcome, reason);
            EndStep(send);
            if (endRequests)
                SendTrace.End(trace, reason, error: null, Time);
        }
    }

    /// <summary>A request of an earlier process has a trace of its own.</summary>
    Sends.Send Traced(Sends.Send send)
    {
        if (!SpanSource.IsListened || send.Trace is not null)
            return send;
        var trace = SendTrace.Begin(send.Request, send.Message, Time);
        trace?.SetTag(SpanTags.Recovered, true);
        return send with { Trace = trace };
    }

    static string NameOf(PublishOutcome outcome) => outcome switch
    {
        PublishOutcome.Sent => "sent",
        PublishOutcome.NoPeers => "no_peers",
        PublishOutcome.Duplicate => "duplicate",
        PublishOutcome.TooLarge => "too_large",
        PublishOutcome.Congested => "congested",
        _ => "invalid",
    };
}
