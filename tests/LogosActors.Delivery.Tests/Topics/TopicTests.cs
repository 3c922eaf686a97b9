using LogosActors.Delivery.Topics;

namespace LogosActors.Delivery.Tests.Topics;

public sealed class TopicTests
{
    [Theory] // the Nim reference's tests (test_sharding.nim): cluster 1, 8 shards
    [InlineData("/toychat/2/huilong/proto", 3)]
    [InlineData("/0/toychat/2/huilong/proto", 3)]
    [InlineData("/toychat2/2/huilong/proto", 6)]
    [InlineData("/0/toychat2/2/huilong/proto", 6)]
    [InlineData("/toychat/2/huilong/proto2", 3)]
    [InlineData("/0/toychat/4/huilong/proto2", 7)]
    [InlineData("/myapp/1/anything/proto", 0)] // RELAY-SHARDING §Example: …8b802d4928 mod 8
    public void A_content_topic_is_on_the_shard_that_other_nodes_say(string topic, int shard)
    {
        Assert.True(new Autosharding(1, 8).TryGetShard(ContentTopic.Parse(topic), out var found, out _));
        Assert.Equal(new PubsubTopic(1, (ushort)shard), found);
    }

    [Fact]
    public void A_generation_that_is_not_defined_has_no_shard()
    {
        Assert.False(new Autosharding(1, 8).TryGetShard(ContentTopic.Parse("/1/toychat/2/huilong/proto"), out _, out var problem));
        Assert.Contains("generation 1", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1025)]
    public void A_cluster_has_1_to_1024_shards(int count) => Assert.Throws<ArgumentOutOfRangeException>(() => new Autosharding(1, count));

    [Fact]
    public void A_content_topic_names_its_parts()
    {
        var topic = ContentTopic.Parse("/0/my-app/2/room 1/proto");

        Assert.Equal((0, "my-app", "2", "room 1", "proto"), (topic.Generation, topic.Application, topic.Version, topic.Name, topic.Encoding));
        Assert.Equal("/0/my-app/2/room 1/proto", topic.ToString());
        Assert.Null(ContentTopic.Parse("/my-app/2/room/proto").Generation);
        Assert.NotEqual(ContentTopic.Parse("/my-app/2/room/proto"), ContentTopic.Parse("/0/my-app/2/room/proto"));
    }

    [Theory]
    [InlineData(null, "does not start with a slash")]
    [InlineData("lobby", "does not start with a slash")]
    [InlineData("/lobby", "1 part")]
    [InlineData("/a/1/b/proto/more/parts", "6 parts")]
    [InlineData("/a//b/proto", "part is empty")]
    [InlineData("/a/1/b/", "part is empty")]
    [InlineData("/x/a/1/b/proto", "generation 'x' is not a number")]
    [InlineData("/-1/a/1/b/proto", "generation '-1' is not a number")]
    public void What_is_no_content_topic_is_refused_in_words(string? text, string expected)
    {
        Assert.False(ContentTopic.TryParse(text, out _, out var problem));
        Assert.Contains(expected, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_content_topic_that_is_too_long_is_refused()
    {
        Assert.True(ContentTopic.TryParse("/a/1/b/" + new string('é', 508), out _, out _));
        Assert.False(ContentTopic.TryParse("/a/1/b/" + new string('é', 509), out _, out _));
    }

    [Theory]
    [InlineData("/waku/2/rs/1/3", 1, 3)]
    [InlineData("/waku/2/rs/65535/1023", 65535, 1023)]
    public void A_shard_has_a_topic(string text, int cluster, int shard)
    {
        Assert.True(PubsubTopic.TryParse(text, out var topic));
        Assert.Equal(((ushort)cluster, (ushort)shard), (topic.Cluster, topic.Shard));
        Assert.Equal(text, topic.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("/waku/2/rs/1")]
    [InlineData("/waku/2/rs/1/")]
    [InlineData("/waku/2/rs/1/2/3")]
    [InlineData("/waku/2/rs/65536/0")]
    [InlineData("/waku/2/rs/ 1/0")]
    [InlineData("/waku/2/default-waku/proto")]
    public void Other_pubsub_topics_are_no_shards(string text) => Assert.False(PubsubTopic.TryParse(text, out _));

    [Fact]
    public void A_topic_has_the_same_shard_when_it_is_looked_up_again_and_what_is_none_stays_none()
    {
        var network = new Autosharding(1, 8);
        var shards = new TopicShards(network);
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < 3000; i++) // more than are remembered
            {
                Assert.True(shards.TryFind($"/app{i}/1/name/proto", out var topic, out var shard, out _));
                Assert.True(network.TryGetShard(topic, out var expected, out _));
                Assert.Equal(expected, shard);
            }
            Assert.False(shards.TryFind("lobby", out _, out _, out var problem));
            Assert.Contains("lobby", problem, StringComparison.Ordinal);
        }
    }
}
