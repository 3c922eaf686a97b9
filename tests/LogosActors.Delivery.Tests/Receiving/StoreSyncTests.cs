using System.Globalization;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Receiving;
using LogosActors.Delivery.Store;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Identity;
using Xunit.Abstractions;
using Sync = LogosActors.Delivery.Receiving.StoreSync;

namespace LogosActors.Delivery.Tests.Receiving;

public sealed class StoreSyncTests(ITestOutputHelper output)
{
    const string Lobby = "/test/1/lobby/proto";
    const string Kitchen = "/test/1/kitchen/proto";
    const long Second = 1_000_000_000;
    const long Start = 1_000_000 * Second;

    static readonly PubsubTopic Shard = new(0, 0);
    static readonly ReceivingOptions Options = new();
    static readonly PeerId FirstStore = NewPeer(), SecondStore = NewPeer();

    [Fact]
    public void What_a_store_has_since_the_subscription_comes_and_nothing_of_before_or_of_other_topics()
    {
        var store = new FakeStore(Shard);
        store.Add(Lobby, Start - 1);
        store.Add(Kitchen, Start + 1);
        var wanted = store.Add(Lobby, Start + 1);
        var node = new Receiver(new ReceivingTopic(Lobby, Shard, Start, 100));

        node.Round(store, Start + Second);

        Assert.Equal([wanted], node.Received);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(99)]
    [InlineData(100)]
    public void Pages_are_read_to_the_end(int pageSize)
    {
        var store = new FakeStore(Shard) { PageSize = pageSize };
        MessageHash[] wanted = [.. Enumerable.Range(1, 301).Select(i => store.Add(Lobby, Start + i))];
        var node = new Receiver(new ReceivingTopic(Lobby, Shard, Start, 1000));

        node.Round(store, Start + Second);

        Assert.Equal(wanted, node.Received);
        Assert.Equal(Start + Second, node.Topics[0].Marks.Newest);
    }

    [Fact]
    public void What_is_known_is_not_fetched_again()
    {
        var store = new FakeStore(Shard);
        var known = store.Add(Lobby, Start + 1);
        var node = new Receiver(new ReceivingTopic(Lobby, Shard, Start, 100));
        node.Topics[0].Received.TryAdd(known, Start + 1);

        node.Round(store, Start + Second);

        Assert.Empty(node.Received);
        Assert.Equal(1, store.Questions);
    }

    [Fact]
    public void What_is_known_and_the_nodes_own_archive_lacks_is_fetched()
    {
        var store = new FakeStore(Shard);
        var (kept, lacking) = (store.Add(Lobby, Start + 1), store.Add(Lobby, Start + 2));
        var topic = new ReceivingTopic(Lobby, Shard, Start, 100);
        topic.Received.TryAdd(kept, Start + 1);
        topic.Received.TryAdd(lacking, Start + 2);
        var sync = new Sync(Shard, Options, new Random(1));
        var list = (StoreSyncEffect.Ask)sync.Begin([topic.ToSync()], FirstStore, Start + Second).Single();

        var fetch = (StoreSyncEffect.Ask)sync.Answered(store.Answer(list.Query).Value!, new HashSet<MessageHash> { kept, lacking }, new HashSet<MessageHash> { lacking }).Single();

        Assert.Equal([lacking], fetch.Query.Hashes);
        Assert.Equal(lacking, ((StoreSyncEffect.Give)sync.Answered(store.Answer(fetch.Query).Value!, new HashSet<MessageHash>()).Single()).Hash);
    }

    [Fact]
    public void A_message_of_another_time_than_was_asked_for_is_nobodys()
    {
        var old = FakeStore.Message(Lobby, Start - 1);
        var hash = MessageHash.Compute(Shard.ToString(), old);
        var node = new Receiver(new ReceivingTopic(Lobby, Shard, Start, 100));

        var problem = node.Round(
            query => new StoreResult<StorePage>(new StorePage(
                [query.IncludesData ? new StoreEntry(hash, old, Shard.ToString()) : new StoreEntry(hash)], null, 0)),
            Start + Second);

        Assert.NotNull(problem);
        Assert.False(node.Topics[0].Received.Contains(hash));
    }

