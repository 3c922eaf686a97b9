using System.Diagnostics.Metrics;
using System.Text.Json;
using static LogosActors.Delivery.Tests.Node;

namespace LogosActors.Delivery.Tests;

public sealed class NodeInfoTests
{
    [Fact]
    public async Task Everything_that_a_node_can_be_asked_is_answered_in_JSON()
    {
        await using var node = await StartAsync();

        foreach (var id in MessagingNode.NodeInfoIds)
            Assert.NotEqual(JsonValueKind.Null, Json(node, id).ValueKind);

        Assert.Equal(node.PeerId.ToString(), Json(node, "my_peer_id").GetString());
        Assert.Equal(node.Addresses[0].ToString(), Json(node, "MyMultiaddresses")[0].GetString());
        Assert.StartsWith("logos-actors/", Json(node, "version").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_node_cannot_be_asked_is_refused_with_what_it_can_be()
    {
        await using var node = await MessagingNode.CreateAsync(Options);

        var error = node.GetNodeInfo("my-horoscope").Error;

        Assert.Contains("MyPeerId", error?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Messages_and_peers_are_counted_in_the_metrics_text_and_by_the_meter()
    {
        await using var alice = await StartAsync();
        await using var bob = await StartAsync(alice);
        await using var events = bob.Events().GetAsyncEnumerator();
        await alice.SubscribeAsync([Topic]);
        await bob.SubscribeAsync([Topic]);
        await alice.HasPeersAsync(1);
        await alice.SendAsync(Text("hello"));
        await events.NextAsync<MessageReceived>();
        await alice.FlushAsync();

        // What is counted is counted by the thread that tells of it.
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!Json(alice, "metrics").GetString()!.Contains("logos_delivery_messages_sent_total{stored=\"false\"} 1\n", StringComparison.Ordinal)
            || Measure(bob, "logos.delivery.messages.received") == 0)
            await Task.Delay(10, late.Token);
        Assert.Contains("logos_delivery_requests_unfinished 0\n", Json(alice, "metrics").GetString(), StringComparison.Ordinal);
        Assert.Contains("# TYPE logos_delivery_peers_connected gauge\nlogos_delivery_peers_connected 1\n", Json(bob, "metrics").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, Measure(bob, "logos.delivery.messages.received"));
        Assert.Equal(0, Measure(alice, "logos.delivery.messages.received"));
    }

    [Fact]
    public void Every_setting_is_listed_with_what_it_accepts_its_default_and_its_meaning()
    {
        var setting = Assert.Single(MessagingNode.AvailableConfigs, setting => setting.Key == "logos.target-relay-peers");

        Assert.Equal(("a whole number", "0 to 50", "12"), (setting.Accepts, setting.Range, setting.Default));
        Assert.All(MessagingNode.AvailableConfigs, listed => Assert.NotEmpty(listed.Documentation));
    }

    static JsonElement Json(MessagingNode node, string id) => JsonDocument.Parse(node.GetNodeInfo(id).Value!).RootElement;

    /// <summary>Reads one instrument of one node, as a telemetry library does.</summary>
    static long Measure(MessagingNode node, string name)
    {
        var sum = 0L;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument.Meter.Name == MessagingNode.MeterName && instrument.Name == name
                && instrument.Meter.Tags?.Any(tag => tag.Key == "node" && tag.Value as string == node.PeerId.ToString()) == true)
                listening.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => sum += value);
        listener.Start();
        listener.RecordObservableInstruments();
        return sum;
    }
}
