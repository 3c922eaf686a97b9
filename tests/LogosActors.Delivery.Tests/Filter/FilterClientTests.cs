using LogosActors.Delivery.Filter;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Peers;
using LogosActors.Delivery.Tests.Receiving;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Identity;
using LogosActors.Tests;

namespace LogosActors.Delivery.Tests.Filter;

/// <summary>The client of filter service nodes against services that follow a script.</summary>
public sealed class FilterClientTests
{
    static readonly PubsubTopic Shard = new(1, 0);

    readonly World _world = new();

    [Fact]
    public void Two_service_nodes_push_the_messages_of_a_topic()
    {
        _world.Connect(3);
        _world.Add("/a");
        _world.Pass(1);

        Assert.Equal(2, _world.SubscribedAt("/a").Count);
        Assert.Equal(2, _world.Proven("/a"));
        Assert.Equal(["/a"], _world.Receiving);
    }

    [Fact]
    public void A_topic_that_is_added_while_a_question_is_open_is_asked_for_next()
    {
        _world.Connect(2);
        _world.IsAnswering = false;
        _world.Add("/a");
        _world.Add("/b");
        _world.IsAnswering = true;
        _world.AnswerOpen();

        Assert.Equal(2, _world.SubscribedAt("/b").Count);
    }

    [Fact]
    public void Many_topics_are_asked_for_a_hundred_at_a_time_within_the_limit_of_questions()
    {
        _world.Connect(2);
        // Each is a question of its own, as the service answers at once: the limit makes them fewer.
        for (var topic = 0; topic < 950; topic++)
            _world.Add($"/{topic}");
        _world.Pass(120);

        Assert.All(_world.Services.Values, static service => Assert.Equal(950, service.Topics.Count));
        Assert.All(_world.Questions, static question => Assert.InRange(question.Topics.Count, 0, 100));
        foreach (var times in _world.Times)
        {
            for (var index = FilterClient.QuestionsPerMinute; index < times.Length; index++)
                Assert.True(times[index] - times[index - FilterClient.QuestionsPerMinute] >= TimeSpan.FromMinutes(1));
        }
    }

    [Fact]
    public void What_is_not_wanted_any_more_is_unsubscribed_from_and_the_last_topic_ends_the_pings()
    {
        _world.Connect(2);
        _world.Add("/a");
        _world.Add("/b");
        _world.Pass(1);
        _world.Remove("/a");
        Assert.Empty(_world.SubscribedAt("/a"));
        Assert.Equal(2, _world.SubscribedAt("/b").Count);

        _world.Remove("/b");
        _world.Pass(5);
        var asked = _world.Questions.Count;
        _world.Pass(600);

        Assert.Empty(_world.SubscribedAt("/b"));
        Assert.Equal(asked, _world.Questions.Count);
    }

    [Fact]
    public void A_service_node_is_pinged_each_minute_and_asked_for_all_topics_again_with_every_fifth_ping()
    {
        _world.Connect(2);
        _world.Add("/a");
        _world.Pass(3600);

        foreach (var peer in _world.Services.Keys)
        {
            var questions = _world.Questions.Where(question => question.Peer == peer).ToList();
            Assert.InRange(questions.Count(static question => question.Kind is FilterQuestionKind.Ping), 50, 75);
            Assert.InRange(questions.Count(static question => question.Kind is FilterQuestionKind.Subscribe), 9, 16);
            Assert.InRange(questions.Count, 60, 120);
        }
        Assert.Empty(_world.Gaps);
    }

    [Fact]
    public void One_that_does_not_answer_a_ping_is_asked_for_its_topics_at_once_and_then_replaced()
    {
        _world.Connect(3);
        _world.Add("/a");
        _world.Pass(1);
        var dead = _world.SubscribedAt("/a")[0];
        _world.Services[dead].Answer = static _ => FilterAnswer.Failed;
        _world.Pass(80);

        var questions = _world.Questions.Where(question => question.Peer == dead).Select(static question => question.Kind).ToList();
        Assert.Equal([FilterQuestionKind.Subscribe, FilterQuestionKind.Ping, FilterQuestionKind.Subscribe], questions);
        Assert.Equal(2, _world.Proven("/a"));
        Assert.NotEmpty(_world.Gaps);
    }

