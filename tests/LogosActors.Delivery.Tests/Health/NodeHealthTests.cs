using static LogosActors.Delivery.Tests.Node;

namespace LogosActors.Delivery.Tests.Health;

public sealed class NodeHealthTests
{
    [Fact]
    public async Task A_node_that_finds_a_peer_tells_so_and_says_so_when_asked()
    {
        await using var alice = await StartAsync();
        Assert.Equal(ConnectionStatus.Disconnected, alice.GetHealth().Status);
        await using var events = alice.Events().GetAsyncEnumerator();
        await alice.SubscribeAsync([Topic]);

        await using var bob = await StartAsync(alice);
        await bob.SubscribeAsync([Topic]);

        Assert.Equal(Topic, (await events.NextAsync<ContentTopicHealthChanged>(told => told.Health == TopicHealth.MinimallyHealthy)).ContentTopic);
        while (alice.GetHealth().Status != ConnectionStatus.PartiallyConnected)
            await events.NextAsync<ConnectionStatusChanged>();
        var health = alice.GetHealth();
        Assert.Equal(TopicHealth.MinimallyHealthy, health.ContentTopics[Topic]);
        Assert.Equal(TopicHealth.MinimallyHealthy, health.Shards[alice.ShardOf(Topic).ToString()]);
        await alice.StopAsync();
        Assert.Same(NodeHealth.NotStarted, alice.GetHealth());
    }

    [Fact]
    public async Task A_node_that_loses_its_last_peer_tells_so()
    {
        await using var alice = await StartAsync();
        await using var events = alice.Events().GetAsyncEnumerator();
        await using (await StartAsync(alice))
            await events.NextAsync<ConnectionStatusChanged>(told => told.Status == ConnectionStatus.PartiallyConnected);

        await events.NextAsync<ConnectionStatusChanged>(told => told.Status == ConnectionStatus.Disconnected);

        Assert.Equal(ConnectionStatus.Disconnected, alice.GetHealth().Status);
    }
}
