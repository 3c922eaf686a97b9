using System.Text.Json;

namespace LogosActors.Node.Tests.Cli;

/// <summary><c>logos run --mode=EDGE</c> between core nodes, and the commands that use it.</summary>
public sealed class EdgeTests : IAsyncLifetime
{
    const string Lobby = "/chat/1/lobby/proto";
    readonly string _path = Directory.CreateTempSubdirectory("logos-").FullName;
    RunningNode _core = null!, _relay = null!;

    public async Task InitializeAsync()
    {
        _core = await RunningNode.StartAsync("--filter", "--lightpush", "--store", $"--store-message-db-url=sqlite://{_path}/store.sqlite3");
        _relay = await RunningNode.StartAsync($"--entry-node={_core.Address}");
        await _core.AwaitPeerOnEveryShardAsync();
        await _relay.AwaitPeerOnEveryShardAsync();
    }

    public async Task DisposeAsync()
    {
        await _relay.DisposeAsync();
        await _core.DisposeAsync();
        Directory.Delete(_path, recursive: true);
    }

    [Fact]
    public async Task What_an_edge_node_sends_is_heard_elsewhere_and_is_in_the_history_that_it_shows()
    {
        await using var edge = await RunningNode.StartEdgeAsync($"--entry-node={_core.Address}");
        await edge.AwaitJsonAsync("health", health => health.GetRawText().Contains("{\"Lightpush Client\":\"READY\"}", StringComparison.Ordinal));
        await using var listener = CommandRun.Start("listen", Lobby, "--count", "1", "--node", $"{_relay.Rest}");
        await listener.Error.WaitForAsync("Listening to", listener.Exit);

        var (exit, output, error) = await CommandRun.ToEndAsync("send", Lobby, "from the edge", "--node", $"{edge.Rest}", "--wait", "60");

        Assert.True(exit == 0, error);
        Assert.Matches("^(propagated|sent) 0x[0-9a-f]{64}$", output);
        Assert.Equal($"{Lobby}: from the edge", await listener.Output.WaitForAsync("from the edge"));
        Assert.Contains($"{Lobby}: from the edge", await HistoryAsync(edge, "from the edge"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_listens_at_an_edge_node_sees_what_is_sent_elsewhere()
    {
        await using var edge = await RunningNode.StartEdgeAsync($"--entry-node={_core.Address}");
        await edge.AwaitJsonAsync("admin/v1/peers/service", peers => peers.GetArrayLength() > 0);
        await using var listener = CommandRun.Start("listen", Lobby, "--count", "1", "--node", $"{edge.Rest}");
        await listener.Error.WaitForAsync("Listening to", listener.Exit);

        var (exit, _, error) = await CommandRun.ToEndAsync("send", Lobby, "to the edge", "--node", $"{_relay.Rest}", "--wait", "60");

        Assert.True(exit == 0, error);
        Assert.Equal($"{Lobby}: to the edge", await listener.Output.WaitForAsync("to the edge"));
        Assert.Equal(0, await listener.Exit);
    }

    [Fact]
    public async Task Named_service_nodes_are_kept_and_the_peers_say_why()
    {
        await using var edge = await RunningNode.StartEdgeAsync($"--filternode={_core.Address}", $"--lightpushnode={_core.Address}", $"--peer-exchange-node={_core.Address}");
        await edge.AwaitJsonAsync("admin/v1/peers/service", peers => peers.GetArrayLength() > 0);

        Assert.Equal(["Service"], await ReasonsAsync(edge));
        Assert.Contains("service", (await CommandRun.ToEndAsync("peers", "--node", $"{edge.Rest}")).Output, StringComparison.Ordinal);
        Assert.Equal(["Entry", "Relay"], await ReasonsAsync(_relay));
        Assert.Contains(await ReasonsOfAllAsync(_core), reasons => reasons is ["Inbound"]);
        Assert.Contains(await ReasonsOfAllAsync(_core), reasons => reasons is ["Relay", "Inbound"]);
    }

    [Theory]
    [InlineData("--filternode", "node.filter-nodes")]
    [InlineData("--lightpushnode", "node.lightpush-nodes")]
    [InlineData("--peer-exchange-node", "node.peer-exchange-nodes")]
    public async Task A_service_node_without_its_id_is_refused(string flag, string setting)
    {
        var (exit, _, error) = await CommandRun.ToEndAsync("run", $"{flag}=/ip4/127.0.0.1/tcp/1");

        Assert.NotEqual(0, exit);
        Assert.Contains(setting[5..], error, StringComparison.Ordinal);
        Assert.Contains("does not name the peer", error, StringComparison.Ordinal);
    }

    static async Task<string[]> ReasonsAsync(RunningNode node) => Assert.Single(await ReasonsOfAllAsync(node));

    static async Task<string[][]> ReasonsOfAllAsync(RunningNode node)
    {
        var (_, output, _) = await CommandRun.ToEndAsync("peers", "--json", "--node", $"{node.Rest}");
        return
        [
            .. JsonDocument.Parse(output).RootElement.EnumerateArray()
                .Select(peer => peer.GetProperty("reasons").EnumerateArray().Select(reason => reason.GetString()!).ToArray()),
        ];
    }

    /// <summary>The history that a node shows, once it has a message: a store writes it a moment after it has travelled.</summary>
    static async Task<string> HistoryAsync(RunningNode node, string text)
    {
        for (var deadline = DateTime.UtcNow.AddSeconds(60); ; await Task.Delay(100))
        {
            var (exit, output, error) = await CommandRun.ToEndAsync("history", Lobby, "--node", $"{node.Rest}");
            Assert.True(exit == 0, error);
            if (output.Contains(text, StringComparison.Ordinal))
                return output;
            Assert.True(DateTime.UtcNow < deadline, $"The history is {output}");
        }
    }
}
