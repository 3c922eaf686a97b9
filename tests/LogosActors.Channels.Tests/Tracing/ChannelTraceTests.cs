using LogosActors.Actors.Tracing;
using LogosActors.Channels.Encryption;
using LogosActors.Channels.Tests.Channel;
using LogosActors.Delivery;
using LogosActors.TestKit;
using LogosActors.Tests;

namespace LogosActors.Channels.Tests.Tracing;

/// <summary>Alone in the process: whoever listens hears the spans of all nodes.</summary>
[CollectionDefinition(nameof(ChannelTraceTests), DisableParallelization = true)]
public sealed class ChannelTraceCollection;

[Collection(nameof(ChannelTraceTests))]
public sealed class ChannelTraceTests
{
    [Fact]
    public async Task A_message_of_several_chunks_is_followed_through_the_channel_and_the_node_to_the_other_participants_handler()
    {
        using var spans = new RecordedSpans();
        await using var nodes = await TwoNodes.StartAsync();
        using var encryption = new SymmetricEncryption(ChannelKey.Generate(1));
        var (alice, bob) = await nodes.OpenAsync(options => options with
        {
            Encryption = encryption,
            Segmentation = new SegmentationOptions { ChunkSizeBytes = 1024, EnableReedSolomon = false },
        });
        bob.MessageReceived += static (_, _) => { };

        var sent = await alice.SendAndConfirmAsync(TwoNodes.RandomBytes(2_000));

        Assert.True(sent.IsSuccess, sent.IsSuccess ? "" : sent.Error.Message);
        var root = await spans.AwaitAsync(Spans.ChannelSend);
        var handled = await spans.AwaitAsync(Spans.Handle);
        Assert.Equal((sent.Value.RequestId.Value, "lobby", "delivered"), (root.GetTagItem(SpanTags.Request), root.GetTagItem(SpanTags.Channel), root.GetTagItem(SpanTags.Outcome)));
        var steps = spans.Beneath(root);
        var chunks = (int)Assert.Single(steps, step => step.OperationName == Spans.Segment).GetTagItem(SpanTags.Chunks)!;
        Assert.InRange(chunks, 2, 3);
        Assert.Single(steps, step => step.OperationName == Spans.Commit);
        Assert.Equal(chunks, steps.Count(step => step.OperationName == Spans.RateLimit));
        Assert.Equal(chunks, steps.Count(step => step.OperationName == Spans.Encrypt));
        await spans.AwaitAsync(Spans.Send, send => send.ParentSpanId == root.SpanId);
        var publish = await spans.AwaitAsync(Spans.Publish, publish => publish.TraceId == root.TraceId);
        Assert.Equal(1, publish.GetTagItem(SpanTags.Peers));
        var decrypted = Assert.Single(spans.Named(Spans.Decrypt), span => span.SpanId == handled.ParentSpanId);
        Assert.Contains(spans.Named(Spans.Receive), received => received.SpanId == decrypted.ParentSpanId);
    }

    [Fact]
    public void What_the_rate_limit_holds_back_says_so_and_for_how_long()
    {
        using var spans = new RecordedSpans();
        using var simulation = new Simulation(ChannelScene.Options with { Seed = 1 });
        var scene = new ChannelScene(simulation, participants: 2, options => options with
        {
            RateLimit = new RateLimitOptions { EpochSize = TimeSpan.FromSeconds(10), MessagesPerEpoch = 3 },
        });
        simulation.RunFor(TimeSpan.FromSeconds(1));

        foreach (var text in (string[])["one", "two", "three", "four", "five"])
            scene.Participants[0].Send(text);
        simulation.RunFor(TimeSpan.FromMinutes(2));

        var waits = spans.Named(Spans.RateLimit);
        var held = waits.Where(wait => "held".Equals(wait.GetTagItem(SpanTags.Outcome))).ToList();
        Assert.NotEmpty(held);
        Assert.All(held, wait => Assert.InRange(wait.Duration, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60)));
        Assert.Contains(waits.Except(held), wait => wait.Duration < TimeSpan.FromSeconds(1));
        Assert.All(spans.Named(Spans.ChannelSend), root => Assert.Equal("delivered", root.GetTagItem(SpanTags.Outcome)));
        Assert.Equal(5, spans.Named(Spans.ChannelSend).Count);
    }

    [Fact]
    public void A_request_of_a_killed_process_goes_on_in_a_trace_of_its_own()
    {
        using var spans = new RecordedSpans();
        using var simulation = new Simulation(ChannelScene.Options with { Seed = 1 });
        var scene = new ChannelScene(simulation, participants: 2) { Loss = 1 };
        var request = scene.Participants[0].Send("hello");
        simulation.RunFor(TimeSpan.FromMilliseconds(50));
        Assert.Empty(spans.Named(Spans.ChannelSend));

        scene.Kill();
        scene.Loss = 0;
        simulation.RunFor(TimeSpan.FromMinutes(2));

        var root = Assert.Single(spans.Named(Spans.ChannelSend));
        Assert.Equal((request.Value, true, "delivered"), (root.GetTagItem(SpanTags.Request), root.GetTagItem(SpanTags.Recovered), root.GetTagItem(SpanTags.Outcome)));
    }
}
