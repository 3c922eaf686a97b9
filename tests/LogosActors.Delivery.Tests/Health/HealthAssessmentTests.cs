using FsCheck;
using FsCheck.Fluent;
using LogosActors.Delivery.Health;
using LogosActors.Delivery.Topics;

namespace LogosActors.Delivery.Tests.Health;

public sealed class HealthAssessmentTests
{
    static readonly PubsubTopic Shard = new(1, 0);
    static readonly HealthObservation Alone = new(0, 0, new Dictionary<PubsubTopic, ShardPeers>(), new Dictionary<string, PubsubTopic>());

    readonly HealthAssessment _assessment = new(NodeHealth.NotStarted, TimeSpan.Zero);

    [Theory]
    [InlineData(0, 5, ConnectionStatus.Disconnected)]
    [InlineData(1, 1, ConnectionStatus.PartiallyConnected)]
    [InlineData(3, 1, ConnectionStatus.PartiallyConnected)]
    [InlineData(4, 1, ConnectionStatus.Connected)]
    [InlineData(50, 0, ConnectionStatus.PartiallyConnected)]
    public void A_node_is_connected_by_four_relay_peers_and_a_store(int relayPeers, int stores, ConnectionStatus expected)
    {
        _assessment.Observe(Alone with { RelayPeers = relayPeers, Stores = stores }, Seconds(1));

        Assert.Equal(expected, _assessment.Told.Status);
    }

    [Theory]
    [InlineData(0, 0, TopicHealth.Unhealthy)]
    [InlineData(1, 0, TopicHealth.MinimallyHealthy)]
    [InlineData(9, 3, TopicHealth.MinimallyHealthy)]
    [InlineData(4, 4, TopicHealth.SufficientlyHealthy)]
    public void A_shard_is_as_healthy_as_its_mesh_and_its_content_topics_are_as_healthy_as_it(int subscribed, int mesh, TopicHealth expected)
    {
        var changes = _assessment.Observe(On(Shard, subscribed, mesh, "/a/1/b/proto"), Seconds(1));

        Assert.Equal([new ShardHealthChanged(Shard.ToString(), expected), new ContentTopicHealthChanged("/a/1/b/proto", expected)], changes);
        Assert.Equal((expected, expected), (_assessment.Told.Shards[Shard.ToString()], _assessment.Told.ContentTopics["/a/1/b/proto"]));
    }

    [Fact]
    public void What_has_not_changed_is_told_once()
    {
        _assessment.Observe(On(Shard, 1, 1, "/a/1/b/proto"), Seconds(1));
        var told = _assessment.Told;

        Assert.Empty(_assessment.Observe(On(Shard, 2, 1, "/a/1/b/proto"), Seconds(2)));
        Assert.Same(told, _assessment.Told);
    }

    [Fact]
    public void What_is_left_is_told_to_be_not_subscribed()
    {
        _assessment.Observe(On(Shard, 4, 4, "/a/1/b/proto", "/a/1/c/proto"), Seconds(1));

        Assert.Equal([new ContentTopicHealthChanged("/a/1/b/proto", TopicHealth.NotSubscribed)],
            _assessment.Observe(On(Shard, 4, 4, "/a/1/c/proto"), Seconds(2)));
        Assert.Equal([new ShardHealthChanged(Shard.ToString(), TopicHealth.NotSubscribed), new ContentTopicHealthChanged("/a/1/c/proto", TopicHealth.NotSubscribed)],
            _assessment.Observe(Alone, Seconds(3)));
    }

    [Fact]
    public void An_improvement_is_told_at_once_and_a_worsening_when_it_has_lasted_ten_seconds()
    {
        Assert.Equal([new ConnectionStatusChanged(ConnectionStatus.Connected)], Status(4, at: 1));
        Assert.Empty(Status(0, at: 2));
        Assert.Empty(Status(0, at: 10.9));
        Assert.Equal([new ConnectionStatusChanged(ConnectionStatus.Disconnected)], Status(0, at: 11));
        Assert.Equal([new ConnectionStatusChanged(ConnectionStatus.PartiallyConnected)], Status(1, at: 11.1));
    }

    [Fact]
    public void A_gap_that_is_shorter_than_ten_seconds_is_told_by_nobody()
    {
        Status(4, at: 0);
        Assert.Empty(Status(0, at: 1));
        Assert.Empty(Status(4, at: 9));
        Assert.Empty(Status(0, at: 18));
    }

    [Fact]
    public void An_assessment_that_is_made_anew_goes_on_from_what_was_told()
    {
        _assessment.Observe(On(Shard, 4, 4, "/a/1/b/proto") with { RelayPeers = 4, Stores = 1 }, Seconds(1));
        var anew = new HealthAssessment(_assessment.Told, Seconds(5));

        Assert.Empty(anew.Observe(On(Shard, 0, 0, "/a/1/b/proto"), Seconds(14)));
        Assert.Equal(3, anew.Observe(On(Shard, 0, 0, "/a/1/b/proto"), Seconds(15)).Count);
    }

    [Fact]
    public void Whatever_happens_the_status_never_worsens_within_ten_seconds_of_an_improvement_and_is_the_best_of_that_time() =>
        Prop.ForAll(ArbMap.Default.ArbFor<(byte RelayPeers, byte Tenths)[]>(), steps =>
        {
            var assessment = new HealthAssessment(NodeHealth.NotStarted, TimeSpan.Zero);
            var (now, lastImprovement) = (TimeSpan.Zero, (TimeSpan?)null);
            var seen = new List<(TimeSpan At, int Peers)> { (TimeSpan.Zero, 0) };
            foreach (var (bits, tenths) in steps)
            {
                now += TimeSpan.FromSeconds(tenths % 64 / 10.0);
                var before = assessment.Told.Status;
                seen.Add((now, bits % 6));
                assessment.Observe(Alone with { RelayPeers = bits % 6, Stores = 1 }, now);

                var best = seen.Where(step => now - step.At < SteadyLevel.Patience).Max(step => step.Peers);
                Assert.Equal(best == 0 ? ConnectionStatus.Disconnected : best < 4 ? ConnectionStatus.PartiallyConnected : ConnectionStatus.Connected,
                    assessment.Told.Status);
                if (assessment.Told.Status > before)
                    lastImprovement = now;
                else if (assessment.Told.Status < before)
                    Assert.True(lastImprovement is null || now - lastImprovement >= SteadyLevel.Patience);
            }
        }).QuickCheckThrowOnFailure();

    IReadOnlyList<MessagingEvent> Status(int relayPeers, double at) =>
        _assessment.Observe(Alone with { RelayPeers = relayPeers, Stores = 1 }, Seconds(at));

    static HealthObservation On(PubsubTopic shard, int subscribed, int mesh, params string[] topics) => new(
        0, 0, new Dictionary<PubsubTopic, ShardPeers> { [shard] = new(subscribed, mesh) }, topics.ToDictionary(topic => topic, _ => shard));

    static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
