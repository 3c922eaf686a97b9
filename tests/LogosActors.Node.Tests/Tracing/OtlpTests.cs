using System.Text.Json;
using LogosActors.Actors.Tracing;

namespace LogosActors.Node.Tests.Tracing;

public sealed class OtlpTests
{
    const string Lobby = "/chat/1/lobby/proto";

    [Fact]
    public async Task A_collector_receives_the_spans_of_what_the_program_sends_and_its_metrics()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        await using var bob = LogosProcess.Start("run", "--tcp-port=0", "--rest-port=0", "--listen-address=127.0.0.1");
        var address = Behind(await bob.Output.WaitForAsync("Listening at ", bob.Exit), "Listening at ");
        await bob.Output.WaitForAsync("Node setup complete", bob.Exit);
        await using var alice = LogosProcess.Start(
            "run", "--tcp-port=0", "--rest-port=0", "--listen-address=127.0.0.1", "--staticnode", address, "--otlp", "--otlp-endpoint", collector.Endpoint);
        var rest = Behind(await alice.Output.WaitForAsync("REST at ", alice.Exit), "REST at ");

        var (exit, output, error) = await CommandRun.ToEndAsync("send", Lobby, "hello", "--json", "--node", rest);
        Assert.True(exit == 0, error);
        var request = JsonDocument.Parse(output).RootElement.GetProperty("requestId").GetString();
        var root = await AwaitAsync(collector, span => span.Name == Spans.Send);
        await alice.TerminateAsync();
        Assert.Equal(0, await alice.Exit.WaitAsync(TimeSpan.FromSeconds(60)));

        Assert.Equal((request, Lobby, ""), (root.Tags[SpanTags.Request], root.Tags[SpanTags.ContentTopic], root.ParentId));
        var publish = collector.Spans.Last(span => span.Name == Spans.Publish);
        var route = collector.Spans.Last(span => span.Name == Spans.Route);
        Assert.Equal((root.SpanId, publish.SpanId), (publish.ParentId, route.ParentId));
        Assert.Equal(root.TraceId, route.TraceId);
        foreach (var metric in (string[])["logos.delivery.messages.received", "logos.node.known_peers", "waku_node_messages", "dotnet.gc.collections"])
            Assert.Contains(metric, collector.Metrics.Keys);
    }

    [Fact]
    public async Task A_collector_that_is_not_there_holds_up_nothing()
    {
        await using var node = LogosProcess.Start("run", "--tcp-port=0", "--rest-port=0", "--listen-address=127.0.0.1", "--otlp", "--otlp-endpoint=http://127.0.0.1:1");
        var rest = Behind(await node.Output.WaitForAsync("REST at ", node.Exit), "REST at ");

        var (exit, _, error) = await CommandRun.ToEndAsync("send", Lobby, "hello", "--node", rest);
        await node.TerminateAsync();

        Assert.True(exit == 0, error);
        Assert.Equal(0, await node.Exit.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    [Theory]
    [InlineData("collector")]
    [InlineData("ftp://collector")]
    public async Task An_address_that_no_collector_has_is_3_and_named(string endpoint)
    {
        var (exit, _, error) = await CommandRun.ToEndAsync("run", "--otlp-endpoint", endpoint);

        Assert.Equal(3, exit);
        Assert.Contains($"otlp.endpoint: '{endpoint}'", error, StringComparison.Ordinal);
    }

    static string Behind(string line, string text) => line[(line.IndexOf(text, StringComparison.Ordinal) + text.Length)..].Split("  ")[0];

    static async Task<ReceivedSpan> AwaitAsync(OtlpReceiver collector, Func<ReceivedSpan, bool> condition)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            if (collector.Spans.FirstOrDefault(condition) is { } found)
                return found;
            await Task.Delay(50, late.Token);
        }
    }
}