    [Fact]
    public void A_mark_moves_only_when_all_pages_are_read()
    {
        var store = new FakeStore(Shard) { PageSize = 10 };
        for (var i = 1; i <= 100; i++)
            store.Add(Lobby, Start + i);
        var node = new Receiver(new ReceivingTopic(Lobby, Shard, Start, 1000));

        var questions = 0;
        Assert.NotNull(node.Round(query => ++questions == 15 ? Failure : store.Answer(query), Start + Second));
        Assert.Equal(Start, node.Topics[0].Marks.Newest);
        Assert.Null(node.Round(store, Start + 2 * Second));

        Assert.Equal(Start + 2 * Second, node.Topics[0].Marks.Newest);
        Assert.Equal(100, node.Received.Distinct().Count());
        Assert.Equal(100, node.Received.Count);
    }

    [Fact]
    public void A_store_that_was_not_asked_for_long_is_asked_from_where_it_has_told_everything()
    {
        var (cutOff, other) = (new FakeStore(Shard), new FakeStore(Shard));
        var node = new Receiver(new ReceivingTopic(Lobby, Shard, Start, 1000));
        node.Asked = SecondStore;
        node.Round(other, Start + Second);
        node.Asked = FirstStore;
        for (var minute = 1; minute < 40; minute++)
        {
            var missed = other.Add(Lobby, Start + minute * 60 * Second);
            node.Round(cutOff, Start + (minute * 60 + 1) * Second);
            Assert.DoesNotContain(missed, node.Received);
        }

        node.Asked = SecondStore;
        node.Round(other, Start + 40 * 60 * Second);

        Assert.Equal(other.Messages.Select(message => message.Hash), node.Received);
    }

    [Fact]
    public void A_new_store_is_asked_as_far_back_as_the_horizon_and_not_further()
    {
        var horizon = UnixNanoseconds.Of(Options.StoreHorizon + Options.StoreOverlap);
        var (first, second) = (new FakeStore(Shard), new FakeStore(Shard));
        var node = new Receiver(new ReceivingTopic(Lobby, Shard, Start, 1000));
        node.Round(first, Start + 10 * horizon);
        second.Add(Lobby, Start + 9 * horizon - 1);
        var wanted = second.Add(Lobby, Start + 9 * horizon);

        node.Asked = SecondStore;
        node.Round(second, Start + 10 * horizon + Second);

        Assert.Equal([wanted], node.Received);
    }

    [Fact]
    public void A_node_that_was_away_for_long_asks_whichever_store_from_where_one_has_told_everything()
    {
        const long Week = 7 * 24 * 3600 * Second;
        var second = new FakeStore(Shard);
        var node = new Receiver(new ReceivingTopic(Lobby, Shard, Start, 1000));
        node.Round(new FakeStore(Shard), Start + Second);
        var wanted = second.Add(Lobby, Start + 2 * Second);

        node.Asked = SecondStore;
        node.Round(second, Start + Week);

        Assert.Equal([wanted], node.Received);
    }

    [Fact]
    public void Only_so_many_stores_are_remembered_and_those_that_were_asked_last()
    {
        PeerId[] stores = [.. Enumerable.Range(0, StoreMarks.MaxStores + 1).Select(_ => NewPeer())];
        var marks = stores.Select((store, i) => (store, i)).Aggregate(new StoreMarks(Start), (marks, next) => marks.With(next.store, Start + next.i));

        Assert.Equal(StoreMarks.MaxStores, marks.Stores.Count);
        Assert.Null(marks.Of(stores[0]));
        Assert.Equal(Start + 1, marks.Of(stores[1]));
        // The clock was put right since.
        Assert.Equal(Start, marks.With(stores[1], Start).Of(stores[1]));
    }

    [Fact]
    public void A_store_that_answers_fewer_questions_than_there_are_pages_is_read_to_the_end_in_some_rounds_although_all_is_known()
    {
        var store = new FakeStore(Shard);
        var node = new Receiver(new ReceivingTopic(Lobby, Shard, Start, 100_000));
        for (var i = 0; i < 36_000; i++)
            node.Topics[0].Received.TryAdd(store.Add(Lobby, Start + i * Second / 10), Start + i * Second / 10);

        var rounds = 0;
        for (var isDone = false; !isDone; rounds++)
        {
            var questions = 0;
            isDone = node.Round(query => ++questions > 100 ? Failure : store.Answer(query), Start + (3600 + rounds) * Second) is null;
            Assert.True(rounds < 20, "The rounds lead nowhere.");
        }

        Assert.Empty(node.Received);
        Assert.InRange(rounds, 4, 10);
    }

