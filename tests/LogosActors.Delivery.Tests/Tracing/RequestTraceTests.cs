using System.Diagnostics;
using LogosActors.Actors.Tracing;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Sending;
using LogosActors.Delivery.Tests.Sending;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.TestKit;
using LogosActors.Tests;
using static LogosActors.Delivery.Tests.Node;

namespace LogosActors.Delivery.Tests.Tracing;

/// <summary>Alone in the process: whoever listens hears the spans of all nodes.</summary>
[CollectionDefinition(nameof(RequestTraceTests), DisableParallelization = true)]
public sealed class RequestTraceCollection;

[Collection(nameof(RequestTraceTests))]
public sealed class RequestTraceTests
{
    [Fact]
    public void A_request_that_a_store_confirms_is_one_tree_from_the_call_to_its_end()
    {
        using var spans = new RecordedSpans();
        using var simulation = Begin();
        var scene = new SendsScene(simulation) { HasStore = true };

        var request = scene.Send();
        simulation.RunFor(TimeSpan.FromSeconds(5));

        var root = Assert.Single(spans.Named(Spans.Send));
        Assert.Equal(default, root.ParentSpanId);
        Assert.Equal(request.Value, root.GetTagItem(SpanTags.Request));
        Assert.Equal(Assert.Single(scene.Published).ToString(), root.GetTagItem(SpanTags.MessageHash));
        Assert.Equal("stored", root.GetTagItem(SpanTags.Outcome));
        Assert.Equal(SpanTags.Propagated, Assert.Single(root.Events).Name);
        Assert.Collection(
            spans.Beneath(root),
            publish => Assert.Equal((Spans.Publish, "sent"), (publish.OperationName, publish.GetTagItem(SpanTags.Outcome))),
            confirm => Assert.Equal((Spans.Confirm, "present"), (confirm.OperationName, confirm.GetTagItem(SpanTags.Outcome))));
        Assert.All(spans.Ended, span => Assert.Equal(root.TraceId, span.TraceId));
    }

    [Fact]
    public void Each_attempt_is_a_span_and_their_times_are_those_of_the_systems_clock()
    {
        using var spans = new RecordedSpans();
        using var simulation = Begin();
        var scene = new SendsScene(simulation) { Publish = static () => PublishOutcome.NoPeers };
        var began = simulation.Time.GetUtcNow();

        scene.Send();
        simulation.RunFor(TimeSpan.FromMinutes(2));

        var root = Assert.Single(spans.Named(Spans.Send));
        Assert.Equal(began.UtcDateTime, root.StartTimeUtc);
        Assert.Equal(new SendingOptions().Timeout, root.Duration);
        Assert.Equal((ActivityStatusCode.Error, "no_peers"), (root.Status, root.GetTagItem(SpanTags.Outcome)));
        Assert.InRange(spans.Named(Spans.Publish).Count, 3, 60);
        Assert.All(spans.Named(Spans.Publish), publish => Assert.Equal("no_peers", publish.GetTagItem(SpanTags.Outcome)));
    }

    [Fact]
    public void A_message_that_waits_for_room_is_one_attempt()
    {
        using var spans = new RecordedSpans();
        using var simulation = Begin();
        var congested = 0;
        var scene = new SendsScene(simulation) { Publish = () => congested++ < 50 ? PublishOutcome.Congested : PublishOutcome.Sent };

        scene.Send();
        simulation.RunFor(TimeSpan.FromSeconds(5));

        Assert.InRange(congested, 51, 51);
        Assert.Equal("sent", Assert.Single(spans.Named(Spans.Publish)).GetTagItem(SpanTags.Outcome));
    }

    [Fact]
    public void A_request_of_a_killed_process_goes_on_in_a_trace_of_its_own()
    {
        using var spans = new RecordedSpans();
        using var simulation = Begin();
        var scene = new SendsScene(simulation, isStored: true) { Publish = static () => PublishOutcome.NoPeers };
        var request = scene.Send();
        simulation.RunFor(TimeSpan.FromMilliseconds(100));
        Assert.Single(spans.Named(Spans.SendStore));
        Assert.Empty(spans.Named(Spans.Send));
        simulation.Kill(scene.System);

        _ = new SendsScene(simulation, isStored: true, system: simulation.Start("next"));
        simulation.RunFor(TimeSpan.FromSeconds(5));

        var root = Assert.Single(spans.Named(Spans.Send), span => span.GetTagItem(SpanTags.Recovered) is true);
        Assert.Equal((request.Value, "sent"), (root.GetTagItem(SpanTags.Request), root.GetTagItem(SpanTags.Outcome)));
    }

    [Fact]
    public void A_request_whose_actor_fails_stays_one_tree()
    {
        using var spans = new RecordedSpans();
        using var simulation = new Simulation(SimulatedSystems.Options with { Seed = 1, StorageFaults = new StorageFaults { WriteFailure = 0.5, MaxLatency = TimeSpan.FromMilliseconds(300) } });
        var scene = new SendsScene(simulation, isStored: true);

        var sent = Enumerable.Range(0, 5).Select(_ => scene.SendAsync()).ToList();
        simulation.RunFor(TimeSpan.FromMinutes(3));

        var accepted = sent.Select(answer => simulation.Wait(answer)).Where(answer => answer.IsSuccess).Select(answer => answer.Value.Value).ToList();
        Assert.NotEmpty(accepted);
        Assert.All(accepted, request => Assert.Contains(spans.Named(Spans.Send), root => request.Equals(root.GetTagItem(SpanTags.Request)) && "sent".Equals(root.GetTagItem(SpanTags.Outcome))));
    }

