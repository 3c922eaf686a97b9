using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.Topics;
using LogosActors.Node.Rest.Relay;

namespace LogosActors.Node.Tests.Rest;

public sealed class RelayMessageCacheTests
{
    static readonly PubsubTopic Shard = new(0, 1);
    readonly RelayMessageCache _cache = new(capacity: 2);

    [Fact]
    public void The_oldest_messages_make_way_when_nobody_fetches_them()
    {
        _cache.Subscribe(Shard);
        foreach (byte payload in (byte[])[1, 2, 3])
            _cache.Add(Message(payload));

        Assert.Equal([2, 3], PayloadsOf(_cache.Take(Shard)));
    }

    [Fact]
    public void A_message_that_comes_twice_is_kept_once()
    {
        _cache.Subscribe(Shard);
        _cache.Add(Message(1));
        _cache.Add(Message(1));

        Assert.Equal([1], PayloadsOf(_cache.Take(Shard)));
    }

    [Fact]
    public void A_message_is_found_by_either_of_its_topics_and_then_gone_from_both()
    {
        _cache.Subscribe(Shard);
        _cache.Subscribe("/test/1/a/proto");
        _cache.Add(Message(1));
        Assert.Equal([1], PayloadsOf(_cache.Take(Shard)));

        Assert.Equal([], PayloadsOf(_cache.Take("/test/1/a/proto")));
    }

    [Fact]
    public void What_is_kept_for_one_topic_is_not_found_by_another_that_is_not_subscribed_to()
    {
        _cache.Subscribe("/test/1/a/proto");
        _cache.Subscribe(Shard);
        _cache.Unsubscribe("/test/1/a/proto");
        _cache.Add(Message(1));
        Assert.Null(_cache.Take("/test/1/a/proto"));

        _cache.Subscribe("/test/1/a/proto");
        _cache.Unsubscribe(Shard);
        _cache.Add(Message(2));
        Assert.Null(_cache.Take(Shard));

        Assert.Equal([1, 2], PayloadsOf(_cache.Take("/test/1/a/proto")));
    }

    [Fact]
    public void What_nobody_is_subscribed_to_is_not_kept()
    {
        _cache.Subscribe("/test/1/b/proto");
        _cache.Add(Message(1));

        Assert.Null(_cache.Take(Shard));
        Assert.Null(_cache.Take("/test/1/a/proto"));
    }

    [Fact]
    public void Unsubscribing_forgets_what_nobody_else_wants()
    {
        _cache.Subscribe(Shard);
        _cache.Subscribe("/test/1/a/proto");
        _cache.Add(Message(1));

        Assert.True(_cache.Unsubscribe(Shard));
        Assert.Equal([1], PayloadsOf(_cache.Take("/test/1/a/proto")));
        _cache.Add(Message(2));
        Assert.True(_cache.Unsubscribe("/test/1/a/proto"));
        Assert.False(_cache.Unsubscribe("/test/1/a/proto"));
        Assert.Null(_cache.Take("/test/1/a/proto"));
    }

    [Fact]
    public void Topics_without_end_take_no_memory_without_end()
    {
        for (var i = 0; i < RelayMessageCache.MaxTopics; i++)
            Assert.True(_cache.Subscribe($"/test/1/{i}/proto"));

        Assert.False(_cache.Subscribe("/test/1/more/proto"));
        Assert.True(_cache.Subscribe("/test/1/0/proto"));
    }

    static RelayTopics.Seen Message(byte payload)
    {
        var message = new WakuMessage { ContentTopic = "/test/1/a/proto", Payload = new[] { payload } };
        return new RelayTopics.Seen(Shard, MessageHash.Compute(Shard.ToString(), message), message, IsOwn: false);
    }

    static IEnumerable<int> PayloadsOf(IReadOnlyList<WakuMessage>? messages) => messages!.Select(message => (int)message.Payload.Span[0]);
}