    [Fact]
    public void A_long_round_that_fails_goes_on_where_it_was_and_repeats_nothing_although_it_remembers_less()
    {
        var store = new FakeStore(Shard);
        for (var i = 1; i <= 10_000; i++)
            store.Add(Lobby, Start + i * Second);
        var node = new Receiver(new ReceivingTopic(Lobby, Shard, Start, 2000));

        var questions = 0;
        node.Round(query => ++questions == 120 ? Failure : store.Answer(query), Start + 20_000 * Second);
        Assert.InRange(node.Topics[0].Marks.Newest, Start + 4000 * Second, Start + 7000 * Second);
        Assert.Null(node.Round(store, Start + 20_001 * Second));

        Assert.Equal(10_000, node.Received.Distinct().Count());
        Assert.Equal(10_000, node.Received.Count);
    }

    [Fact]
    public void A_store_whose_pages_go_round_in_circles_is_left()
    {
        var store = new FakeStore(Shard);
        store.Add(Lobby, Start + 1);
        store.Add(Lobby, Start + 2);
        var node = new Receiver(new ReceivingTopic(Lobby, Shard, Start, 100));

        var problem = node.Round(
            query =>
            {
                var page = store.Answer(query with { Cursor = null }).Value!;
                return new StoreResult<StorePage>(page with { Cursor = query.IncludesData ? null : page.Messages[0].Hash });
            },
            Start + Second);

        Assert.Equal("its pages lead nowhere", problem);
        Assert.Equal(Start, node.Topics[0].Marks.Newest);
    }

    [Fact]
    public void A_store_that_names_messages_without_end_is_left_after_some()
    {
        var random = new Random(7);
        var questions = 0;
        var node = new Receiver(new ReceivingTopic(Lobby, Shard, Start, 100));

        var problem = node.Round(
            query =>
            {
                questions++;
                StoreEntry[] entries = [.. Enumerable.Range(0, query.IncludesData ? 0 : 100).Select(_ => new StoreEntry(RandomHash(random)))];
                return new StoreResult<StorePage>(new StorePage(entries, query.IncludesData ? null : RandomHash(random), 0));
            },
            Start + Second);

        Assert.Equal("it names messages that it does not have", problem);
        Assert.InRange(questions, 1, 2 * Sync.MaxUnavailable / 100 + 4);
    }

    [Fact]
    public void Messages_of_foreign_topics_and_shards_are_nobodys()
    {
        var node = new Receiver(new ReceivingTopic(Lobby, Shard, Start, 100));
        var foreign = FakeStore.Message(Kitchen, Start + 1);
        var elsewhere = FakeStore.Message(Lobby, Start + 1);
        var (one, other) = (RandomHash(new Random(1)), RandomHash(new Random(2)));

        var problem = node.Round(
            query => new StoreResult<StorePage>(new StorePage(
                query.IncludesData
                    ? [new StoreEntry(one, foreign, Shard.ToString()), new StoreEntry(other, elsewhere, new PubsubTopic(0, 1).ToString())]
                    : [new StoreEntry(one), new StoreEntry(other)],
                null, 0)),
            Start + Second);

        Assert.NotNull(problem);
        Assert.Empty(node.Received);
    }

    [Fact]
    public void A_message_that_no_store_yields_holds_the_others_up_for_three_rounds_only()
    {
        var store = new FakeStore(Shard);
        var wanted = store.Add(Lobby, Start + 1);
        var broken = RandomHash(new Random(3));
        var node = new Receiver(new ReceivingTopic(Lobby, Shard, Start, 100));

        var problems = Enumerable.Range(1, 3).Select(i => node.Round(Answer, Start + i * Second)).ToArray();

        Assert.Equal([true, true, false], problems.Select(problem => problem is not null));
        Assert.Equal([wanted], node.Received);
        Assert.Equal(Start + 3 * Second, node.Topics[0].Marks.Newest);

        StoreResult<StorePage> Answer(ArchiveQuery query)
        {
            var page = store.Answer(query).Value!;
            return new StoreResult<StorePage>(query.IncludesData ? page : page with { Messages = [.. page.Messages, new StoreEntry(broken)] });
        }
    }

