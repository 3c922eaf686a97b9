using System.Text.Json;

namespace LogosActors.Node.Tests.Cli;

public sealed class TraceTests
{
    const string Lobby = "/chat/1/lobby/proto";

    [Fact]
    public async Task A_request_is_shown_step_by_step_and_the_latest_requests_as_a_table()
    {
        await using var bob = await RunningNode.StartAsync();
        await using var alice = await RunningNode.StartAsync("--tracing", "--staticnode", bob.Address);
        await alice.AwaitPeerOnEveryShardAsync();
        var (request, hash) = await SendAsync(alice);
        await alice.AwaitJsonAsync($"admin/v1/traces/{request}", trace => trace.GetProperty("request").TryGetProperty("outcome", out _));

        var (exit, timeline, error) = await CommandRun.ToEndAsync("trace", request, "--node", $"{alice.Rest}");
        var (_, table, _) = await CommandRun.ToEndAsync("trace", "--node", $"{alice.Rest}");
        var (_, byHash, _) = await CommandRun.ToEndAsync("trace", hash!, "--node", $"{alice.Rest}");
        var (_, json, _) = await CommandRun.ToEndAsync("trace", request, "--json", "--node", $"{alice.Rest}");
        var (_, list, _) = await CommandRun.ToEndAsync("trace", "--json", "-n", "1", "--node", $"{alice.Rest}");

        Assert.True(exit == 0, error);
        Assert.Equal(timeline, byHash);
        Assert.Matches($@"\n\s+send\s.*█.*sent, {Lobby}, 5 B, propagated at ", timeline);
        Assert.Matches(@"\n\s+publish\s.*sent, peers: 1", timeline);
        Assert.Matches(@"\n\s+route\s.*by relay", timeline);
        Assert.Matches($@"\n\s+{request}\s+\d\d:\d\d:\d\d\.\d\d\d\s+\d+\.\d ms\s+sent\s+{Lobby}", table);
        var spans = JsonDocument.Parse(json).RootElement.GetProperty("spans");
        Assert.Equal(["logos.send", "logos.publish", "logos.route"], spans.EnumerateArray().Select(span => span.GetProperty("name").GetString()));
        // Those of other tests' nodes in this process are among the latest, too.
        Assert.True(Assert.Single(JsonDocument.Parse(list).RootElement.EnumerateArray().ToArray()).TryGetProperty("requestId", out _));
    }

    [Fact]
    public async Task A_request_that_nobody_has_taken_yet_is_under_way()
    {
        await using var node = await RunningNode.StartAsync("--tracing");
        var (request, _) = await SendAsync(node);

        var (_, table, _) = await CommandRun.ToEndAsync("trace", "--node", $"{node.Rest}");
        var (_, timeline, _) = await CommandRun.ToEndAsync("trace", request, "--node", $"{node.Rest}");

        Assert.Matches($@"\n\s+{request}\s.*\sunder way\s+under way\s+{Lobby}", table);
        Assert.Matches(@"\n\s+send\s.*under way.*─", timeline);
    }

    [Fact]
    public async Task A_node_that_traces_nothing_is_10_and_how_to_change_that()
    {
        await using var node = await RunningNode.StartAsync();

        var (exit, output, error) = await CommandRun.ToEndAsync("trace", "--node", $"{node.Rest}");
        var (exitOfOne, _, json) = await CommandRun.ToEndAsync("trace", "any", "--json", "--node", $"{node.Rest}");

        Assert.Equal((10, 10, ""), (exit, exitOfOne, output));
        Assert.Contains("Tracing is off. Start the node with --tracing.", error, StringComparison.Ordinal);
        Assert.Equal("tracing-off", JsonDocument.Parse(json).RootElement.GetProperty("error").GetString());
    }

    [Fact]
    public async Task A_request_that_the_node_does_not_know_is_11()
    {
        await using var node = await RunningNode.StartAsync("--tracing");

        var (exit, _, error) = await CommandRun.ToEndAsync("trace", "nobody's", "--node", $"{node.Rest}");
        var (_, _, none) = await CommandRun.ToEndAsync("trace", "--node", $"{node.Rest}");

        Assert.Equal(11, exit);
        Assert.Contains("No trace of request nobody's", error, StringComparison.Ordinal);
        Assert.Equal((400, "Invalid limit: 1001"), await StatusAsync(node, "admin/v1/traces?limit=1001"));
        Assert.DoesNotContain("error", none, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_without_admin_refuses()
    {
        await using var node = await RunningNode.StartAsync("--tracing", "--rest-admin=false");

        var (exit, _, error) = await CommandRun.ToEndAsync("trace", "any", "--node", $"{node.Rest}");

        Assert.Equal(7, exit);
        Assert.Contains("--rest-admin", error, StringComparison.Ordinal);
    }

    static async Task<(string Request, string? Hash)> SendAsync(RunningNode node)
    {
        var (exit, output, error) = await CommandRun.ToEndAsync("send", Lobby, "hello", "--json", "--node", $"{node.Rest}");
        Assert.True(exit == 0, error);
        var sent = JsonDocument.Parse(output).RootElement;
        return (sent.GetProperty("requestId").GetString()!, sent.TryGetProperty("messageHash", out var hash) ? hash.GetString() : null);
    }

    static async Task<(int Status, string Body)> StatusAsync(RunningNode node, string path)
    {
        var (status, body, _) = await node.GetAsync(path);
        return (status, body);
    }
}
