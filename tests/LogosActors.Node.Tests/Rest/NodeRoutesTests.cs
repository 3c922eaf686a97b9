using System.Text.Json;
using LogosActors.Delivery.Filter;
using LogosActors.Libp2p;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Requests;

namespace LogosActors.Node.Tests.Rest;

/// <summary>Who the node is, its peers, its health; and what web pages may do.</summary>
public sealed class NodeRoutesTests
{
    const string Key = "364d111d729a6eb6d2e6113e163f017b5ef03a6f94c9b5b7bb1bb36fa5cb07a9";
    const string PeerOfKey = "16Uiu2HAm2eqzqp6xn32fzgGi8K4BuF88W4Xy6yxsmDcW8h1gj6ie";

    const string Messages = "relay/v1/messages/%2Fwaku%2F2%2Frs%2F0%2F0";

    [Fact]
    public async Task Two_nodes_see_each_other_and_exchange_messages_both_ways()
    {
        await using var first = await RunningNode.StartAsync("--num-shards-in-network=2", "--nodekey", Key);
        await using var second = await RunningNode.StartAsync("--num-shards-in-network=2");
        Assert.EndsWith($"/p2p/{PeerOfKey}", first.Address, StringComparison.Ordinal);
        Assert.Equal(200, (await second.PostAsync("admin/v1/peers", new[] { first.Address })).Status);
        await first.AwaitPeerOnEveryShardAsync();
        await second.AwaitPeerOnEveryShardAsync();

        foreach (var (from, to, payload) in new[] { (first, second, "AAAA"), (second, first, "BBBB") })
        {
            var (status, body, _) = await from.PostAsync("relay/v1/messages/%2Fwaku%2F2%2Frs%2F0%2F1", new { payload, contentTopic = "/test/1/a/proto" });
            Assert.True(status == 200, body);
            await to.AwaitJsonAsync(
                "relay/v1/messages/%2Fwaku%2F2%2Frs%2F0%2F1",
                found => found.EnumerateArray().Any(message => message.GetProperty("payload").GetString() == payload));
        }

        var peer = Assert.Single((await second.AwaitJsonAsync("admin/v1/peers/connected", peers => peers.GetArrayLength() > 0)).EnumerateArray());
        Assert.Equal(first.Address, peer.GetProperty("multiaddr").GetString());
        Assert.Equal("Connected", peer.GetProperty("connected").GetString());
        Assert.Equal([0, 1], peer.GetProperty("shards").EnumerateArray().Select(shard => shard.GetInt32()));
        Assert.StartsWith("logos-actors/", peer.GetProperty("agent").GetString(), StringComparison.Ordinal);
        Assert.Equal("UnknownOrigin", peer.GetProperty("origin").GetString());
        Assert.Contains("/vac/waku/relay/2.0.0", peer.GetProperty("protocols").EnumerateArray().Select(protocol => protocol.GetString()));
        Assert.Equal(200, (await second.GetAsync($"admin/v1/peer/{PeerOfKey}")).Status);
        await second.AwaitJsonAsync("admin/v1/peers/mesh", meshes => meshes.EnumerateArray().All(mesh => mesh.GetProperty("peers").GetArrayLength() == 1));
        foreach (var list in (string[])["relay", "mesh", "relay/on/0", "mesh/on/1"])
        {
            var shards = await second.AwaitJsonAsync($"admin/v1/peers/{list}", _ => true);
            foreach (var shard in shards.ValueKind is JsonValueKind.Array ? shards.EnumerateArray().ToArray() : [shards])
                Assert.InRange(Assert.Single(shard.GetProperty("peers").EnumerateArray()).GetProperty("score").GetDouble(), 0, 1000);
        }
        Assert.False(peer.TryGetProperty("score", out _));
        var stats = await second.AwaitJsonAsync("admin/v1/peers/stats", _ => true);
        Assert.Equal(1, stats.GetProperty("By Connectedness").GetProperty("Connected").GetInt32());
        Assert.Equal(2, stats.GetProperty("Relay peers").GetProperty("Total relay peers").GetInt32());
        await second.AwaitJsonAsync("health", health => health.GetProperty("protocolsHealth")[0].GetProperty("Relay").GetString() == "READY");
    }

    [Fact]
    public async Task A_network_may_have_larger_messages()
    {
        await using var first = await RunningNode.StartAsync("--max-msg-size=2MiB");
        await using var second = await RunningNode.StartAsync("--max-msg-size=2MiB", "--staticnode", first.Address);
        await first.AwaitPeerOnEveryShardAsync();
        await second.AwaitPeerOnEveryShardAsync();
        var payload = Convert.ToBase64String(new byte[1_900_000]);

        var (status, body, _) = await first.PostAsync("relay/v1/messages/%2Fwaku%2F2%2Frs%2F0%2F0", new { payload, contentTopic = "/test/1/a/proto" });

        Assert.True(status == 200, body);
        await second.AwaitJsonAsync("relay/v1/messages/%2Fwaku%2F2%2Frs%2F0%2F0", found => found.GetArrayLength() == 1);
    }

