using LogosActors.Channels.RateLimits;

namespace LogosActors.Channels.Tests.RateLimits;

public sealed class RateLimitTests
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
    public void The_counts_of_old_epochs_are_forgotten()
    {
        var channel = new Channel(limit: 2);

        for (var i = 0; i < 10; i++)
        {
            channel.Offer($"{i}");
            channel.Pass(Epoch);
        }

        Assert.InRange(channel.Stored.Count, 1, EpochCounts.MaxEpochs);
    }

    [Fact]
    public void No_epoch_ever_has_more_than_its_limit_and_nothing_is_lost_or_overtaken()
    {
        var seed = Environment.TickCount;
        for (var i = 0; i < 300; i++)
        {
            var random = new Random(seed + i);
            var limit = random.Next(1, 6);
            var channel = new Channel(limit, (RateLimitCounting)random.Next(2));
            var offered = new List<string>();
            for (var step = 0; step < 200; step++)
            {
                switch (random.Next(6))
                {
                    case 0: channel.Pass(Epoch * (random.NextDouble() - 0.2)); break;
                    case 1: channel.Crash(); break;
                    default:
                        offered.Add($"{step}");
                        channel.Offer($"{step}", isFirst: random.Next(2) == 0 || offered.Count == 1);
                        break;
                }
            }
            for (var rest = 0; rest < 400; rest++)
                channel.Pass(Epoch);

            Assert.True(channel.Stored.Values.All(used => used <= limit), $"seed {seed + i}");
            Assert.True(offered.SequenceEqual(channel.Sent), $"seed {seed + i}");
        }
    }

    /// <summary>Offers to the queue of the epoch, as the actors of a channel do.</summary>
    sealed class Channel
    {
        readonly RateLimitOptions _options;
        readonly EpochCounts _counts;
        readonly List<Offered> _waiting = [];
        EpochQueue<Offered> _queue;
        long _epoch;
        DateTimeOffset _now = Start;

        public Channel(int limit, RateLimitCounting counting = RateLimitCounting.FirstChunk, IReadOnlyDictionary<long, int>? stored = null)
        {
            _options = new RateLimitOptions { EpochSize = Epoch, MessagesPerEpoch = limit, Counting = counting };
            _counts = new EpochCounts(_options);
            foreach (var (epoch, used) in stored ?? new Dictionary<long, int>())
                _counts.Add(epoch, used);
            _epoch = _options.EpochOf(_now);
            _queue = new EpochQueue<Offered>(_options, _epoch);
        }

        public IReadOnlyDictionary<long, int> Stored => _counts.All.ToDictionary();

        public List<string> Sent { get; } = [];

        public List<string> Refused { get; } = [];

        public List<(string, DateTimeOffset)> Delayed { get; } = [];

        public int Used => _counts.Used(_epoch);

        public void Offer(string name, SendPriority priority = SendPriority.New, bool isFirst = true) => Offer(new Offered(name, priority, isFirst));

        public void Pass(TimeSpan time)
        {
            _now += time;
            Turn();
        }

        public void Crash()
        {
            _queue = new EpochQueue<Offered>(_options, _epoch);
            Offered[] waiting = [.. _waiting];
            _waiting.Clear();
            foreach (var one in waiting)
                Offer(one);
        }

        void Turn()
        {
            if (_options.EpochOf(_now) == _epoch)
                return;
            var left = _queue.Leave();
            _waiting.Clear();
            _epoch = _options.EpochOf(_now);
            _queue = new EpochQueue<Offered>(_options, _epoch);
            foreach (var one in left)
                Offer(one);
        }

        void Offer(Offered one)
        {
            Turn();
            var permit = _counts.Take(_epoch, one.Priority, one.IsFirst);
            if (permit is Permit.Refused)
            {
                Refused.Add(one.Name);
                return;
            }
            if (_queue.Offer(one, one.Priority, permit, out var expected))
                Sent.Add(one.Name);
            else
                _waiting.Add(one);
            if (expected is { } time)
                Delayed.Add((one.Name, time));
        }

        sealed record Offered(string Name, SendPriority Priority, bool IsFirst);
    }
}