    [Fact]
    public async Task A_message_is_followed_over_the_relay_to_the_other_nodes_handler()
    {
        using var spans = new RecordedSpans();
        await using var alice = await StartAsync();
        await using var bob = await StartAsync(alice);
        Activity? current = null;
        bob.MessageReceived += (_, _) => current = Activity.Current;
        await bob.SubscribeAsync([Topic]);
        await alice.HasPeersAsync(1);

        Assert.True((await alice.SendAndConfirmAsync(Text("hello"))).IsSuccess);

        var handled = await spans.AwaitAsync(Spans.Handle);
        var sent = await spans.AwaitAsync(Spans.Send);
        var publish = Assert.Single(spans.Beneath(sent));
        Assert.Equal((Spans.Publish, 1), (publish.OperationName, publish.GetTagItem(SpanTags.Peers)));
        var route = Assert.Single(spans.Beneath(publish));
        Assert.Equal((Spans.Route, "relay"), (route.OperationName, route.GetTagItem(SpanTags.Protocol)));
        var received = Assert.Single(spans.Named(Spans.Receive));
        Assert.Equal(sent.GetTagItem(SpanTags.MessageHash), received.GetTagItem(SpanTags.MessageHash));
        Assert.Equal((Topic, "relay"), (received.GetTagItem(SpanTags.ContentTopic), received.GetTagItem(SpanTags.Source)));
        Assert.Equal(received.SpanId, handled.ParentSpanId);
        Assert.Same(handled, current);
        Assert.NotEqual(sent.TraceId, received.TraceId);
    }

    [Fact]
    public async Task What_a_handler_sends_is_a_part_of_the_receipts_trace_and_what_it_throws_is_the_spans_error()
    {
        using var spans = new RecordedSpans();
        await using var alice = await StartAsync();
        await using var bob = await StartAsync(alice);
        using var handler = bob.Handle<MessageReceived>(async received =>
        {
            await bob.SendAsync(Text("answer", "/test/1/answers/proto"));
            throw new InvalidOperationException("too much");
        });
        await bob.SubscribeAsync([Topic]);
        await alice.HasPeersAsync(1);

        await alice.SendAsync(Text("question"));

        var answer = await spans.AwaitAsync(Spans.Send, span => "/test/1/answers/proto".Equals(span.GetTagItem(SpanTags.ContentTopic)));
        var handled = await spans.AwaitAsync(Spans.Handle);
        Assert.Equal(handled.SpanId, answer.ParentSpanId);
        Assert.Equal((ActivityStatusCode.Error, "too much"), (handled.Status, handled.StatusDescription));
    }

    [Fact]
    public void A_request_that_no_listener_wants_is_not_described()
    {
        using var listener = new ActivityListener { ShouldListenTo = static source => source.Name == SpanSource.Name, Sample = static (ref _) => ActivitySamplingResult.None };
        ActivitySource.AddActivityListener(listener);
        var (request, outgoing) = (RequestId.New(), Outgoing());
        Assert.True(SpanSource.IsListened);
        Assert.Null(SendTrace.Begin(request, outgoing, TimeProvider.System));

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            SendTrace.Begin(request, outgoing, TimeProvider.System);

        // What .NET makes to ask the listener; the hash as text alone is more.
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 1000, 0, 64);
    }

    [Fact]
    public void Nothing_is_made_and_nothing_allocated_while_nobody_listens()
    {
        Assert.False(SpanSource.IsListened);
        var (request, outgoing) = (RequestId.New(), Outgoing());
        Trace();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            Trace();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Trace()
        {
            var root = SendTrace.Begin(request, outgoing, TimeProvider.System);
            Assert.Null(root);
            SpanSource.End(SpanSource.StartChild(Spans.Publish, root, TimeProvider.System), TimeProvider.System);
            SendTrace.End(SendTrace.Begin(request, outgoing, root, TimeProvider.System), "sent", error: null, TimeProvider.System);
        }
    }

    [Fact]
    public void What_is_stored_of_a_request_is_the_same_whether_it_is_traced_or_not()
    {
        var send = new Sends.Send(RequestId.New(), Outgoing(), IsJournalled: true, Observer: null);
        using var trace = new Activity("any");

        Assert.Equal(StoredSends.From(send), StoredSends.From(send with { Trace = trace }));
    }

    static OutgoingMessage Outgoing()
    {
        var message = new WakuMessage { ContentTopic = Topic, Payload = new byte[1] };
        var shard = new PubsubTopic(0, 0);
        return new OutgoingMessage(Topic: null, shard, MessageHash.Compute(shard.ToString(), message), message, TimeSpan.Zero);
    }

    static Simulation Begin() => new(SimulatedSystems.Options with { Seed = 1 });
}
