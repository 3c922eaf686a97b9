using FsCheck;
using FsCheck.Fluent;
using LogosActors.Configuration;
using LogosActors.Delivery.Filter;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.RateLimits;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Tests.Filter;

public sealed class FilterSubscriptionsTests
{
    const string Topic = "/waku/2/rs/0/0";
    const string Other = "/waku/2/rs/0/1";

    static readonly PeerId[] Peers = [.. Enumerable.Range(0, 12).Select(static _ => NewPeer())];

    static readonly PeerId Alice = Peers[0], Bob = Peers[1];

    readonly FilterSubscriptions _service = new(new FilterServiceOptions { PeerLimit = null });
    TimeSpan _now;

    [Fact]
    public void A_message_goes_to_those_who_want_its_pubsub_topic_and_its_content_topic()
    {
        Subscribe(Alice, Topic, "/a", "/b");
        Subscribe(Bob, Topic, "/b");
        Subscribe(Bob, Other, "/a");

        Assert.Equal([Alice], Match(Topic, "/a", 1));
        Assert.Equal([Alice, Bob], Match(Topic, "/b", 2));
        Assert.Equal([Bob], Match(Other, "/a", 3));
        Assert.Empty(Match(Other, "/b", 4));
        Assert.Empty(Match("/waku/2/rs/0/2", "/a", 5));
    }

    [Fact]
    public void Each_subscriber_gets_a_message_once_within_two_minutes_and_a_late_one_gets_it_when_it_comes_again()
    {
        Subscribe(Alice, Topic, "/a");
        Assert.Equal([Alice], Match(Topic, "/a", 1));
        Assert.Empty(Match(Topic, "/a", 1));
        Subscribe(Bob, Topic, "/a");
        Assert.Equal([Bob], Match(Topic, "/a", 1));
        Assert.Empty(Match(Topic, "/a", 1));

        Assert.Equal(FilterStatus.Success, Ask(Alice, FilterRequestType.UnsubscribeAll, null).Status);
        Subscribe(Alice, Topic, "/a");
        Assert.Empty(Match(Topic, "/a", 1));

        _now += RecentPushes.Window;
        Assert.Equal(new[] { Alice, Bob }.Order(PeerOrder), Match(Topic, "/a", 1).Order(PeerOrder));
    }