    [Fact]
    public void One_that_has_dropped_the_subscriptions_has_them_again_at_once()
    {
        _world.Connect(2);
        _world.Add("/a");
        _world.Pass(1);
        var forgetful = _world.SubscribedAt("/a")[0];
        _world.Services[forgetful].Topics.Clear();
        _world.Pass(75);

        Assert.Equal(2, _world.SubscribedAt("/a").Count);
        Assert.NotEmpty(_world.Gaps);
    }

    [Fact]
    public void One_that_has_dropped_some_of_them_has_them_again_within_six_minutes()
    {
        _world.Connect(2);
        _world.Add("/a");
        _world.Add("/b");
        _world.Pass(1);
        _world.Services[_world.SubscribedAt("/a")[0]].Topics.Remove("/a");
        _world.Pass(6 * 72);

        Assert.Equal(2, _world.SubscribedAt("/a").Count);
    }

    [Fact]
    public void One_that_is_asked_too_much_is_asked_again_after_a_second_and_everything_is_active_in_ten()
    {
        _world.Connect(2);
        foreach (var service in _world.Services.Values)
            service.Limit = TimeSpan.FromSeconds(1);
        _world.Add("/a");
        _world.Add("/b");
        _world.Add("/c");
        _world.Pass(10);

        Assert.Equal(2, _world.Proven("/a"));
        Assert.Equal(2, _world.Proven("/b"));
        Assert.Equal(2, _world.Proven("/c"));
        Assert.Empty(_world.Gaps);
    }

    [Fact]
    public void One_that_is_the_only_one_is_tried_again_and_again_when_it_fails()
    {
        _world.Connect(1);
        var service = _world.Services.Values.Single();
        service.Answer = static _ => FilterAnswer.Failed;
        _world.Add("/a");
        _world.Pass(300);
        Assert.InRange(_world.Questions.Count, 6, 20);
        Assert.Equal(0, _world.Proven("/a"));

        service.Answer = null;
        _world.Pass(75);

        Assert.Equal(1, _world.Proven("/a"));
    }

    [Fact]
    public void A_lost_connection_is_a_gap_and_another_service_node_takes_its_place()
    {
        _world.Connect(3);
        _world.Add("/a");
        _world.Pass(1);
        _world.Disconnect(_world.SubscribedAt("/a")[0]);
        _world.Pass(1);

        Assert.NotEmpty(_world.Gaps);
        Assert.Equal(2, _world.Proven("/a"));
    }

    [Fact]
    public void One_that_answers_pings_and_does_not_push_what_another_does_is_replaced()
    {
        _world.Connect(3);
        _world.Add("/a");
        _world.Pass(10);
        var (honest, liar) = (_world.SubscribedAt("/a")[0], _world.SubscribedAt("/a")[1]);
        for (var message = 0; message < 3; message++)
            Assert.True(_world.Push(honest, "/a"));
        _world.Pass(75);

        Assert.DoesNotContain(liar, _world.SubscribedAt("/a"));
        Assert.Equal(2, _world.Proven("/a"));
    }

    [Fact]
    public void Without_another_one_a_liar_stays_and_does_not_count_until_it_pushes()
    {
        _world.Connect(1);
        _world.Add("/a");
        _world.Pass(60);
        _world.Miss("/a", age: 20);
        Assert.Equal(0, _world.Proven("/a"));
        _world.Pass(600);
        Assert.Equal(0, _world.Proven("/a"));

        Assert.True(_world.Push(_world.Services.Keys.Single(), "/a"));

        Assert.Equal(1, _world.Proven("/a"));
    }

    [Fact]
    public void A_message_that_a_store_had_first_says_something_only_if_no_push_of_it_comes()
    {
        _world.Connect(1);
        _world.Add("/a");
        _world.Pass(60);
        var (pushed, lost) = (_world.NextHash("/a"), _world.NextHash("/a"));
        _world.MissOnce("/a", pushed);
        Assert.True(_world.Push(_world.Services.Keys.Single(), "/a", pushed));
        _world.Pass(10);
        Assert.Equal(1, _world.Proven("/a"));

        _world.MissOnce("/a", lost);
        Assert.Equal(1, _world.Proven("/a"));
        _world.Pass(10);

        Assert.Equal(0, _world.Proven("/a"));
    }