    [Fact]
    public void Many_topics_are_asked_for_in_groups_that_every_store_takes()
    {
        var store = new FakeStore(Shard);
        ReceivingTopic[] topics = [.. Enumerable.Range(0, 35).Select(i => new ReceivingTopic($"/test/1/{i}/proto", Shard, Start, 100))];
        MessageHash[] wanted = [.. topics.Select(topic => store.Add(topic.Topic, Start + 1))];
        var node = new Receiver(topics);

        node.Round(
            query =>
            {
                Assert.InRange(query.ContentTopics.Count, 0, 10);
                return store.Answer(query);
            },
            Start + Second);

        Assert.Equivalent(wanted, node.Received, strict: true);
        Assert.All(topics, topic => Assert.Equal(Start + Second, topic.Marks.Newest));
    }

    [Fact]
    public void A_store_that_answers_few_questions_at_a_time_tells_all_in_some_rounds()
    {
        var store = new FakeStore(Shard);
        ReceivingTopic[] topics = [.. Enumerable.Range(0, 300).Select(i => new ReceivingTopic($"/test/1/{i}/proto", Shard, Start, 100))];
        MessageHash[] wanted = [.. topics.Select(topic => store.Add(topic.Topic, Start + 1))];
        var node = new Receiver(topics);

        for (var round = 1; round <= 5; round++)
        {
            var questions = 0;
            node.Round(query => ++questions > 20 ? Failure : store.Answer(query), Start + round * 60 * Second);
        }

        Assert.Equal(300, node.Received.Count);
        Assert.Equivalent(wanted, node.Received, strict: true);
    }

    [Fact]
    public void Each_message_comes_once_in_the_end_whatever_is_lost_and_fails()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("LOGOS_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Environment.TickCount;
        output.WriteLine($"Seed {seed}");
        for (var i = 0; i < 40; i++)
            RunWorld(new Random(seed + i));
    }

    static readonly StoreResult<StorePage> Failure = new(StoreFailure.NotReached, "gone");

    /// <summary>Ten minutes of messages that the relay loses some of, and stores that fail, cut their answers, and lie.</summary>
    static void RunWorld(Random random)
    {
        string[] names = [.. Enumerable.Range(0, random.Next(1, 25)).Select(i => $"/test/1/{i}/proto")];
        ReceivingTopic[] topics = [.. names.Select((name, i) => new ReceivingTopic(name, Shard, Start + random.Next(i % 3 == 0 ? 300 : 1) * Second, 1000))];
        var store = new FakeStore(Shard) { PageSize = random.Next(1, 101) };
        var node = new Receiver(topics) { Random = random };
        var failures = random.NextDouble() / 3;
        var expected = new HashSet<MessageHash>();
        var late = new Queue<(long At, MessageHash Hash, WakuMessage Message)>();
        var withheld = new Dictionary<MessageHash, int>();
        var (now, next) = (Start, Start);
        while (now < Start + 600 * Second)
        {
            now += random.NextInt64(2 * Second);
            var topic = topics[random.Next(topics.Length)];
            // A sender's clock may be 5 s off, and the archive 5 s late: less than the overlap, together.
            var message = FakeStore.Message(topic.Topic, now + random.NextInt64(10 * Second) - 5 * Second);
            var hash = MessageHash.Compute(Shard.ToString(), message);
            late.Enqueue((now + random.NextInt64(5 * Second), hash, message));
            while (late.TryPeek(out var due) && due.At <= now)
            {
                late.Dequeue();
                store.Add(due.Hash, due.Message);
            }
            if (random.Next(3) > 0 && now > topic.Since)
                node.Take(topic, hash, message, isRelayed: true);
            if (message.Timestamp >= topic.Since)
                expected.Add(hash);
            if (now >= next)
                next = now + (node.Round(Unreliable, now) is null ? 60 : random.Next(1, 20)) * Second;
        }
        while (late.TryDequeue(out var due))
            store.Add(due.Hash, due.Message);
        failures = 0;
        for (var i = 0; i < 4; i++)
            node.Round(store, now += 60 * Second);

        Assert.Empty(expected.Except(node.Received));
        Assert.Equal(node.Received.Count, node.Received.Distinct().Count());

        StoreResult<StorePage> Unreliable(ArchiveQuery query)
        {
            var dice = random.NextDouble();
            if (dice < failures / 2)
                return Failure;
            if (dice > failures)
                return store.Answer(query);
            var answer = store.Answer(query);
            return !answer.IsAnswered ? answer : random.Next(3) switch
            {
                // Fewer messages than were asked for, names that lead nowhere, a cursor into the void.
                0 when query.IncludesData => Cut(answer.Value),
                1 when !query.IncludesData => new StoreResult<StorePage>(
                    answer.Value with { Messages = [.. answer.Value.Messages, new StoreEntry(RandomHash(random))] }),
                _ => new StoreResult<StorePage>(answer.Value with { Cursor = RandomHash(random) }),
            };
        }

        // What a store names three times and never yields is given up; this one yields it in the end.
        StoreResult<StorePage> Cut(StorePage page) => new(page with
        {
            Messages = [.. page.Messages.Where((entry, i) => i == 0 || (withheld[entry.Hash] = withheld.GetValueOrDefault(entry.Hash) + 1) > 2)],
        });
    }

