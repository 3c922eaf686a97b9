using LogosActors.Delivery.Topics;

namespace LogosActors.Node.Tests.Rest;

/// <summary>The contract of the reference's /relay/v1, as its clients and test suites rely on it.</summary>
public sealed class RelayRoutesTests : IAsyncLifetime
{
    const string Shard = "/waku/2/rs/3/1";
    const string Messages = "relay/v1/messages/%2Fwaku%2F2%2Frs%2F3%2F1";
    RunningNode _node = null!;

    public async Task InitializeAsync() =>
        _node = await RunningNode.StartAsync("--cluster-id=3", "--num-shards-in-network=8", "--shard=0", "--max-msg-size=2KiB");

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Fact]
    public async Task A_node_sees_its_own_message_on_a_topic_that_it_is_subscribed_to_once()
    {
        Assert.Equal((200, "OK", "text/plain"), await _node.PostAsync("relay/v1/subscriptions", new[] { Shard }));
        Assert.Equal(
            (200, "OK", "text/plain"),
            await _node.PostAsync(Messages, new { payload = "aGk=", contentTopic = "/test/1/a/proto", timestamp = 1_700_000_000_000_000_000, meta = "AQI=", ephemeral = true, version = 1 }));

        var messages = await _node.AwaitJsonAsync(Messages, found => found.GetArrayLength() > 0);

        var message = Assert.Single(messages.EnumerateArray());
        Assert.Equal(
            """{"payload":"aGk=","contentTopic":"/test/1/a/proto","version":1,"timestamp":1700000000000000000,"meta":"AQI=","ephemeral":true,"proof":""}""",
            message.GetRawText());
        Assert.Equal((200, "[]", "application/json"), await _node.GetAsync(Messages));
    }

    [Fact]
    public async Task A_message_without_a_timestamp_gets_the_time_of_now()
    {
        var before = DateTimeOffset.UtcNow.AddSeconds(-1).ToUnixTimeMilliseconds() * 1_000_000;
        await _node.PostAsync("relay/v1/messages/%2Fwaku%2F2%2Frs%2F3%2F0", new { payload = "aGk=", contentTopic = "/test/1/a/proto" });

        var messages = await _node.AwaitJsonAsync("relay/v1/messages/%2Fwaku%2F2%2Frs%2F3%2F0", found => found.GetArrayLength() > 0);

        Assert.InRange(messages[0].GetProperty("timestamp").GetInt64(), before, before + 600_000_000_000);
        Assert.False(messages[0].TryGetProperty("meta", out _));
    }

    [Fact]
    public async Task What_is_not_subscribed_to_is_not_found_and_cannot_be_published_on()
    {
        Assert.Equal((404, ""), Short(await _node.GetAsync("relay/v1/messages/%2Fwaku%2F2%2Frs%2F3%2F7")));
        Assert.Equal(
            (400, "Failed to publish: Node not subscribed to topic: /waku/2/rs/3/7"),
            Short(await _node.PostAsync("relay/v1/messages/%2Fwaku%2F2%2Frs%2F3%2F7", new { payload = "aGk=", contentTopic = "/test/1/a/proto" })));
        Assert.Equal((404, "/test/1/nobody/proto"), Short(await _node.GetAsync("relay/v1/auto/messages/%2Ftest%2F1%2Fnobody%2Fproto")));
    }

    [Fact]
    public async Task Unsubscribing_ends_both_also_for_the_shards_of_the_start()
    {
        Assert.Equal(200, (await _node.GetAsync("relay/v1/messages/%2Fwaku%2F2%2Frs%2F3%2F0")).Status);

        Assert.Equal((200, "OK", "text/plain"), await _node.DeleteAsync("relay/v1/subscriptions", new[] { "/waku/2/rs/3/0" }));

        Assert.Equal(404, (await _node.GetAsync("relay/v1/messages/%2Fwaku%2F2%2Frs%2F3%2F0")).Status);
        await _node.AwaitJsonAsync("admin/v1/peers/relay", shards => shards.GetArrayLength() == 0);
    }

    [Theory]
    [InlineData("[\"/waku/2/rs/3\"]", "Invalid pubsub topic(s): @[\"/waku/2/rs/3\"]")]
    [InlineData("[\"lobby\", \"/waku/2/rs/3/1\"]", "Invalid pubsub topic(s): @[\"lobby\"]")]
    [InlineData("{}", "Invalid content body, could not decode: Unable to deserialize data")]
    [InlineData("[1]", "Invalid content body, could not decode: Unable to deserialize data")]
    [InlineData("[null", "Invalid content body, could not decode: Unable to deserialize data")]
    public async Task A_wrong_list_of_topics_is_400_and_says_why(string body, string reason)
    {
        var (status, text, type) = await _node.PostAsync("relay/v1/subscriptions", body);

        Assert.Equal((400, "text/plain"), (status, type));
        Assert.StartsWith(reason, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"payload":"","contentTopic":"/test/1/a/proto"}""")]
    [InlineData("""{"contentTopic":"/test/1/a/proto"}""")]
    [InlineData("""{"payload":"aGk="}""")]
    [InlineData("""{"payload":"aGk=","contentTopic":" "}""")]
    [InlineData("""{"payload":"*","contentTopic":"/test/1/a/proto"}""")]
    [InlineData("""{"payload":"aGk=","contentTopic":"/test/1/a/proto","timestamp":"1"}""")]
    [InlineData("""{"payload":"aGk=","contentTopic":"/test/1/a/proto","timestamp":1.5}""")]
    [InlineData("""{"payload":"aGk=","contentTopic":"/test/1/a/proto","version":-1}""")]
    [InlineData("""{"payload":"aGk=","payload":"aGk=","contentTopic":"/test/1/a/proto"}""")]
    [InlineData("not json")]
    public async Task A_malformed_message_is_400(string body)
    {
        foreach (var path in (string[])["relay/v1/messages/%2Fwaku%2F2%2Frs%2F3%2F0", "relay/v1/auto/messages"])
        {
            var (status, text, _) = await _node.PostAsync(path, body);

            Assert.Equal(400, status);
            Assert.StartsWith("Invalid content body, could not decode", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_message_over_the_networks_size_is_400_and_says_the_size()
    {
        var payload = Convert.ToBase64String(new byte[3000]);

        var answer = await _node.PostAsync("relay/v1/messages/%2Fwaku%2F2%2Frs%2F3%2F0", new { payload, contentTopic = "/test/1/a/proto" });

        Assert.Equal((400, "Failed to publish: Message size exceeded maximum of 2048 bytes"), Short(answer));
    }

    [Theory]
    [InlineData("aGk=", "", "/w==")] // a proof that is none
    [InlineData("====", "", "")]
    [InlineData("", "", "")]
    [InlineData("aGk=", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "")] // 65 bytes
    public async Task What_peers_would_penalise_the_node_for_is_not_published(string payload, string meta, string proof)
    {
        var answer = await _node.PostAsync("relay/v1/messages/%2Fwaku%2F2%2Frs%2F3%2F0", new { payload, contentTopic = "/test/1/a/proto", meta, proof });

        Assert.Equal(400, answer.Status);
        Assert.NotEmpty(answer.Body);
    }

    [Fact]
    public async Task A_body_of_another_type_or_none_is_400()
    {
        Assert.Equal(
            (400, "Wrong Content-Type, expected application/json or text/plain"),
            Short(await _node.RequestAsync(HttpMethod.Post, "relay/v1/subscriptions", "[]", "application/xml")));
        Assert.Equal((400, "Missing content body"), Short(await _node.PostAsync("relay/v1/subscriptions", null)));
        Assert.Equal((200, "OK"), Short(await _node.RequestAsync(HttpMethod.Post, "relay/v1/subscriptions", "[]", "text/plain")));
    }

    [Fact]
    public async Task Content_topics_are_subscribed_to_without_knowing_their_shard()
    {
        const string topic = "/a b%/1/ü,x/proto";
        Assert.Equal((200, "OK"), Short(await _node.PostAsync("relay/v1/auto/subscriptions", new[] { topic })));

        var (status, text, _) = await _node.PostAsync("relay/v1/auto/messages", new { payload = "aGk=", contentTopic = topic });

        // Nobody else is there, which the reference says; the node's own subscribers have it all the same.
        Assert.Equal((400, "Failed to publish: publish failed in relay: NoPeersToPublish"), (status, text));
        var messages = await _node.AwaitJsonAsync($"relay/v1/auto/messages/{Uri.EscapeDataString(topic)}", found => found.GetArrayLength() > 0);
        Assert.Equal(topic, messages[0].GetProperty("contentTopic").GetString());
        Assert.Equal((200, "OK"), Short(await _node.DeleteAsync("relay/v1/auto/subscriptions", new[] { topic })));
        Assert.Equal((404, topic), Short(await _node.GetAsync($"relay/v1/auto/messages/{Uri.EscapeDataString(topic)}")));
    }

    [Fact]
    public async Task What_was_unsubscribed_from_is_not_found_until_it_is_subscribed_to_again()
    {
        const string Topic = "/myapp/1/latest/proto";
        var path = $"relay/v1/auto/messages/{Uri.EscapeDataString(Topic)}";
        Assert.True(new Autosharding(3, 8).TryGetShard(ContentTopic.Parse(Topic), out var shard, out _));
        var ofShard = $"relay/v1/messages/{Uri.EscapeDataString(shard.ToString())}";
        await _node.PostAsync("relay/v1/subscriptions", new[] { shard.ToString() });
        await _node.PostAsync("relay/v1/auto/subscriptions", new[] { Topic });
        await _node.DeleteAsync("relay/v1/auto/subscriptions", new[] { Topic });

        await _node.PostAsync(ofShard, new { payload = "AAAA", contentTopic = Topic });
        Assert.Equal((404, Topic), Short(await _node.GetAsync(path)));
        await _node.AwaitJsonAsync(ofShard, found => found.GetArrayLength() == 1);

        await _node.PostAsync("relay/v1/auto/subscriptions", new[] { Topic });
        await _node.DeleteAsync("relay/v1/subscriptions", new[] { shard.ToString() });
        await _node.PostAsync("relay/v1/auto/messages", new { payload = "BBBB", contentTopic = Topic });
        Assert.Equal((404, ""), Short(await _node.GetAsync(ofShard)));
        await _node.AwaitJsonAsync(path, found => found.GetArrayLength() == 1);
    }

    [Fact]
    public async Task A_content_topic_that_is_none_has_no_shard()
    {
        var (status, text, _) = await _node.PostAsync("relay/v1/auto/subscriptions", new[] { "lobby" });
        Assert.Equal(400, status);
        Assert.StartsWith("Subscribe failed:Failed to decode subscription event: Autosharding error: ", text, StringComparison.Ordinal);

        (status, text, _) = await _node.PostAsync("relay/v1/auto/messages", new { payload = "aGk=", contentTopic = "lobby" });
        Assert.Equal(400, status);
        Assert.StartsWith("Failed to publish. Autosharding error: ", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_offered_is_400_and_says_so()
    {
        Assert.Equal((400, "Bad request initiated. Invalid path or method used."), Short(await _node.GetAsync("relay/v2/subscriptions")));
        Assert.Equal((400, "Bad request initiated. Invalid path or method used."), Short(await _node.RequestAsync(HttpMethod.Put, "relay/v1/subscriptions", "[]")));
        Assert.Equal((200, "OK"), Short(await _node.RequestAsync(HttpMethod.Options, "relay/v1/subscriptions")));
    }

    static (int Status, string Body) Short((int Status, string Body, string? Type) answer) => (answer.Status, answer.Body);
}