    [Fact]
    public void What_is_older_than_the_subscription_says_nothing_against_a_service_node()
    {
        _world.Connect(2);
        _world.Add("/a");
        _world.Pass(60);
        _world.Miss("/a", age: 59);

        Assert.Equal(2, _world.Proven("/a"));
    }

    [Fact]
    public void Pushes_of_strangers_and_of_what_nobody_wants_are_not_taken_and_counted()
    {
        _world.Connect(2);
        _world.Add("/a");
        _world.Pass(1);

        Assert.False(_world.Push(ReceivingWorld.NewPeer(), "/a"));
        Assert.False(_world.Push(_world.Services.Keys.First(), "/b"));
        Assert.Equal(2, _world.Client.Unwanted);
    }

    [Fact]
    public void After_a_sleep_all_service_nodes_are_asked_for_all_topics_at_once_and_stores_for_what_was_missed()
    {
        _world.Connect(2);
        _world.Add("/a");
        _world.Pass(1);
        var asked = _world.Questions.Count;
        _world.Wake();
        _world.Pass(1);

        Assert.Equal(2, _world.Questions.Skip(asked).Count(static question => question.Kind is FilterQuestionKind.Subscribe));
        Assert.NotEmpty(_world.Gaps);
        Assert.Equal(2, _world.Proven("/a"));
    }

    [Fact]
    public void Whatever_service_nodes_do_everything_wanted_is_pushed_by_two_once_they_serve_again()
    {
        for (var seed = 0; seed < Tier.Of(50, full: 5000); seed++)
        {
            var random = new Random(seed);
            var world = new World(seed);
            world.Connect(4);
            for (var step = 0; step < 60; step++)
            {
                switch (random.Next(8))
                {
                    case 0 or 1: world.Add($"/{random.Next(5)}"); break;
                    case 2: world.Remove($"/{random.Next(5)}"); break;
                    case 3: world.Disconnect(world.AnyConnected(random)); break;
                    case 4: world.Connect(1); break;
                    case 5: world.Services.Values.ElementAt(random.Next(world.Services.Count)).Answer = _ => (FilterAnswer)random.Next(4); break;
                    case 6: world.Services.Values.ElementAt(random.Next(world.Services.Count)).Topics.Clear(); break;
                    default: world.Pass(random.Next(90)); break;
                }
            }
            foreach (var service in world.Services.Values)
                service.Answer = null;
            world.Connect(2);
            world.Pass(400);

            foreach (var topic in world.Client.Wanted.Keys)
            {
                Assert.True(world.Proven(topic) == 2, $"seed {seed}: {topic} is pushed by {world.Proven(topic)}");
                Assert.True(world.SubscribedAt(topic).Count >= 2, $"seed {seed}: {topic} is subscribed to at {world.SubscribedAt(topic).Count}");
            }
        }
    }

    /// <summary>A service node as the client sees it.</summary>
    sealed class Service
    {
        public HashSet<string> Topics { get; } = new(StringComparer.Ordinal);

        /// <summary>What it answers in place of the truth.</summary>
        public Func<FilterQuestion, FilterAnswer>? Answer { get; set; }

        public TimeSpan Limit { get; set; }

        public TimeSpan LastAsked { get; set; } = TimeSpan.FromDays(-1);
    }

    sealed class World
    {
        readonly ServicePeers _peers;
        readonly List<FilterQuestion> _open = [];
        readonly List<(FilterQuestion Question, TimeSpan At)> _times = [];
        TimeSpan _now;
        int _pushed;

        public World(int seed = 1)
        {
            var random = new Random(seed);
            _peers = new ServicePeers(random);
            Client = new FilterClient(_peers, random);
        }

        public FilterClient Client { get; }

        public Dictionary<PeerId, Service> Services { get; } = [];

        public List<FilterQuestion> Questions { get; } = [];

        public List<string> Gaps { get; } = [];

        public List<string> Receiving { get; } = [];

        public bool IsAnswering { get; set; } = true;

