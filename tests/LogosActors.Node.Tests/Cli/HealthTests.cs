using System.Text.Json;

namespace LogosActors.Node.Tests.Cli;

public sealed class HealthTests
{
    [Fact]
    public async Task A_node_that_runs_is_ready_also_without_peers()
    {
        await using var node = await RunningNode.StartAsync();

        var (exit, shown, _) = await CommandRun.ToEndAsync("health", "--node", $"{node.Rest}");
        var (_, json, _) = await CommandRun.ToEndAsync("health", "--node", $"{node.Rest}", "--json");

        Assert.Equal(0, exit);
        Assert.StartsWith("READY, Disconnected", shown, StringComparison.Ordinal);
        Assert.Contains("Relay: NOT_READY, No connected peers", shown, StringComparison.Ordinal);
        Assert.Equal("READY", JsonDocument.Parse(json).RootElement.GetProperty("nodeHealth").GetString());
    }

    [Fact]
    public async Task Without_a_node_it_is_no_health_but_exit_code_six()
    {
        var (exit, _, error) = await CommandRun.ToEndAsync("health", "--node", "http://127.0.0.1:1");

        Assert.Equal(6, exit);
        Assert.NotEmpty(error);
    }
}
