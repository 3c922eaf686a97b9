using LogosActors.Channels.RateLimits;

namespace LogosActors.Channels.Tests.RateLimits;

public sealed class RateLimiterTests
{
    static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch + TimeSpan.FromHours(1);
    static readonly TimeSpan Epoch = TimeSpan.FromMinutes(10);

    [Fact]
    public void What_is_within_the_limit_goes_at_once_and_the_rest_in_the_next_epoch()
    {
        var channel = new Channel(limit: 2);

        foreach (var name in (string[])["a", "b", "c"])
            channel.Offer(name);
        Assert.Equal(["a", "b"], channel.Sent);
        channel.Pass(Epoch);

        Assert.Equal(["a", "b", "c"], channel.Sent);
        Assert.Equal(1, channel.Used);
    }

    [Fact]
    public void What_is_over_the_limit_is_told_when_it_goes()
    {
        var channel = new Channel(limit: 2);

        foreach (var name in (string[])["a", "b", "c", "d", "e"])
            channel.Offer(name);

        Assert.Equal([("c", Start + Epoch), ("d", Start + Epoch), ("e", Start + (2 * Epoch))], channel.Delayed);
    }

    [Fact]
    public void What_is_over_the_limit_is_told_too_when_it_came_before_the_limit_was_known()
    {
        var channel = new Channel(limit: 2) { StoresAtOnce = false };

        foreach (var name in (string[])["a", "b", "c"])
            channel.Offer(name);
        Assert.Empty(channel.Delayed);
        channel.Store();

        Assert.Equal(["a", "b"], channel.Sent);
        Assert.Equal([("c", Start + Epoch)], channel.Delayed);
    }

    [Fact]
    public void Only_the_first_chunk_of_a_message_counts_and_no_chunk_overtakes_another()
    {
        var channel = new Channel(limit: 1);

        channel.Offer("a1");
        channel.Offer("a2", isFirst: false);
        channel.Offer("b1");
        channel.Offer("b2", isFirst: false);
        Assert.Equal(["a1", "a2"], channel.Sent);
        channel.Pass(Epoch);

        Assert.Equal(["a1", "a2", "b1", "b2"], channel.Sent);
    }

    [Fact]
    public void Every_segment_counts_where_the_network_enforces_it()
    {
        var channel = new Channel(limit: 3, RateLimitCounting.EverySegment);

        channel.Offer("a1");
        channel.Offer("a2", isFirst: false);
        channel.Offer("lost", SendPriority.Repair);
        channel.Offer("a3", isFirst: false);

        Assert.Equal(["a1", "a2", "lost"], channel.Sent);
    }

    [Fact]
    public void Repairs_go_before_new_messages_in_the_next_epoch()
    {
        var channel = new Channel(limit: 1, RateLimitCounting.EverySegment);

        channel.Offer("a");
        channel.Offer("b");
        channel.Offer("repair", SendPriority.Repair);
        channel.Pass(Epoch);

        Assert.Equal(["a", "repair"], channel.Sent);
        channel.Pass(Epoch);
        Assert.Equal(["a", "repair", "b"], channel.Sent);
    }

    [Fact]
    public void Repairs_and_sync_messages_are_free_when_first_chunks_count()
    {
        var channel = new Channel(limit: 1);

        channel.Offer("a");
        channel.Offer("repair", SendPriority.Repair);
        channel.Offer("sync", SendPriority.Sync);

        Assert.Equal(["a", "repair", "sync"], channel.Sent);
    }

    [Fact]
    public void Ephemeral_messages_are_refused_near_the_limit_while_others_still_go()
    {
        var channel = new Channel(limit: 10);

        for (var i = 0; i < 8; i++)
            channel.Offer($"{i}");
        channel.Offer("ephemeral", SendPriority.Ephemeral);
        channel.Offer("8");

        Assert.Equal(["ephemeral"], channel.Refused);
        Assert.Contains("8", channel.Sent);
    }

    [Fact]
    public void A_sync_message_that_counts_is_refused_rather_than_kept()
    {
        var channel = new Channel(limit: 1, RateLimitCounting.EverySegment);

        channel.Offer("a");
        channel.Offer("sync", SendPriority.Sync);
        channel.Pass(Epoch);

        Assert.Equal(["sync"], channel.Refused);
        Assert.Equal(["a"], channel.Sent);
    }

    [Fact]
    public void That_the_limit_comes_near_is_told_once_in_an_epoch()
    {
        var channel = new Channel(limit: 10);

        for (var i = 0; i < 10; i++)
            channel.Offer($"{i}");
        Assert.Equal([(8, Start + Epoch)], channel.Near);
        channel.Pass(Epoch);
        for (var i = 0; i < 9; i++)
            channel.Offer($"{i}");

        Assert.Equal([(8, Start + Epoch), (8, Start + (2 * Epoch))], channel.Near);
    }

