using Google.Protobuf;
using LogosActors.Channels.Channel;
using LogosActors.Channels.Records;
using LogosActors.Channels.Sds.Bloom;
using LogosActors.Channels.Sds.Wire;
using LogosActors.Delivery;
using LogosActors.Delivery.Messages;
using Xunit.Abstractions;

namespace LogosActors.Channels.Tests.Channel;

/// <summary>A channel's state is what its history says, whenever it is read again.</summary>
public sealed class ChannelMachineTests(ITestOutputHelper output)
{
    static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_snapshot_and_the_events_since_make_the_same_state_through_their_encoding()
    {
        var seed = SeedOf();
        for (var round = 0; round < 10; round++)
        {
            var world = new World(seed + round, loss: 0.1);
            world.Run(60);
            foreach (var participant in world.Participants)
            {
                var whole = Again(participant, snapshot: null, from: 0);
                var cut = new Random(seed + round).Next(participant.Journal.Count);
                var before = Again(participant, snapshot: null, from: 0, to: cut);
                var after = Again(participant, before.TakeSnapshot(), from: cut);
                Assert.Equal(whole.TakeSnapshot().ToByteArray(), after.TakeSnapshot().ToByteArray());
                Assert.Equal(WithoutTime(participant.Machine.TakeSnapshot()), WithoutTime(whole.TakeSnapshot()));
            }
        }
    }

    [Fact]
    public void Every_message_comes_once_and_ends_once_whenever_participants_start_again()
    {
        var seed = SeedOf();
        for (var round = 0; round < 20; round++)
        {
            var world = new World(seed + round, loss: 0.2) { RestartProbability = 0.05 };
            world.Run(80);
            world.Settle();
            foreach (var participant in world.Participants)
            {
                var received = participant.Received.Where(static text => text.Length > 0).ToList();
                Assert.Equal(received.Distinct(StringComparer.Ordinal).Count(), received.Count);
                foreach (var other in world.Participants.Where(other => other != participant))
                    Assert.Equal(other.Sent.Select(static sent => sent.Text), received.Where(text => text.StartsWith(other.Name, StringComparison.Ordinal)));
                foreach (var (request, text) in participant.Sent)
                    Assert.True(participant.Ends.Count(end => end == request) == 1, $"seed {seed + round}: {text.TrimEnd('.')} has ended {participant.Ends.Count(end => end == request)} times");
            }
        }
    }

    [Fact]
    public void What_a_clock_that_was_ahead_has_stored_is_not_believed_after_a_restart()
    {
        var options = new ReliableChannelOptions { ChannelId = "lobby", ContentTopic = ChannelScene.Topic, SenderId = "alice", RateLimit = new RateLimitOptions { IsEnabled = false } };
        var before = new ChannelMachine(options, new Random(1));
        before.Begin(Start + TimeSpan.FromDays(1));
        Assert.Null(before.Send(RequestId.New(), new byte[] { 1 }, isEphemeral: false, Start + TimeSpan.FromDays(1)));
        var journal = before.TakeChanges();

        var after = new ChannelMachine(options, new Random(1));
        after.Apply(journal);
        after.Begin(Start);

        // All since the beginning is asked for, which was not in the future either.
        var reopened = Assert.Single(after.TakeEffects().OfType<Reopened>());
        Assert.True(reopened.LastHeard <= Start, $"{reopened.LastHeard}");
    }

    [Fact]
    public void What_is_handled_is_kept_no_longer()
    {
        var world = new World(SeedOf(), loss: 0);
        world.Run(100);
        world.Settle();

        foreach (var participant in world.Participants)
        {
            var snapshot = participant.Machine.TakeSnapshot();
            Assert.Empty(snapshot.Pending);
            Assert.Empty(snapshot.Chunks);
            Assert.Empty(snapshot.Requests);
            Assert.Empty(snapshot.Outgoing);
        }
    }