    [Fact]
    public async Task A_node_without_peers_says_so()
    {
        await using var node = await RunningNode.StartAsync();

        var (status, body, _) = await node.GetAsync("health");

        Assert.Equal(200, status);
        Assert.StartsWith(
            """{"nodeHealth":"READY","connectionStatus":"Disconnected","protocolsHealth":[{"Relay":"NOT_READY","desc":"No connected peers"},{"Store":"NOT_MOUNTED"},{"Rln Relay":"NOT_MOUNTED"}""",
            body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_serves_light_clients_says_so_and_lists_its_subscribers()
    {
        await using var node = await RunningNode.StartAsync("--filter", "--lightpush", "--peer-exchange", "--filter-subscription-timeout=60");
        Assert.Equal((200, "[]", "application/json"), await node.GetAsync("admin/v1/filter/subscriptions"));
        var health = await node.AwaitJsonAsync("health", static _ => true);
        Assert.Equal(
            [("Filter", "READY"), ("Lightpush", "NOT_READY"), ("Legacy Lightpush", "NOT_READY"), ("Peer Exchange", "READY")],
            health.GetProperty("protocolsHealth").EnumerateArray().Select(static one => one.EnumerateObject().First())
                .Where(static one => one.Name.Contains("Filter", StringComparison.Ordinal) || one.Name.Contains("push", StringComparison.Ordinal) || one.Name is "Peer Exchange")
                .Select(static one => (one.Name, one.Value.GetString()!)));

        using var key = PrivateKey.Generate(KeyType.Ed25519);
        await using var client = await Libp2pHost.CreateAsync(key, new Libp2pHostOptions());
        var service = await client.DialAsync(Multiaddr.Parse(node.Address));
        using var filter = client.CreateClient(FilterProtocol.Subscribe);
        var answer = await filter.RequestAsync(service.Peer!, new FilterSubscribeRequest
        {
            RequestId = "1",
            Type = FilterRequestType.Subscribe,
            PubsubTopic = "/waku/2/rs/0/0",
            ContentTopics = ["/test/1/a/proto"],
        });
        Assert.Equal(FilterStatus.Success, answer.Response?.Status);

        Assert.Equal(
            $$"""[{"peerId":"{{client.PeerId}}","filterCriteria":[{"pubsubTopic":"/waku/2/rs/0/0","contentTopic":"/test/1/a/proto"}]}]""",
            (await node.GetAsync("admin/v1/filter/subscriptions")).Body);
        var metrics = (await node.GetAsync("metrics")).Body;
        Assert.Contains("waku_filter_subscriptions 1", metrics, StringComparison.Ordinal);
        Assert.Contains("waku_filter_requests_total", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_tells_the_addresses_that_peers_are_told()
    {
        await using var node = await RunningNode.StartAsync("--nodekey", Key, "--ext-multiaddr=/dns4/node.example/tcp/443/ws");

        foreach (var path in (string[])["info", "debug/v1/info"])
        {
            var info = await node.AwaitJsonAsync(path, _ => true);
            Assert.Equal(
                [$"/dns4/node.example/tcp/443/ws/p2p/{PeerOfKey}"],
                info.GetProperty("listenAddresses").EnumerateArray().Select(address => address.GetString()));
        }
        Assert.Equal(await node.GetAsync("version"), await node.GetAsync("debug/v1/version"));
    }

    [Fact]
    public async Task A_peer_that_is_none_or_not_there_is_400()
    {
        await using var node = await RunningNode.StartAsync();

        Assert.StartsWith("Couldn't parse remote peer info", (await node.PostAsync("admin/v1/peers", new[] { "nobody" })).Body, StringComparison.Ordinal);
        var nobody = $"/ip4/127.0.0.1/tcp/1/p2p/{PeerOfKey}";
        var (status, body, _) = await node.PostAsync("admin/v1/peers", new[] { nobody });
        Assert.Equal((400, $"Failed to connect to peer at index: 0 - {nobody}"), (status, body));
        Assert.Equal(400, (await node.GetAsync("admin/v1/peer/nobody")).Status);
        Assert.Equal(404, (await node.GetAsync("admin/v1/peer/16Uiu2HAkvdAuQpozwi72ZB5EqhezQ4foG8JAPTUB7KDmNPNK36YY")).Status);
        Assert.Equal(400, (await node.GetAsync("admin/v1/peers/relay/on/many")).Status);
    }

    [Fact]
    public async Task What_is_switched_off_says_how_to_switch_it_on()
    {
        await using var node = await RunningNode.StartAsync("--rest-admin=false", "--relay=false");

        Assert.Equal(
            (404, "/admin endpoints are not available. Please check your configuration: --rest-admin=true", "text/plain"), await node.GetAsync("admin/v1/peers"));
        Assert.Equal(
            (404, "/relay endpoints are not available. Please check your configuration: --relay", "text/plain"),
            await node.PostAsync("relay/v1/subscriptions", new[] { "/waku/2/rs/0/0" }));
    }

    [Fact]
    public async Task A_node_without_a_filter_service_says_so()
    {
        await using var node = await RunningNode.StartAsync();

        Assert.Equal((400, "Error: Filter Protocol is not mounted to the node", "text/plain"), await node.GetAsync("admin/v1/filter/subscriptions"));
    }

    [Fact]
    public async Task A_message_that_was_published_just_before_the_first_peer_came_reaches_it()
    {
        await using var first = await RunningNode.StartAsync();
        await using var second = await RunningNode.StartAsync();

        Assert.Equal(200, (await first.PostAsync(Messages, new { payload = "AAAA", contentTopic = "/test/1/a/proto" })).Status);
        Assert.Equal(200, (await second.PostAsync("admin/v1/peers", new[] { first.Address })).Status);

        await second.AwaitJsonAsync(Messages, found => found.GetArrayLength() == 1);
    }

    [Fact]
    public async Task The_request_to_connect_to_a_peer_that_does_not_relay_is_answered_too()
    {
        await using var first = await RunningNode.StartAsync();
        await using var second = await RunningNode.StartAsync("--relay=false");

        Assert.Equal((200, "OK", "text/plain"), await first.PostAsync("admin/v1/peers", new[] { second.Address }));
        foreach (var list in (string[])["relay", "relay/on/0", "mesh", "mesh/on/0"])
            Assert.Equal((503, "Error: Relay Protocol is not mounted to the node", "text/plain"), await second.GetAsync($"admin/v1/peers/{list}"));
    }

    [Fact]
    public async Task The_log_level_changes_while_the_node_runs()
    {
        var node = await RunningNode.StartAsync();
        Assert.Equal(400, (await node.PostAsync("admin/v1/log-level/LOUD", null)).Status);

        Assert.Equal((200, "OK", "text/plain"), await node.PostAsync("admin/v1/log-level/error", null));

        await node.DisposeAsync();
        Assert.DoesNotContain("Stopping", node.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Web_pages_use_a_node_only_when_they_are_allowed_to()
    {
        await using var node = await RunningNode.StartAsync("--rest-allow-origin=https://app.example");

        Assert.Equal(403, (int)(await AskAsync(node, origin: "https://evil.example")).StatusCode);
        Assert.Equal(403, (int)(await AskAsync(node, host: "evil.example")).StatusCode);
        Assert.Equal(200, (int)(await AskAsync(node, host: $"localhost:{node.Rest.Port}")).StatusCode);
        var allowed = await AskAsync(node, origin: "https://app.example");
        Assert.Equal(200, (int)allowed.StatusCode);
        Assert.Equal("https://app.example", Assert.Single(allowed.Headers.GetValues("Access-Control-Allow-Origin")));
    }

    [Theory]
    [InlineData("messaging/v1/events/received")]
    [InlineData("relay/v1/messages/%2Fwaku%2F2%2Frs%2F0%2F0")]
    [InlineData("store/v3/messages?peerAddr=/ip4/192.0.2.1/tcp/1")]
    [InlineData("messaging/v1/messages/stream?contentTopic=/a/1/b/proto")]
    public async Task A_page_that_only_wants_a_request_to_be_made_is_refused(string path)
    {
        await using var node = await RunningNode.StartAsync();
        foreach (var site in (string[])["cross-site", "same-site"])
            Assert.Equal(403, (int)(await AskAsync(node, path: path, headers: ("Sec-Fetch-Site", site))).StatusCode);
        Assert.Equal(200, (int)(await AskAsync(node, headers: ("Sec-Fetch-Site", "none"))).StatusCode);
    }

    [Theory]
    [InlineData("messaging/v1/messages", "POST")]
    [InlineData("messaging/v1/subscriptions", "DELETE")]
    [InlineData("admin/v1/peers", "POST")]
    [InlineData("store/v3/messages", "GET")]
    [InlineData("health", "GET")]
    public async Task A_browser_is_told_beforehand_what_an_allowed_page_may_do(string path, string method)
    {
        await using var node = await RunningNode.StartAsync("--rest-allow-origin=https://app.example");

        var answer = await AskAsync(node, HttpMethod.Options, path, "https://app.example", headers: ("Access-Control-Request-Method", method));

        Assert.Equal(204, (int)answer.StatusCode);
        Assert.Equal("https://app.example", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.Contains(method, Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Methods")), StringComparison.Ordinal);
        Assert.Equal(403, (int)(await AskAsync(node, HttpMethod.Options, path, "https://evil.example", headers: ("Access-Control-Request-Method", method))).StatusCode);
    }

    [Fact]
    public async Task A_node_that_strangers_reach_answers_to_no_name_but_its_own()
    {
        await using var node = await RunningNode.StartAsync("--rest-address=0.0.0.0", "--rest-allow-host=node.internal", "--dns4-domain-name=node.example");

        Assert.Equal(403, (int)(await AskAsync(node, host: "evil.example:8645")).StatusCode);
        foreach (var host in (string[])["node.internal:8645", "node.example", "192.0.2.1:8645", "localhost"])
            Assert.Equal(200, (int)(await AskAsync(node, host: host)).StatusCode);
    }

    [Theory]
    [InlineData("health")]
    [InlineData("metrics")]
    [InlineData("info")]
    [InlineData("version")]
    public async Task Monitors_may_ask_without_taking_the_answer(string path)
    {
        await using var node = await RunningNode.StartAsync();

        var answer = await AskAsync(node, HttpMethod.Head, path);

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task A_content_topic_that_is_none_is_the_clients_mistake()
    {
        await using var node = await RunningNode.StartAsync();

        var (status, body, _) = await node.PostAsync("messaging/v1/subscriptions", new[] { "abc" });

        Assert.Equal(400, status);
        Assert.Contains("abc", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_no_message_could_fill_is_refused()
    {
        await using var node = await RunningNode.StartAsync();

        var (status, _, _) = await node.PostAsync("messaging/v1/messages", new { payload = new string('A', 1 << 20), contentTopic = "/test/1/a/proto" });

        Assert.Equal(413, status);
    }

    [Fact]
    public async Task Openapi_describes_every_route()
    {
        await using var node = await RunningNode.StartAsync();

        var paths = (await node.AwaitJsonAsync("openapi.json", _ => true)).GetProperty("paths");

        foreach (var (path, method) in new[]
        {
            ("/relay/v1/subscriptions", "post"), ("/relay/v1/subscriptions", "delete"), ("/relay/v1/messages/{pubsubTopic}", "get"),
            ("/relay/v1/auto/messages", "post"), ("/admin/v1/peers", "post"), ("/health", "get"), ("/info", "get"), ("/metrics", "get"),
            ("/messaging/v1/messages", "post"), ("/messaging/v1/messages/stream", "get"),
        })
        {
            Assert.True(paths.GetProperty(path).GetProperty(method).TryGetProperty("summary", out _), path);
        }
        Assert.True(paths.GetProperty("/relay/v1/messages/{pubsubTopic}").GetProperty("post").TryGetProperty("requestBody", out _));
    }

    [Fact]
    public async Task The_messaging_api_says_what_becomes_of_a_request()
    {
        await using var first = await RunningNode.StartAsync();
        await using var second = await RunningNode.StartAsync("--staticnode", first.Address);
        Assert.Equal(200, (await second.PostAsync("messaging/v1/subscriptions", new[] { "/test/1/a/proto" })).Status);
        await first.AwaitPeerOnEveryShardAsync();

        var (status, body, _) = await first.PostAsync("messaging/v1/messages", new { payload = "aGk=", contentTopic = "/test/1/a/proto" });

        Assert.True(status == 200, body);
        var request = JsonDocument.Parse(body).RootElement.GetProperty("requestId").GetString();
        var events = await first.AwaitJsonAsync($"messaging/v1/events/send/{request}", found => found.GetProperty("events").GetArrayLength() > 0);
        Assert.Equal("propagated", events.GetProperty("events")[0].GetProperty("kind").GetString());
        Assert.Equal(404, (await first.GetAsync("messaging/v1/events/send/nothing")).Status);
        var received = await second.AwaitJsonAsync("messaging/v1/events/received", found => found.GetArrayLength() > 0);
        Assert.Equal("aGk=", received[0].GetProperty("message").GetProperty("payload").GetString());
        Assert.Equal(
            events.GetProperty("events")[0].GetProperty("messageHash").GetString(), received[0].GetProperty("messageHash").GetString());
    }

    static async Task<HttpResponseMessage> AskAsync(
        RunningNode node, HttpMethod? method = null, string path = "info", string? origin = null, string? host = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, path);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        if (origin is not null)
            request.Headers.TryAddWithoutValidation("Origin", origin);
        request.Headers.Host = host;
        return await node.Http.SendAsync(request);
    }
}
