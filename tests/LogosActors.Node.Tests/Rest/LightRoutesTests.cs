using System.Text.Json;

namespace LogosActors.Node.Tests.Rest;

/// <summary>The contract of the reference's /filter/v2 and /lightpush, as its clients and test suites rely on it: an edge node between core nodes.</summary>
public sealed class LightRoutesTests : IAsyncLifetime
{
    const string Topic = "/test/1/a/proto", Messages = "filter/v2/messages/%2Ftest%2F1%2Fa%2Fproto", Shard = "/waku/2/rs/0/0";
    RunningNode _service = null!, _relay = null!, _edge = null!;

    public async Task InitializeAsync()
    {
        _service = await RunningNode.StartAsync("--filter", "--lightpush", "--max-msg-size=2KiB");
        _relay = await RunningNode.StartAsync($"--entry-node={_service.Address}", "--max-msg-size=2KiB");
        _edge = await RunningNode.StartEdgeAsync($"--entry-node={_service.Address}", "--max-msg-size=2KiB");
        await _service.AwaitPeerOnEveryShardAsync();
        await _edge.AwaitJsonAsync("admin/v1/peers/service", peers => peers.GetArrayLength() > 0);
    }

    public async Task DisposeAsync()
    {
        await _edge.DisposeAsync();
        await _relay.DisposeAsync();
        await _service.DisposeAsync();
    }

    [Fact]
    public async Task What_is_subscribed_to_comes_once_in_order_as_it_was_published_and_is_gone_when_it_was_read()
    {
        Assert.Equal((400, $"Not subscribed to topic: {Topic}", "text/plain"), await _edge.GetAsync(Messages));
        Assert.Equal((200, """{"requestId":"1","statusDesc":"OK"}""", "application/json"), await SubscribeAsync("1"));
        for (var i = 1; i <= 3; i++)
            await PublishAsync($"{i}", timestamp: 1_700_000_000_000_000_000 + i);
        await PublishAsync("1", timestamp: 1_700_000_000_000_000_001);

        var found = new List<string>();
        await _edge.AwaitJsonAsync(Messages, messages =>
        {
            found.AddRange(messages.EnumerateArray().Select(message => message.GetRawText()));
            return found.Count >= 3;
        });

        Assert.Equal(
            Enumerable.Range(1, 3).Select(i =>
                $$"""{"payload":"{{Base64($"{i}")}}","contentTopic":"{{Topic}}","version":1,"timestamp":170000000000000000{{i}},"meta":"AQI=","ephemeral":true}"""),
            found);
        Assert.Equal((200, "[]", "application/json"), await _edge.GetAsync(Messages));
    }

    [Fact]
    public async Task Subscriptions_are_pinged_and_ended_one_by_one_and_all_at_once()
    {
        const string None = "NOT_FOUND: peer has no subscriptions";
        Assert.Equal((404, Answer("p", None)), Short(await _edge.GetAsync("filter/v2/subscriptions/p")));
        Assert.Equal((404, Answer("u", None)), Short(await _edge.DeleteAsync("filter/v2/subscriptions", new { requestId = "u", contentFilters = new[] { Topic } })));
        Assert.Equal(200, (await SubscribeAsync("1")).Status);
        Assert.Equal(
            200, (await _edge.RequestAsync(HttpMethod.Put, "filter/v2/subscriptions", new { requestId = "2", contentFilters = new[] { Topic, "/test/1/b/proto" }, pubsubTopic = Shard })).Status);
        Assert.Equal((200, Answer("p", "OK")), Short(await _edge.GetAsync("filter/v2/subscriptions/p")));
        Assert.Equal(
            (200, Answer("u", "OK")), Short(await _edge.DeleteAsync("filter/v2/subscriptions", new { requestId = "u", contentFilters = new[] { Topic } })));
        Assert.Equal(400, (await _edge.GetAsync(Messages)).Status);

        Assert.Equal((200, Answer("a", "OK")), Short(await _edge.DeleteAsync("filter/v2/subscriptions/all", new { requestId = "a" })));
        Assert.Equal((404, Answer("a", None)), Short(await _edge.DeleteAsync("filter/v2/subscriptions/all", new { requestId = "a" })));
        Assert.Equal((404, Answer("p", None)), Short(await _edge.GetAsync("filter/v2/subscriptions/p")));
    }