    [Fact]
    public void A_ping_says_whether_there_is_a_subscription_whatever_topic_it_names()
    {
        IsAnswered(Ask(Alice, FilterRequestType.Ping, null), 404, "NOT_FOUND: peer has no subscriptions");
        Subscribe(Alice, Topic, "/a");
        IsAnswered(Ask(Alice, FilterRequestType.Ping, null), 200, "OK");
        IsAnswered(Ask(Bob, FilterRequestType.Ping, Topic), 404, "NOT_FOUND: peer has no subscriptions");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_request_without_a_topic_or_with_too_many_is_a_bad_one(int type)
    {
        const string Missing = "BAD_REQUEST: pubsubTopic and contentTopics must be specified";
        IsAnswered(Ask(Alice, (FilterRequestType)type, null, "/a"), 400, Missing);
        IsAnswered(Ask(Alice, (FilterRequestType)type, Topic), 400, Missing);
        IsAnswered(Ask(Alice, (FilterRequestType)type, Topic, Topics(101)), 400, "BAD_REQUEST: exceeds maximum content topics: 100");
    }

    [Fact]
    public void Unsubscribing_ends_what_it_names_and_the_last_criterion_ends_the_subscription()
    {
        Subscribe(Alice, Topic, "/a", "/b");
        IsAnswered(Ask(Alice, FilterRequestType.Unsubscribe, Topic, "/c"), 404, "NOT_FOUND: peer has no subscriptions");
        IsAnswered(Ask(Bob, FilterRequestType.Unsubscribe, Topic, "/a"), 404, "NOT_FOUND: peer has no subscriptions");

        IsAnswered(Ask(Alice, FilterRequestType.Unsubscribe, Topic, "/a"), 200, "OK");
        Assert.Empty(Match(Topic, "/a", 1));
        Assert.Equal([Alice], Match(Topic, "/b", 2));

        var last = _service.Handle(Alice, Request(FilterRequestType.Unsubscribe, Topic, "/b"), _now);
        Assert.Equal([Alice], last.Ended.Select(ended => ended.Peer));
        Assert.Equal((0, 0), (_service.SubscriberCount, _service.CriteriaCount));
    }

    [Fact]
    public void Unsubscribing_from_all_ignores_its_topics()
    {
        Subscribe(Alice, Topic, "/a", "/b");
        var all = _service.Handle(Alice, Request(FilterRequestType.UnsubscribeAll, Other), _now);
        Assert.Equal(FilterStatus.Success, all.Answer.Status);
        Assert.Equal([Alice], all.Ended.Select(ended => ended.Peer));
        IsAnswered(Ask(Alice, FilterRequestType.UnsubscribeAll, null), 404, "NOT_FOUND: peer has no subscriptions");
    }

    [Fact]
    public void Subscribing_again_counts_once_so_that_a_refresh_at_the_limit_succeeds()
    {
        for (var page = 0; page < 10; page++)
            Subscribe(Alice, Topic, Topics(100, page * 100));
        IsAnswered(Ask(Alice, FilterRequestType.Subscribe, Topic, "/one-more"), 503, "SERVICE_UNAVAILABLE: peer has reached maximum number of filter criteria");
        for (var page = 0; page < 10; page++)
            Subscribe(Alice, Topic, Topics(100, page * 100));
        Subscribe(Alice, Topic, "/0", "/0");
        Assert.Equal(1000, _service.CriteriaCount);
    }

    [Fact]
    public void A_subscribe_over_the_limit_adds_none_of_its_criteria()
    {
        for (var page = 0; page < 10; page++)
            Subscribe(Alice, Topic, Topics(99, page * 100));
        Assert.Equal(FilterStatus.ServiceUnavailable, Ask(Alice, FilterRequestType.Subscribe, Topic, Topics(50, 5000)).Status);
        Assert.Equal(990, _service.CriteriaCount);
    }

    [Fact]
    public void The_text_of_a_subscribers_criteria_is_bounded()
    {
        var service = new FilterSubscriptions(new FilterServiceOptions { MaxCriteriaLength = 4096 });
        var topics = Enumerable.Range(0, 5).Select(number => $"/{number}{new string('x', 1000)}").ToArray();
        Assert.Equal(FilterStatus.ServiceUnavailable, service.Handle(Alice, Request(FilterRequestType.Subscribe, Topic, topics), _now).Answer.Status);
        Assert.Equal(FilterStatus.Success, service.Handle(Alice, Request(FilterRequestType.Subscribe, Topic, topics[..3]), _now).Answer.Status);
        Assert.Empty(service.Expire(_now));
    }

    [Fact]
    public void A_full_service_refuses_a_new_subscriber_until_an_idle_one_has_gone()
    {
        var service = new FilterSubscriptions(new FilterServiceOptions { MaxSubscribers = 10 });
        for (var i = 0; i < 10; i++)
            Assert.Equal(FilterStatus.Success, service.Handle(Peers[i], Request(FilterRequestType.Subscribe, Topic, "/a"), _now).Answer.Status);
        IsAnswered(
            service.Handle(Peers[10], Request(FilterRequestType.Subscribe, Topic, "/a"), _now).Answer,
            503, "SERVICE_UNAVAILABLE: node has reached maximum number of subscriptions: 10");

        _now += TimeSpan.FromMinutes(4);
        Assert.Equal(FilterStatus.Success, service.Handle(Peers[3], Request(FilterRequestType.Ping, null), _now).Answer.Status);
        _now += TimeSpan.FromMinutes(1);
        var late = service.Handle(Peers[10], Request(FilterRequestType.Subscribe, Topic, "/a"), _now);

        Assert.Equal(FilterStatus.Success, late.Answer.Status);
        Assert.Equal(9, late.Ended.Count);
        Assert.Equal([Peers[3], Peers[10]], service.Subscribers.Select(subscriber => subscriber.Peer));
    }

    [Fact]
    public void A_subscription_ends_after_five_idle_minutes_even_before_anybody_looks()
    {
        Subscribe(Alice, Topic, "/a");
        _now += TimeSpan.FromMinutes(5);
        IsAnswered(Ask(Alice, FilterRequestType.Ping, null), 404, "NOT_FOUND: peer has no subscriptions");
        Subscribe(Bob, Topic, "/a");
        _now += TimeSpan.FromMinutes(5);
        Assert.Equal([Bob], _service.Expire(_now).Select(ended => ended.Peer));
    }

    [Fact]
    public void The_thirty_first_request_of_a_minute_is_refused_without_its_id()
    {
        var service = new FilterSubscriptions(new FilterServiceOptions());
        for (var i = 0; i < 30; i++)
            Assert.Equal(FilterStatus.Success, service.Handle(Alice, Request(FilterRequestType.Subscribe, Topic, "/a"), _now).Answer.Status);

        var refused = service.Handle(Alice, Request(FilterRequestType.Ping, null), _now).Answer;
        Assert.Equal(("N/A", 429, "filter request rejected due rate limit exceeded"), (refused.RequestId, (int)refused.Status, refused.Description));
        Assert.Equal(FilterStatus.NotFound, service.Handle(Bob, Request(FilterRequestType.Ping, null), _now).Answer.Status);

        _now += TimeSpan.FromSeconds(2);
        Assert.Equal(FilterStatus.Success, service.Handle(Alice, Request(FilterRequestType.Ping, null), _now).Answer.Status);
    }

    [Fact]
    public void The_data_of_a_peers_requests_is_limited_too()
    {
        var service = new FilterSubscriptions(new FilterServiceOptions { PeerLimit = null, PeerSizePerMinute = DataSize.FromKibibytes(256) });
        var large = Request(FilterRequestType.Unsubscribe, Topic, [.. Enumerable.Repeat(new string('x', 1000), 100)]);
        Assert.Equal(FilterStatus.NotFound, service.Handle(Alice, large, _now).Answer.Status);
        Assert.Equal(FilterStatus.NotFound, service.Handle(Alice, large, _now).Answer.Status);
        Assert.Equal(FilterStatus.TooManyRequests, service.Handle(Alice, large, _now).Answer.Status);
        Assert.Equal(FilterStatus.NotFound, service.Handle(Alice, Request(FilterRequestType.Ping, null), _now).Answer.Status);
    }

    [Fact]
    public void Whatever_is_asked_the_index_and_the_subscribers_agree() =>
        Prop.ForAll(
            Arb.From((from peer in Gen.Choose(0, 3)
                      from type in Gen.Elements(Enum.GetValues<FilterRequestType>())
                      from pubsub in Gen.Elements(Topic, Other)
                      from topics in Gen.Elements("/a", "/b", "/c").ListOf()
                      from wait in Gen.Choose(0, 120)
                      select (Peers[peer], Request(type, pubsub, [.. topics]), TimeSpan.FromSeconds(wait))).ListOf(40)),
            steps =>
            {
                var service = new FilterSubscriptions(new FilterServiceOptions { MaxSubscribers = 3, MaxCriteria = 4, PeerLimit = new RateLimit(1000, TimeSpan.FromSeconds(1)) });
                var now = TimeSpan.Zero;
                var number = 0;
                foreach (var (peer, request, wait) in steps)
                {
                    now += wait;
                    service.Handle(peer, request, now);
                    Assert.True(service.SubscriberCount <= 3);
                    Assert.All(service.Subscribers, static subscriber => Assert.InRange(subscriber.Criteria.Count, 1, 4));
                    Assert.All(service.Subscribers, static subscriber => Assert.Equal(subscriber.Criteria.Sum(criterion => criterion.Length), subscriber.CriteriaLength));
                    Assert.Equal(service.Subscribers.SelectMany(static subscriber => subscriber.Criteria).Distinct().Count(), service.CriteriaCount);
                    foreach (var (pubsub, content) in from pubsub in new[] { Topic, Other } from content in new[] { "/a", "/b", "/c" } select (pubsub, content))
                    {
                        var expected = service.Subscribers.Where(subscriber => subscriber.Criteria.Exists(
                            criterion => criterion.PubsubTopic == pubsub && criterion.ContentTopic == content));
                        Assert.Equal(
                            expected.Select(subscriber => subscriber.Peer).Order(PeerOrder),
                            service.Match(pubsub, content, Hash(++number), now).Select(subscriber => subscriber.Peer).Order(PeerOrder));
                    }
                }
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void Five_hundred_subscribers_with_a_thousand_criteria_each_take_less_than_200_MB()
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var service = new FilterSubscriptions(new FilterServiceOptions { PeerLimit = null });
        for (var i = 0; i < 500; i++)
        {
            var peer = NewPeer();
            for (var page = 0; page < 10; page++)
            {
                // New strings, as each request brings its own.
                var topics = Enumerable.Range(0, 100).Select(number => $"/application-{i}/1/topic-{(page * 100) + number}/proto").ToArray();
                var request = Request(FilterRequestType.Subscribe, new string(Topic), topics);
                Assert.Equal(FilterStatus.Success, service.Handle(peer, request, _now).Answer.Status);
            }
        }
        var taken = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.Equal(500_000, service.CriteriaCount);
        Assert.True(taken < 200_000_000, $"{taken:N0} bytes");
        GC.KeepAlive(service);
    }

    static Comparer<PeerId> PeerOrder { get; } = Comparer<PeerId>.Create(static (one, other) => string.CompareOrdinal(one.ToString(), other.ToString()));

    static PeerId NewPeer()
    {
        using var key = PrivateKey.Generate(KeyType.Ed25519);
        return PeerId.FromPublicKey(key.PublicKey);
    }

    static FilterSubscribeRequest Request(FilterRequestType type, string? pubsubTopic, params string[] contentTopics) =>
        new() { RequestId = "1", Type = type, PubsubTopic = pubsubTopic, ContentTopics = contentTopics };

    static string[] Topics(int count, int first = 0) => [.. Enumerable.Range(first, count).Select(static number => $"/{number}")];

    static MessageHash Hash(int number)
    {
        var bytes = new byte[MessageHash.Length];
        BitConverter.TryWriteBytes(bytes, number);
        return new MessageHash(bytes);
    }

    static void IsAnswered(FilterSubscribeResponse answer, int status, string description) =>
        Assert.Equal(("1", status, description), (answer.RequestId, (int)answer.Status, answer.Description));

    void Subscribe(PeerId peer, string pubsubTopic, params string[] contentTopics) =>
        IsAnswered(Ask(peer, FilterRequestType.Subscribe, pubsubTopic, contentTopics), 200, "OK");

    FilterSubscribeResponse Ask(PeerId peer, FilterRequestType type, string? pubsubTopic, params string[] contentTopics) =>
        _service.Handle(peer, Request(type, pubsubTopic, contentTopics), _now).Answer;

    IEnumerable<PeerId> Match(string pubsubTopic, string contentTopic, int message) =>
        _service.Match(pubsubTopic, contentTopic, Hash(message), _now).Select(static subscriber => subscriber.Peer);
}