    [Fact]
    public void Nothing_is_sent_before_it_is_stored_that_it_is_used_up()
    {
        var channel = new Channel(limit: 10) { StoresAtOnce = false };

        channel.Offer("a");
        channel.Offer("b");
        Assert.Empty(channel.Sent);
        channel.Store();

        Assert.Equal(["a", "b"], channel.Sent);
    }

    [Fact]
    public void What_was_sent_before_a_crash_counts_after_it()
    {
        var channel = new Channel(limit: 3);
        channel.Offer("a");
        channel.Offer("b");

        var again = new Channel(limit: 3, stored: channel.Stored);
        again.Offer("c");
        again.Offer("d");

        Assert.Equal(["c"], again.Sent);
    }

    [Fact]
    public void When_the_clock_is_set_back_the_count_of_that_epoch_is_the_one_that_it_had()
    {
        var channel = new Channel(limit: 2);
        channel.Offer("a");
        channel.Offer("b");
        channel.Pass(Epoch);
        channel.Offer("c");

        channel.Pass(-Epoch);
        channel.Offer("d");
        Assert.Equal(["a", "b", "c"], channel.Sent);
        channel.Pass(Epoch);

        Assert.Equal(["a", "b", "c", "d"], channel.Sent);
        Assert.Equal(2, channel.Used);
    }

    [Fact]
    public void No_epoch_ever_has_more_than_its_limit_and_nothing_is_lost_or_overtaken()
    {
        var seed = Environment.TickCount;
        for (var i = 0; i < 300; i++)
        {
            var random = new Random(seed + i);
            var limit = random.Next(1, 6);
            var channel = new Channel(limit, (RateLimitCounting)random.Next(2)) { StoresAtOnce = false };
            var offered = new List<string>();
            for (var step = 0; step < 200; step++)
            {
                switch (random.Next(6))
                {
                    case 0: channel.Pass(Epoch * (random.NextDouble() - 0.2)); break;
                    case 1: channel.Store(); break;
                    case 2: channel.Crash(); break;
                    default:
                        offered.Add($"{step}");
                        channel.Offer($"{step}", isFirst: random.Next(2) == 0 || offered.Count == 1);
                        break;
                }
            }
            channel.StoresAtOnce = true;
            channel.Store();
            for (var rest = 0; rest < 400; rest++)
                channel.Pass(Epoch);

            Assert.True(channel.Stored.Values.All(used => used <= limit), $"seed {seed + i}");
            Assert.True(offered.SequenceEqual(channel.Sent), $"seed {seed + i}");
        }
    }

    /// <summary>Runs the effects, and stores counts as the actors of epochs do.</summary>
    sealed class Channel(int limit, RateLimitCounting counting = RateLimitCounting.FirstChunk, Dictionary<long, int>? stored = null)
    {
        readonly RateLimiter<string> _limiter = new(new RateLimitOptions { EpochSize = Epoch, MessagesPerEpoch = limit, Counting = counting });
        readonly Queue<RateLimitEffect<string>> _unstored = new();
        DateTimeOffset _now = Start;

        public bool StoresAtOnce { get; set; } = true;

        public Dictionary<long, int> Stored { get; } = stored ?? [];

        public List<string> Sent { get; } = [];

        public List<string> Refused { get; } = [];

        public List<(string, DateTimeOffset)> Delayed { get; } = [];

        public List<(int, DateTimeOffset)> Near { get; } = [];

        public int Used => _limiter.Used;

        public void Offer(string name, SendPriority priority = SendPriority.New, bool isFirst = true) =>
            Do(effects => _limiter.Offer(name, priority, isFirst, _now, effects));

        public void Pass(TimeSpan time)
        {
            _now += time;
            Do(effects => _limiter.Tick(_now, effects));
        }

        public void Crash()
        {
            _unstored.Clear();
            Do(_limiter.Doubt);
        }

        public void Store()
        {
            while (_unstored.TryDequeue(out var effect))
            {
                if (effect is RateLimitEffect<string>.Open open)
                {
                    Do(effects => _limiter.Opened(open.Epoch, Stored.GetValueOrDefault(open.Epoch), _now, effects));
                }
                else if (effect is RateLimitEffect<string>.Take take)
                {
                    Stored[take.Epoch] = Stored.GetValueOrDefault(take.Epoch) + take.Count;
                    Do(effects => _limiter.Granted(take.Epoch, take.Count, _now, effects));
                }
            }
        }

        void Do(Action<List<RateLimitEffect<string>>> input)
        {
            var effects = new List<RateLimitEffect<string>>();
            input(effects);
            foreach (var effect in effects)
            {
                switch (effect)
                {
                    case RateLimitEffect<string>.Pass pass: Sent.Add(pass.Item); break;
                    case RateLimitEffect<string>.Refuse refuse: Refused.Add(refuse.Item); break;
                    case RateLimitEffect<string>.Delay delay: Delayed.Add((delay.Item, delay.Expected)); break;
                    case RateLimitEffect<string>.Near near: Near.Add((near.Used, near.EpochEnd)); break;
                    default: _unstored.Enqueue(effect); break;
                }
            }
            if (StoresAtOnce)
                Store();
        }
    }
}