    [Theory]
    [InlineData("{}", "")]
    [InlineData("{\"requestId\":\"1\",\"contentFilters\":[]}", "contentFilters is empty")]
    [InlineData("{\"requestId\":\"1\",\"contentFilters\":[null]}", "contentFilters has null")]
    [InlineData("{\"requestId\":\"1\",\"contentFilters\":\"/test/1/a/proto\"}", "")]
    [InlineData("{\"requestId\":1,\"contentFilters\":[\"/test/1/a/proto\"]}", "")]
    [InlineData("{\"requestId\":\"1\",\"contentFilters\":[\"/test/1/a/proto\"],\"more\":1}", "")]
    public async Task A_subscription_that_cannot_be_read_is_400_and_its_id_is_unknown(string body, string reason)
    {
        var (status, text, _) = await _edge.PostAsync("filter/v2/subscriptions", body);

        var answer = JsonDocument.Parse(text).RootElement;
        Assert.Equal((400, "unknown"), (status, answer.GetProperty("requestId").GetString()));
        Assert.StartsWith($"BAD_REQUEST: Failed to decode request: {reason}", answer.GetProperty("statusDesc").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_topics_than_100_a_topic_without_a_shard_and_one_on_another_shard_are_bad()
    {
        Assert.Equal(
            (400, Answer("1", "BAD_REQUEST: exceeds maximum content topics: 100")),
            Short(await _edge.PostAsync("filter/v2/subscriptions", new { requestId = "1", contentFilters = Enumerable.Range(0, 101).Select(i => $"/test/1/{i}/proto") })));
        Assert.Equal(400, (await _edge.PostAsync("filter/v2/subscriptions", new { requestId = "1", contentFilters = new[] { "lobby" } })).Status);
        Assert.Equal(
            (400, Answer("1", $"BAD_REQUEST: content topic {Topic} is on pubsub topic {Shard}, not /waku/2/rs/0/1")),
            Short(await _edge.PostAsync("filter/v2/subscriptions", new { requestId = "1", contentFilters = new[] { Topic }, pubsubTopic = "/waku/2/rs/0/1" })));
    }

    [Fact]
    public async Task A_push_is_published_and_answered_with_the_number_of_peers()
    {
        await _relay.PostAsync("relay/v1/auto/subscriptions", new[] { Topic });

        Assert.Equal((200, """{"relayPeerCount":1}""", "application/json"), await _edge.PostAsync("lightpush/v3/message", Push("one", Shard)));
        Assert.Equal((200, "OK", "text/plain"), await _edge.PostAsync("lightpush/v1/message", Push("two", pubsubTopic: null)));

        var found = new List<string>();
        await _relay.AwaitJsonAsync("relay/v1/auto/messages/%2Ftest%2F1%2Fa%2Fproto", messages =>
        {
            found.AddRange(messages.EnumerateArray().Select(message => message.GetProperty("payload").GetString()!));
            return found.Count >= 2;
        });
        Assert.Equal([Base64("one"), Base64("two")], found);
    }

    [Fact]
    public async Task A_push_that_nobody_takes_has_the_status_and_the_words_of_the_service()
    {
        Assert.Equal(421, (await _edge.PostAsync("lightpush/v3/message", Push("one", "/waku/2/rs/7/0"))).Status);
        var large = Push(new string('a', 2048), Shard);
        Assert.Equal((420, """{"statusDesc":"Message size exceeded maximum of 2048 bytes"}"""), Short(await _edge.PostAsync("lightpush/v3/message", large)));
        Assert.Equal(
            (503, "Failed to request a message push: Message size exceeded maximum of 2048 bytes"), Short(await _edge.PostAsync("lightpush/v1/message", large)));
    }

    [Fact]
    public async Task A_push_to_a_service_that_has_no_peers_itself_is_505()
    {
        await using var service = await RunningNode.StartAsync("--lightpush");
        await using var edge = await RunningNode.StartEdgeAsync($"--entry-node={service.Address}");
        await edge.AwaitJsonAsync("admin/v1/peers/service", peers => peers.GetArrayLength() > 0);

        Assert.Equal(
            (505, """{"statusDesc":"No peers for topic, skipping publish"}"""), Short(await edge.PostAsync("lightpush/v3/message", Push("one", Shard))));
        Assert.Equal(
            (503, "Failed to request a message push: not_published_to_any_peer"), Short(await edge.PostAsync("lightpush/v1/message", Push("two", Shard))));
    }

    [Theory]
    [InlineData("{}", "Invalid push request! ")]
    [InlineData("{\"message\":{\"payload\":\"\",\"contentTopic\":\"/test/1/a/proto\"}}", "Invalid message! Field `payload` is missing or empty")]
    [InlineData("{\"message\":{\"payload\":\"?\",\"contentTopic\":\"/test/1/a/proto\"}}", "Invalid message! ")]
    [InlineData("{\"message\":{\"payload\":\"aGk=\",\"contentTopic\":\"lobby\"}}", "Invalid content-topic:")]
    [InlineData("{\"message\":{\"payload\":\"aGk=\",\"contentTopic\":\"/test/1/a/proto\"},\"pubsubTopic\":\"\"}", "topic must not be empty")]
    public async Task A_push_that_is_none_is_400_and_says_why(string body, string reason)
    {
        var (status, text, _) = await _edge.PostAsync("lightpush/v3/message", body);

        Assert.Equal(400, status);
        Assert.StartsWith(reason, JsonDocument.Parse(text).RootElement.GetProperty("statusDesc").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_service_node_every_answer_is_503()
    {
        const string Nobody = "No suitable service peer & no discovery method";
        await using var alone = await RunningNode.StartEdgeAsync();
        foreach (var node in (RunningNode[])[alone, _relay])
        {
            Assert.Equal((503, Answer("1", Nobody)), Short(await node.PostAsync("filter/v2/subscriptions", new { requestId = "1", contentFilters = new[] { Topic } })));
            Assert.Equal((503, Answer("1", Nobody)), Short(await node.GetAsync("filter/v2/subscriptions/1")));
            Assert.Equal((503, $$"""{"statusDesc":"{{Nobody}}"}"""), Short(await node.PostAsync("lightpush/v3/message", Push("one", Shard))));
            Assert.Equal((503, Nobody), Short(await node.PostAsync("lightpush/v1/message", Push("one", Shard))));
            Assert.Equal(400, (await node.GetAsync(Messages)).Status);
        }
    }

    [Fact]
    public async Task A_node_that_serves_lightpush_publishes_itself() =>
        Assert.Equal((200, """{"relayPeerCount":1}"""), Short(await _service.PostAsync("lightpush/v3/message", Push("one", Shard))));

    static object Push(string text, string? pubsubTopic) => pubsubTopic is null
        ? new { message = new { payload = Base64(text), contentTopic = Topic } }
        : new { pubsubTopic, message = new { payload = Base64(text), contentTopic = Topic } };

    static string Answer(string id, string words) => $$"""{"requestId":"{{id}}","statusDesc":"{{words}}"}""";

    static string Base64(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));

    static (int, string) Short((int Status, string Body, string? Type) answer) => (answer.Status, answer.Body);

    Task<(int Status, string Body, string? Type)> SubscribeAsync(string id) =>
        _edge.PostAsync("filter/v2/subscriptions", new { requestId = id, contentFilters = new[] { Topic } });

    async Task PublishAsync(string text, long timestamp) =>
        Assert.Equal(200, (await _relay.PostAsync(
            "relay/v1/auto/messages", new { payload = Base64(text), contentTopic = Topic, version = 1, timestamp, meta = "AQI=", ephemeral = true })).Status);
}
