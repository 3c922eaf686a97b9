using System.Text.Json;

namespace LogosActors.Node.Tests.Cli;

public sealed class IdTests : IDisposable
{
    readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("logos-");

    string KeyFile => Path.Combine(_directory.FullName, "node.key");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task A_key_that_was_made_gives_a_node_its_peer_id()
    {
        var (made, peer, _) = await CommandRun.ToEndAsync("id", "new", KeyFile);
        var (shown, again, _) = await CommandRun.ToEndAsync("id", "show", KeyFile, "--json");
        await using var node = await RunningNode.StartAsync("--nodekey-file", KeyFile);
        var (asked, addresses, _) = await CommandRun.ToEndAsync("id", "--node", $"{node.Rest}");

        Assert.Equal((0, 0, 0), (made, shown, asked));
        Assert.StartsWith("16Uiu2HA", peer, StringComparison.Ordinal);
        Assert.Equal(peer, JsonDocument.Parse(again).RootElement.GetProperty("peerId").GetString());
        Assert.Equal(node.Address, addresses);
        Assert.EndsWith($"/p2p/{peer}", addresses, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_is_never_overwritten_and_only_its_owner_can_read_it()
    {
        await CommandRun.ToEndAsync("id", "new", KeyFile);
        var key = await File.ReadAllTextAsync(KeyFile);

        var (exit, _, error) = await CommandRun.ToEndAsync("id", "new", KeyFile);

        Assert.Equal(4, exit);
        Assert.Contains("never overwritten", error, StringComparison.Ordinal);
        Assert.Equal(key, await File.ReadAllTextAsync(KeyFile));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyFile));
    }

    [Fact]
    public async Task Peers_are_shown_in_a_table_or_as_json()
    {
        await using var first = await RunningNode.StartAsync();
        await using var second = await RunningNode.StartAsync("--staticnode", first.Address);
        await second.AwaitPeerOnEveryShardAsync();

        var (exit, table, _) = await CommandRun.ToEndAsync("peers", "--node", $"{second.Rest}");
        var (_, json, _) = await CommandRun.ToEndAsync("peers", "--json", "--node", $"{second.Rest}");

        Assert.Equal(0, exit);
        Assert.Contains(first.Address, table, StringComparison.Ordinal);
        var peer = Assert.Single(JsonDocument.Parse(json).RootElement.EnumerateArray());
        Assert.Equal("Static", peer.GetProperty("origin").GetString());
    }
}