    [Fact]
    public void What_is_confirmed_is_never_dropped_for_lack_of_room()
    {
        // Ten times as much under way as there is room for.
        var seed = SeedOf();
        var world = new World(seed, loss: 0.1, options => options with
        {
            Segmentation = new SegmentationOptions { ChunkSizeBytes = 1024, EnableReedSolomon = seed % 2 == 0, MaxPartialMessagesPerSender = 4 },
        });
        for (var i = 0; i < 40; i++)
            world.Participants[0].Send($"{world.Participants[0].Name} {i}{new string('.', 3000)}", Start);
        world.Settle();

        foreach (var other in world.Participants.Skip(1))
            Assert.Equal(world.Participants[0].Sent.Select(static sent => sent.Text), other.Received);
        // What was refused for want of room too often is said not to be confirmed, though it comes in the end.
        Assert.Equal(
            world.Participants[0].Sent.Select(static sent => sent.Request.Value).Order(StringComparer.Ordinal),
            world.Participants[0].Ends.Select(static request => request.Value).Order(StringComparer.Ordinal));
    }

    static ChannelMachine Again(Participant participant, Snapshot? snapshot, int from, int? to = null)
    {
        var machine = new ChannelMachine(participant.Options, new Random(1));
        if (snapshot is not null)
            machine.Restore(Snapshot.Parser.ParseFrom(snapshot.ToByteArray()));
        foreach (var changed in participant.Journal.Take(to ?? participant.Journal.Count).Skip(from))
            machine.Apply(Changed.Parser.ParseFrom(changed));
        return machine;
    }

    // Sync messages, which are not stored, move it on.
    static byte[] WithoutTime(Snapshot snapshot)
    {
        snapshot.Clock = 0;
        snapshot.ClearJoinEnd();
        return snapshot.ToByteArray();
    }

    int SeedOf()
    {
        var seed = Environment.GetEnvironmentVariable("LOGOS_SEED") is { Length: > 0 } text ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : Environment.TickCount & 0xFFFFFF;
        output.WriteLine($"LOGOS_SEED={seed}");
        return seed;
    }

    /// <summary>Some participants on a network that loses messages and turns them around.</summary>
    sealed class World
    {
        readonly Random _random;
        double _loss;
        readonly PriorityQueue<(Participant To, byte[] Bytes, MessageHash Hash), DateTimeOffset> _wire = new();
        DateTimeOffset _now = Start;
        long _posted;

        public World(int seed, double loss, Func<ReliableChannelOptions, ReliableChannelOptions>? with = null)
        {
            with ??= static options => options;
            (_random, _loss) = (new Random(seed), loss);
            Participants = [.. Enumerable.Range(0, 3).Select(i => new Participant(this, with(new ReliableChannelOptions
            {
                ChannelId = "lobby",
                ContentTopic = ChannelScene.Topic,
                SenderId = $"p{i}",
                Segmentation = new SegmentationOptions { ChunkSizeBytes = 1024, EnableReedSolomon = seed % 2 == 0 },
                Sds = new SdsOptions { JoinTimeout = TimeSpan.FromMinutes(20), DependencyTimeout = TimeSpan.FromMinutes(20) },
                RateLimit = new RateLimitOptions { IsEnabled = false },
            })))];
            foreach (var participant in Participants)
                participant.Start(_now, seed);
        }

        public IReadOnlyList<Participant> Participants { get; }

        /// <summary>The wall clock of one of them is stepped, by an hour at most.</summary>
        void StepClock() => Participants[_random.Next(Participants.Count)].WallLead = TimeSpan.FromMinutes(_random.Next(-60, 60));

        public double RestartProbability { get; set; }

        public void Run(int messages)
        {
            for (var i = 0; i < messages; i++)
            {
                var from = Participants[_random.Next(Participants.Count)];
                from.Send($"{from.Name} {i}{new string('.', _random.Next(4) == 0 ? 3000 : 0)}", _now);
                Pass(TimeSpan.FromMilliseconds(_random.Next(400)));
            }
        }

        public void Settle()
        {
            (RestartProbability, _loss) = (0, 0);
            Pass(TimeSpan.FromMinutes(30));
        }