        public void Connect(int count)
        {
            for (var service = 0; service < count; service++)
            {
                var peer = ReceivingWorld.NewPeer();
                Services.Add(peer, new Service());
                _peers.Add(peer, null);
            }
            Run(Client.PeersChanged(_now));
        }

        public PeerId AnyConnected(Random random) => Services.Keys.Where(_peers.Contains).DefaultIfEmpty(Services.Keys.First()).ElementAt(random.Next(Math.Max(1, Services.Keys.Count(_peers.Contains))));

        public void Disconnect(PeerId peer)
        {
            _peers.Remove(peer);
            Services[peer].Topics.Clear();
            Run(Client.Disconnected(peer, _now));
        }

        public void Add(string topic) => Run(Client.Add(topic, Shard, _now));

        public void Remove(string topic) => Run(Client.Remove(topic, _now));

        public void Miss(string topic, double age) => Run(Client.Missed(topic, NextHash(topic), TimeSpan.FromSeconds(age), _now));

        public void Wake() => Run(Client.Woke(_now));

        public bool Push(PeerId peer, string topic) => Client.Pushed(peer, Shard, topic, NextHash(topic), _now);

        public void MissOnce(string topic, MessageHash hash) => Run(Client.Missed(topic, hash, TimeSpan.Zero, _now));

        public bool Push(PeerId peer, string topic, MessageHash hash) => Client.Pushed(peer, Shard, topic, hash, _now);

        public MessageHash NextHash(string topic) =>
            MessageHash.Compute("/t", new WakuMessage { ContentTopic = topic, Payload = BitConverter.GetBytes(_pushed++) });

        public int Proven(string topic) => Client.CountProven(topic, _now);

        public List<PeerId> SubscribedAt(string topic) => [.. Services.Where(service => service.Value.Topics.Contains(topic)).Select(static service => service.Key)];

        public void Pass(double seconds)
        {
            var end = _now + TimeSpan.FromSeconds(seconds);
            while (Client.Wake <= end)
            {
                _now = Client.Wake > _now ? Client.Wake : _now + TimeSpan.FromMilliseconds(1);
                Run(Client.Tick(_now));
            }
            _now = end;
            Run(Client.Tick(_now));
        }

        public void AnswerOpen()
        {
            foreach (var question in _open.ToArray())
            {
                _open.Remove(question);
                Run(Client.Answered(question, AnswerOf(question), _now));
            }
        }

        /// <summary>When each service node was asked.</summary>
        public IEnumerable<TimeSpan[]> Times => _times.GroupBy(static asked => asked.Question.Peer).Select(static asked => asked.Select(static one => one.At).ToArray());

        void Run(IReadOnlyList<FilterEffect> effects)
        {
            foreach (var effect in effects)
            {
                switch (effect)
                {
                    case FilterEffect.Ask { Question: var question }:
                        Questions.Add(question);
                        _times.Add((question, _now));
                        Assert.DoesNotContain(_open, open => open.Peer == question.Peer && _peers.Contains(open.Peer) && !IsAnswering);
                        if (IsAnswering)
                            Run(Client.Answered(question, AnswerOf(question), _now));
                        else
                            _open.Add(question);
                        break;
                    case FilterEffect.Gap gap:
                        Gaps.Add(gap.Reason);
                        break;
                    case FilterEffect.Receiving receiving:
                        Receiving.AddRange(receiving.Topics);
                        break;
                }
            }
        }

        FilterAnswer AnswerOf(FilterQuestion question)
        {
            var service = Services[question.Peer];
            if (!_peers.Contains(question.Peer))
                return FilterAnswer.Failed;
            if (service.Answer is { } answer)
                return answer(question);
            if (_now - service.LastAsked < service.Limit)
                return FilterAnswer.Busy;
            service.LastAsked = _now;
            switch (question.Kind)
            {
                case FilterQuestionKind.Subscribe:
                    service.Topics.UnionWith(question.Topics);
                    return FilterAnswer.Done;
                case FilterQuestionKind.Unsubscribe:
                    service.Topics.ExceptWith(question.Topics);
                    return FilterAnswer.Done;
                default:
                    return service.Topics.Count > 0 ? FilterAnswer.Done : FilterAnswer.NoSubscriptions;
            }
        }
    }
}
