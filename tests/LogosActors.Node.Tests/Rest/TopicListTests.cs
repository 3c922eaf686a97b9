using LogosActors.Node.Rest.Store;

namespace LogosActors.Node.Tests.Rest;

public sealed class TopicListTests
{
    [Theory]
    [InlineData("/app/1/a/proto", new[] { "/app/1/a/proto" })]
    [InlineData("/app/1/a/proto,/app/1/b/proto", new[] { "/app/1/a/proto", "/app/1/b/proto" })]
    [InlineData("/0/app/1/a/proto,/app/1/b/proto", new[] { "/0/app/1/a/proto", "/app/1/b/proto" })]
    public void Commas_separate_topics(string list, string[] topics) => Assert.Equal(topics, TopicList.Split(list));

    [Theory]
    [InlineData("/app/1/a,b/proto")]
    [InlineData("/a,pp/1,0/,a,/proto")]
    [InlineData("/app/1/a/proto,x")]
    [InlineData("/app/1/a/proto,")]
    [InlineData("/0/app/1/a,/proto")]
    public void A_topic_keeps_its_commas_alone_and_among_others(string topic)
    {
        Assert.Equal([topic], TopicList.Split(topic));
        Assert.Equal(["/other/1/b/proto", topic, topic, "/other/1/c/proto"], TopicList.Split($"/other/1/b/proto,{topic},{topic},/other/1/c/proto"));
    }

    [Theory]
    [InlineData("", new string[0])]
    [InlineData("lobby,kitchen", new[] { "lobby", "kitchen" })]
    [InlineData("lobby,,/app/1/a/proto,", new[] { "lobby", "/app/1/a/proto" })]
    public void Every_comma_separates_what_is_no_content_topic(string list, string[] topics) => Assert.Equal(topics, TopicList.Split(list));
}