        public void Post(Participant from, Transmission transmission)
        {
            var hash = new MessageHash(System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(_posted++)));
            foreach (var to in Participants.Where(to => to != from && _random.NextDouble() >= _loss))
                _wire.Enqueue((to, transmission.Bytes.ToArray(), hash), _now + TimeSpan.FromMilliseconds(_random.Next(1, 300)));
            from.Machine.Dispatched(transmission.MessageId, hash, _now);
        }

        void Pass(TimeSpan time)
        {
            var end = _now + time;
            while (true)
            {
                var due = Participants.Min(static participant => participant.Machine.NextDeadline) ?? DateTimeOffset.MaxValue;
                var next = _wire.TryPeek(out _, out var at) && at < due ? at : due;
                if (next > end)
                    break;
                _now = next > _now ? next : _now;
                if (next == due)
                {
                    foreach (var participant in Participants.Where(participant => participant.Machine.NextDeadline <= _now))
                        participant.Do(machine => machine.Tick(_now));
                }
                else
                {
                    var (to, bytes, hash) = _wire.Dequeue();
                    Assert.True(SdsCodec.TryDecode(bytes, BloomParameters.Default, out var message, out var dialect, out _));
                    to.Do(machine => machine.Receive(message, bytes, dialect, hash, _now));
                }
                if (_random.Next(100) == 0)
                    StepClock();
                if (RestartProbability > 0 && _random.NextDouble() < RestartProbability)
                    Participants[_random.Next(Participants.Count)].Restart(_now, _random);
            }
            _now = end;
        }
    }

    /// <summary>A machine with its history. What it stores is stored at once; what it tells is handled, or lost in a restart.</summary>
    sealed class Participant(World world, ReliableChannelOptions options)
    {
        long _published;

        public ReliableChannelOptions Options => options;

        public string Name => options.SenderId!;

        public TimeSpan WallLead { get; set; }

        public ChannelMachine Machine { get; private set; } = null!;

        public List<byte[]> Journal { get; } = [];

        public List<(RequestId Request, string Text)> Sent { get; } = [];

        public List<string> Received { get; } = [];

        public List<RequestId> Ends { get; } = [];

        public int Delivered { get; private set; }


        public void Start(DateTimeOffset now, int seed)
        {
            Machine = new ChannelMachine(options, new Random(seed));
            Do(machine => machine.Begin(now));
        }

        public void Restart(DateTimeOffset now, Random random)
        {
            var cut = random.Next(Journal.Count);
            var before = Again(this, snapshot: null, from: 0, to: cut);
            Machine = Again(this, before.TakeSnapshot(), from: cut);
            Do(machine => machine.Begin(now));
        }

        public void Send(string text, DateTimeOffset now)
        {
            var request = RequestId.New();
            Do(machine => Assert.Null(machine.Send(request, System.Text.Encoding.UTF8.GetBytes(text), isEphemeral: false, now)));
            Sent.Add((request, text));
        }

        public void Do(Action<ChannelMachine> input)
        {
            Machine.WallLead = WallLead;
            input(Machine);
            do
            {
                if (Machine.HasChanges || Machine.HasHandled)
                    Journal.Add(Machine.TakeChanges().ToByteArray());
                foreach (var effect in Machine.TakeEffects())
                {
                    if (effect is Transmission transmission)
                        world.Post(this, transmission);
                    else if (effect is Told { Number: > 0 } told && told.Number > _published)
                        Handle(told);
                }
                Machine.Handled(_published);
            }
            while (Machine.HasChanges || Machine.HasHandled);
        }

        void Handle(Told told)
        {
            _published = told.Number;
            switch (told.Event)
            {
                case ReliableMessageReceived received:
                    Received.Add(System.Text.Encoding.UTF8.GetString(received.Payload.Span));
                    break;
                case ReliableMessageDelivered or ReliableMessageSendError:
                    Ends.Add(((ReliableSendEvent)told.Event).RequestId);
                    Delivered += told.Event is ReliableMessageDelivered ? 1 : 0;
                    break;
            }
        }
    }
}
