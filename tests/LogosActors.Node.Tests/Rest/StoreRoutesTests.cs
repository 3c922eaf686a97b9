using System.Net;
using System.Text.Json;
using LogosActors.Node.Configuration;
using LogosActors.Node.Rest;
using LogosActors.Node.Rest.Store;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogosActors.Node.Tests.Rest;

/// <summary>The contract of the reference's /store/v3.</summary>
public sealed class StoreRoutesTests : IAsyncLifetime
{
    const string Topic = "/test/1/a/proto";
    readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("logos-");
    readonly long _now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1_000_000;
    RunningNode _store = null!;

    string Database => $"sqlite://{Path.Combine(_directory.FullName, "store.sqlite3")}";

    public async Task InitializeAsync() => _store = await RunningNode.StartAsync("--store=true", "--store-message-db-url", Database);

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task A_store_finds_what_it_has_relayed_page_by_page()
    {
        await SendAsync(5);
        await _store.AwaitJsonAsync("store/v3/messages", found => HashesOf(found).Count == 5);

        var first = await _store.AwaitJsonAsync("store/v3/messages?pageSize=2&includeData=true", found => found.TryGetProperty("paginationCursor", out _));
        var second = await PageAsync($"pageSize=2&cursor={first.GetProperty("paginationCursor").GetString()}");
        var third = await PageAsync($"pageSize=2&cursor={second.GetProperty("paginationCursor").GetString()}");

        Assert.Equal(200, first.GetProperty("statusCode").GetInt32());
        Assert.Equal("OK", first.GetProperty("statusDesc").GetString());
        Assert.NotEmpty(first.GetProperty("requestId").GetString()!);
        var message = first.GetProperty("messages")[0];
        Assert.Matches("^0x[0-9a-f]{64}$", message.GetProperty("messageHash").GetString());
        Assert.Equal("/waku/2/rs/0/0", message.GetProperty("pubsubTopic").GetString());
        Assert.Equal(
            $$"""{"payload":"AAAA","contentTopic":"{{Topic}}","version":0,"timestamp":{{_now}},"ephemeral":false}""",
            message.GetProperty("message").GetRawText());
        Assert.False(second.GetProperty("messages")[0].TryGetProperty("message", out _));
        Assert.False(third.TryGetProperty("paginationCursor", out _));
        Assert.Equal(5, HashesOf(first).Concat(HashesOf(second)).Concat(HashesOf(third)).Distinct().Count());
    }

    [Fact]
    public async Task A_store_that_does_not_relay_serves_what_is_in_its_archive()
    {
        await SendAsync(3);
        await _store.AwaitJsonAsync("store/v3/messages", found => HashesOf(found).Count == 3);
        await _store.DisposeAsync();

        _store = await RunningNode.StartAsync("--store=true", "--relay=false", "--store-message-db-url", Database);

        await using var asking = await RunningNode.StartAsync("--relay=false", "--storenode", _store.Address);
        Assert.Equal(3, HashesOf(await asking.AwaitJsonAsync("store/v3/messages", _ => true)).Count);
    }

    [Fact]
    public async Task A_message_an_hour_off_is_kept_by_no_archive_its_publishers_own_neither()
    {
        await using var publisher = await RunningNode.StartAsync(
            "--store=true", "--store-message-db-url", $"sqlite://{Path.Combine(_directory.FullName, "own.sqlite3")}", "--staticnode", _store.Address);
        const long Hour = 3_600_000_000_000;
        await publisher.AwaitJsonAsync("admin/v1/peers/mesh/on/0", shard => shard.GetProperty("peers").GetArrayLength() > 0);

        foreach (var timestamp in new[] { _now + Hour, _now - Hour, _now })
            Assert.Equal((200, "OK"), Short(await publisher.PostAsync("relay/v1/messages/%2Fwaku%2F2%2Frs%2F0%2F0", new { payload = "AAAA", contentTopic = Topic, timestamp })));

        // What is published is kept in this order, so that the last one ends the waiting.
        foreach (var node in new[] { publisher, _store })
        {
            var page = await node.AwaitJsonAsync("store/v3/messages?includeData=true", found => HashesOf(found).Count > 0);
            Assert.Equal([_now], page.GetProperty("messages").EnumerateArray().Select(kept => kept.GetProperty("message").GetProperty("timestamp").GetInt64()));
        }
    }