    static PeerId NewPeer() => PeerId.FromPublicKey(PrivateKey.Generate(KeyType.Ed25519).PublicKey);

    static MessageHash RandomHash(Random random)
    {
        var bytes = new byte[MessageHash.Length];
        random.NextBytes(bytes);
        return new MessageHash(bytes);
    }

    /// <summary>Runs the effects, and receives as a node does.</summary>
    sealed class Receiver(params ReceivingTopic[] topics)
    {
        Sync? _sync;

        public Random Random { get; init; } = new(1);

        public ReceivingTopic[] Topics { get; } = topics;

        /// <summary>The store that is asked.</summary>
        public PeerId Asked { get; set; } = FirstStore;

        public List<MessageHash> Received { get; } = [];

        public string? Round(FakeStore store, long now) => Round(store.Answer, now);

        /// <summary>Runs one round; null when it succeeded, else why not.</summary>
        public string? Round(Func<ArchiveQuery, StoreResult<StorePage>> store, long now)
        {
            _sync ??= new Sync(Shard, Options, Random);
            var effects = new Queue<StoreSyncEffect>(_sync.Begin([.. Topics.Select(topic => topic.ToSync())], Asked, now));
            StoreSyncEffect.Wait? end = null;
            while (effects.TryDequeue(out var effect))
            {
                Assert.Null(end);
                IReadOnlyList<StoreSyncEffect> further = [];
                switch (effect)
                {
                    case StoreSyncEffect.Ask ask:
                        var answer = store(ask.Query);
                        further = answer.IsAnswered ? _sync.Answered(answer.Value, Known(answer.Value)) : _sync.Failed(answer.Reason);
                        break;
                    case StoreSyncEffect.Give give:
                        Take(Topics.Single(topic => topic.Topic == give.Message.ContentTopic), give.Hash, give.Message, isRelayed: false);
                        further = _sync.Taken(give.Hash);
                        break;
                    case StoreSyncEffect.Reached reached:
                        foreach (var topic in Topics.Where(topic => reached.Topics.Any(known => known.Topic == topic.Topic)))
                            topic.Marks = topic.Marks.With(Asked, reached.Time);
                        break;
                    case StoreSyncEffect.Wait wait:
                        end = wait;
                        break;
                }
                foreach (var one in further)
                    effects.Enqueue(one);
            }
            Assert.NotNull(end);
            Assert.False(_sync.IsAsking);
            return end.Failure;
        }

        /// <summary>What the topics of the last question have received of an answer.</summary>
        HashSet<MessageHash> Known(StorePage page) =>
        [
            .. page.Messages.Select(listed => listed.Hash)
                .Where(hash => _sync!.Listing.Any(asked => Topics.Single(topic => topic.Topic == asked.Topic).Received.Contains(hash))),
        ];

        public void Take(ReceivingTopic topic, MessageHash hash, WakuMessage message, bool isRelayed)
        {
            if (topic.Received.TryAdd(hash, ReceivedHashes.TimeOf(message, message.Timestamp!.Value)) && (isRelayed || !(message.Timestamp < topic.Since)))
                Received.Add(hash);
        }
    }

    /// <summary>What a node knows of a topic.</summary>
    sealed class ReceivingTopic(string topic, PubsubTopic shard, long since, int maxRemembered)
    {
        public string Topic => topic;

        public PubsubTopic Shard => shard;

        public long Since => since;

        public StoreMarks Marks { get; set; } = new(since);

        public ReceivedHashes Received { get; } = new(maxRemembered);

        public SyncTopic ToSync() => new(topic, since, Marks, Received.Floor);
    }
}
