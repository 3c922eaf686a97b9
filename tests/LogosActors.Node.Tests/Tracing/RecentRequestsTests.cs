using System.Diagnostics;
using LogosActors.Actors.Tracing;
using LogosActors.Node.Tracing;

namespace LogosActors.Node.Tests.Tracing;

/// <summary>Alone in the process: whoever listens hears the spans of all nodes.</summary>
[CollectionDefinition(nameof(RecentRequestsTests), DisableParallelization = true)]
public sealed class RecentRequestsCollection;

[Collection(nameof(RecentRequestsTests))]
public sealed class RecentRequestsTests : IDisposable
{
    readonly ManualClock _clock = new();
    readonly RecentRequests _requests;

    public RecentRequestsTests() => _requests = new RecentRequests(_clock);

    public void Dispose() => _requests.Dispose();

    [Fact]
    public void The_last_thousand_requests_are_kept_and_the_newest_is_first()
    {
        for (var i = 0; i < 1200; i++)
        {
            _clock.Milliseconds += 2;
            End(Begin($"{i}"), "sent");
        }

        Assert.Equal(Enumerable.Range(200, 1000).Reverse().Select(i => $"{i}"), _requests.Latest(2000).Select(request => request.RequestId));
        Assert.Null(_requests.Find("199"));
        Assert.Equal("sent", _requests.Find("200")!.Request.Outcome);
    }

    [Fact]
    public void Of_more_than_a_thousand_requests_a_second_the_others_are_not_traced()
    {
        var traced = Enumerable.Range(0, 5000).Count(i => TryBegin($"{i}") is not null);
        _clock.Milliseconds += 1000;

        Assert.Equal(1000, traced);
        Assert.NotNull(TryBegin("later"));
        Assert.Null(_requests.Find("1000"));
    }

    [Fact]
    public void A_request_with_more_spans_than_are_kept_says_how_many_more_there_were()
    {
        var root = Begin("many");
        for (var i = 0; i < 300; i++)
            SpanSource.End(SpanSource.StartChild(Spans.Publish, root, TimeProvider.System), TimeProvider.System);
        End(root, "sent");

        var trace = _requests.Find("many")!;

        Assert.Equal((RecentRequests.MaxSpans, 301 - RecentRequests.MaxSpans), (trace.Spans.Count, trace.Request.DroppedSpans));
        Assert.Equal("sent", trace.Request.Outcome);
    }

    [Fact]
    public void The_oldest_requests_make_way_for_large_ones()
    {
        const int Large = 1 << 20;
        for (var i = 0; i < 20; i++)
        {
            var root = Begin($"{i}");
            root.SetTag("note", new string('x', Large / 2));
            End(root, "sent");
        }

        Assert.InRange(_requests.Latest(100).Count * (long)Large, RecentRequests.MaxBytes - (2 * Large), RecentRequests.MaxBytes + Large);
        Assert.NotNull(_requests.Find("19"));
        Assert.Null(_requests.Find("0"));
    }

    [Fact]
    public void A_request_that_is_under_way_is_there_with_what_it_has_done()
    {
        var root = Begin("long");
        using var publish = SpanSource.StartChild(Spans.Publish, root, TimeProvider.System);

        var trace = _requests.Find("long")!;

        Assert.Null(trace.Request.Milliseconds);
        Assert.Equal([Spans.Send, Spans.Publish], trace.Spans.Select(span => span.Name));
        Assert.Equal(trace.Spans[0].SpanId, trace.Spans[1].ParentId);
        End(root, "sent");
    }

    [Fact]
    public void A_request_that_goes_on_after_a_restart_stays_one_and_a_parts_own_request_is_none()
    {
        var first = SpanSource.StartRoot(Spans.ChannelSend, ActivityKind.Producer, DateTimeOffset.UtcNow, "again", Name)!;
        var chunk = SpanSource.StartChild(Spans.Send, first, TimeProvider.System, "chunk", Name);
        SpanSource.End(chunk, TimeProvider.System);
        End(first, "interrupted");
        End(SpanSource.StartRoot(Spans.ChannelSend, ActivityKind.Producer, DateTimeOffset.UtcNow, "again", Name)!, "delivered");

        var request = Assert.Single(_requests.Latest(10));

        Assert.Equal(("again", "channel", "delivered", 3), (request.RequestId, request.Kind, request.Outcome, request.SpanCount));
    }

    [Fact]
    public void What_is_received_evicts_no_request()
    {
        End(Begin("mine"), "sent");

        for (var i = 0; i < 1200; i++)
            SpanSource.End(SpanSource.StartRoot(Spans.Receive, ActivityKind.Consumer, DateTimeOffset.UtcNow, "received", Name), TimeProvider.System);

        Assert.Equal("mine", Assert.Single(_requests.Latest(10)).RequestId);
    }

    static Activity Begin(string request) => TryBegin(request)!;

    static Activity? TryBegin(string request) => SpanSource.StartRoot(Spans.Send, ActivityKind.Producer, DateTimeOffset.UtcNow, request, Name);

    static void Name(Activity span, string request) => span.SetTag(SpanTags.Request, request);

    static void End(Activity root, string outcome)
    {
        root.SetTag(SpanTags.Outcome, outcome);
        SpanSource.End(root, TimeProvider.System);
    }

    sealed class ManualClock : TimeProvider
    {
        public long Milliseconds { get; set; }

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => Milliseconds;
    }
}