    [Fact]
    public async Task Conditions_narrow_what_is_found()
    {
        await SendAsync(4);
        await _store.AwaitJsonAsync("store/v3/messages", found => HashesOf(found).Count == 4);
        var all = HashesOf(await PageAsync(""));

        Assert.Equal(all[..2], HashesOf(await PageAsync($"endTime={_now + 1}")));
        Assert.Equal(all[2..], HashesOf(await PageAsync($"startTime={_now + 2}")));
        Assert.Equal(all[2..], HashesOf(await PageAsync("ascending=false&pageSize=2")));
        Assert.Equal([all[1]], HashesOf(await PageAsync($"hashes={all[1]}")));
        Assert.Equal(all, HashesOf(await PageAsync($"contentTopics={Uri.EscapeDataString(Topic + ",/other/1/b/proto")}")));
        Assert.Equal([], HashesOf(await PageAsync($"contentTopics={Uri.EscapeDataString("/other/1/b/proto")}")));
        Assert.Equal(all, HashesOf(await PageAsync("pubsubTopic=/waku/2/rs/0/0")));
        Assert.Equal([], HashesOf(await PageAsync($"pubsubTopic={Uri.EscapeDataString("/waku/2/rs/0/9")}")));
    }

    [Fact]
    public async Task A_cursor_that_the_store_does_not_have_is_an_error_and_no_end()
    {
        await SendAsync(2);
        await _store.AwaitJsonAsync("store/v3/messages", found => HashesOf(found).Count == 2);
        await using var asking = await RunningNode.StartAsync("--storenode", _store.Address);
        await asking.AwaitJsonAsync("store/v3/messages", found => HashesOf(found).Count == 2);

        foreach (var node in (RunningNode[])[_store, asking])
        {
            var (status, reason, _) = await node.GetAsync($"store/v3/messages?cursor=0x{new string('1', 64)}");
            Assert.InRange(status, 400, 599);
            Assert.Contains("cursor not found", reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task History_that_the_store_removes_between_two_pages_is_an_error_and_no_end()
    {
        await using var store = Node.Rest.HttpServer.Create(IPAddress.Loopback, 0, new NodeSettings(), NullLoggerFactory.Instance, maxBodyLength: 0);
        store.MapGet("/store/v3/messages", (string? cursor) => cursor is null
            ? Answers.Json(new StoreAnswer("1", 200, "OK", [], $"0x{new string('1', 64)}"))
            : Answers.BadRequest("error in handleSelfStoreRequest: cursor not found"));
        await store.StartAsync();

        var (exit, output, error) = await CommandRun.ToEndAsync("history", Topic, "--node", $"{Node.Rest.HttpServer.AddressOf(store)}");

        Assert.Equal(7, exit);
        Assert.Contains("cursor not found", error, StringComparison.Ordinal);
        Assert.Equal("", output);
    }

    [Theory]
    [InlineData("/app/1/a,b/proto")]
    [InlineData("/app/1/a,/proto")]
    [InlineData("/app/1/a/proto,")]
    public async Task A_content_topic_with_a_comma_is_sent_and_found_by_every_way(string topic)
    {
        await using var asking = await RunningNode.StartAsync("--storenode", _store.Address, "--content-topic", topic);
        await asking.AwaitPeerOnEveryShardAsync();
        await _store.AwaitPeerOnEveryShardAsync();

        var (exit, _, error) = await CommandRun.ToEndAsync("send", topic, "hello", "--node", $"{_store.Rest}");

        Assert.True(exit == 0, error);
        await asking.AwaitJsonAsync($"relay/v1/auto/messages/{Uri.EscapeDataString(topic)}", found => found.GetArrayLength() == 1);
        foreach (var node in (RunningNode[])[_store, asking])
        {
            foreach (var list in (string[])[topic, Uri.EscapeDataString(topic), Uri.EscapeDataString($"/other/1/b/proto,{topic}"), $"/other/1/b/proto&contentTopics={topic}"])
                await node.AwaitJsonAsync($"store/v3/messages?contentTopics={list}", found => HashesOf(found).Count == 1);
            var (_, output, _) = await CommandRun.ToEndAsync("history", topic, "/other/1/b/proto", "--node", $"{node.Rest}");
            Assert.EndsWith($" {topic}: hello", output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_messages_of_a_shard_are_found_without_their_content_topics_by_every_way()
    {
        await SendAsync(3);
        await _store.AwaitJsonAsync("store/v3/messages", found => HashesOf(found).Count == 3);
        await using var asking = await RunningNode.StartAsync("--storenode", _store.Address);

        foreach (var node in (RunningNode[])[_store, asking])
        {
            await node.AwaitJsonAsync("store/v3/messages?pubsubTopic=/waku/2/rs/0/0", found => HashesOf(found).Count == 3);
            await node.AwaitJsonAsync("store/v3/messages?pubsubTopic=/waku/2/rs/0/1", found => HashesOf(found).Count == 0);
            await node.AwaitJsonAsync($"store/v3/messages?pubsubTopic=/waku/2/rs/0/0&startTime={_now + 2}", found => HashesOf(found).Count == 1);
        }
    }

    [Theory]
    [InlineData("startTime=noon", "time parsing error: invalid integer: noon")]
    [InlineData("pageSize=all", "page size parsing error: invalid integer: all")]
    [InlineData("includeData=perhaps", "include data parsing error: cannot interpret as a bool: perhaps")]
    [InlineData("cursor=0x12", "waku message hash parsing error: '0x12' is not 0x and 64 hexadecimal digits")]
    [InlineData("hashes=x", "waku message hash parsing error: 'x' is not 0x and 64 hexadecimal digits")]
    [InlineData("peerAddr=nobody", "Failed parsing remote peer info: 'nobody' is not a multiaddress with /p2p/ (InvalidValue)")]
    public async Task A_wrong_parameter_is_400_and_says_which(string query, string reason)
    {
        var (status, text, _) = await _store.GetAsync($"store/v3/messages?{query}");

        Assert.Equal(400, status);
        Assert.StartsWith(reason[..Math.Min(reason.Length, 60)], text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_asks_the_store_that_it_is_told_or_meets()
    {
        await SendAsync(2);
        await _store.AwaitJsonAsync("store/v3/messages", found => HashesOf(found).Count == 2);
        await using var alone = await RunningNode.StartAsync();
        Assert.Equal((412, "No suitable service peer & no discovery method", "text/plain"), await alone.GetAsync("store/v3/messages"));
        var (exit, _, error) = await CommandRun.ToEndAsync("history", Topic, "--node", $"{alone.Rest}");
        Assert.Equal(7, exit);
        Assert.Contains("logos run --store", error, StringComparison.Ordinal);
        await using var told = await RunningNode.StartAsync("--storenode", _store.Address);
        var query = $"store/v3/messages?contentTopics={Uri.EscapeDataString(Topic)}&includeData=true";

        var asked = await told.AwaitJsonAsync(query, found => HashesOf(found).Count == 2);
        var named = await alone.AwaitJsonAsync($"{query}&peerAddr={Uri.EscapeDataString(_store.Address)}", found => HashesOf(found).Count == 2);

        Assert.Equal("AAAA", asked.GetProperty("messages")[0].GetProperty("message").GetProperty("payload").GetString());
        Assert.Equal(HashesOf(asked), HashesOf(named));
    }

    [Fact]
    public async Task History_shows_the_newest_messages_the_oldest_first()
    {
        await SendAsync(3);
        await _store.AwaitJsonAsync("store/v3/messages", found => HashesOf(found).Count == 3);

        var (exit, output, error) = await CommandRun.ToEndAsync("history", Topic, "--limit", "2", "--since", "1h", "--node", $"{_store.Rest}");
        var (_, json, _) = await CommandRun.ToEndAsync("history", Topic, "--json", "--node", $"{_store.Rest}");

        Assert.True(exit == 0, error);
        Assert.Equal(2, output.Split('\n').Length);
        Assert.All(output.Split('\n'), line => Assert.Contains($" {Topic}: ", line, StringComparison.Ordinal));
        Assert.Equal(
            ["AAAA", "AAAB", "AAAC"],
            json.Split('\n').Select(line => JsonDocument.Parse(line).RootElement.GetProperty("message").GetProperty("payload").GetString()));
    }

    [Fact]
    public async Task What_a_store_has_is_there_after_a_restart()
    {
        await SendAsync(2);
        await _store.DisposeAsync();

        _store = await RunningNode.StartAsync("--store=true", "--store-message-db-url", Database);

        Assert.Equal(2, HashesOf(await PageAsync("")).Count);
    }

    [Theory]
    [InlineData("mysql://somewhere")]
    [InlineData("postgres://user:hunter2@127.0.0.1:1/logos")]
    public async Task A_database_that_cannot_be_used_is_9_and_no_password_is_shown(string url)
    {
        var (exit, output, error) = await CommandRun.ToEndAsync(
            "run", "--store", "--store-message-db-url", url, "--tcp-port=0", "--rest-port=0", "--listen-address=127.0.0.1");

        Assert.Equal(9, exit);
        Assert.DoesNotContain("hunter2", output + error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_that_is_none_is_3()
    {
        var (exit, _, error) = await CommandRun.ToEndAsync("run", "--store-message-retention-policy", "forever");

        Assert.Equal(3, exit);
        Assert.Contains("expected time:SECONDS", error, StringComparison.Ordinal);
    }

    async Task SendAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var message = new { payload = $"AAA{(char)('A' + i)}", contentTopic = Topic, timestamp = _now + i };
            Assert.Equal(200, (await _store.PostAsync("relay/v1/messages/%2Fwaku%2F2%2Frs%2F0%2F0", message)).Status);
        }
    }

    static (int Status, string Body) Short((int Status, string Body, string? Type) answer) => (answer.Status, answer.Body);

    Task<JsonElement> PageAsync(string query) => _store.AwaitJsonAsync($"store/v3/messages?{query}", _ => true);

    static List<string> HashesOf(JsonElement page) => [.. page.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("messageHash").GetString()!)];
}
