using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Tests.Hosting;

namespace LogosActors.Libp2p.Tests.Gossipsub;

/// <summary>Attacks on a host's gossipsub over TCP: the offender is refused, pruned or dropped, and an honest peer is heard meanwhile.</summary>
public sealed class WireAttackTests
{
    const string Topic = GossipNode.Topic;

    static readonly GossipsubOptions Relay = GossipsubPresets.Relay with { HeartbeatInterval = TimeSpan.FromMilliseconds(100) };

    static readonly GossipsubOptions Signed = new() { HeartbeatInterval = Relay.HeartbeatInterval, Score = Relay.Score };

    static string Protocol(GossipsubOptions options) => options.Protocols[0].Id;

    static byte[] Utf8 => System.Text.Encoding.UTF8.GetBytes(Topic);

    [Fact]
    public async Task Who_floods_a_host_with_messages_that_its_validator_rejects_is_dropped()
    {
        await using var net = await Net.StartAsync(Relay);
        var rejected = 0;
        net.Victim.Gossipsub.SetValidator(Topic, (message, _) =>
        {
            if (message.Data.Span[0] != 0xbd)
                return new(ValidationResult.Accept);
            Interlocked.Increment(ref rejected);
            return new(ValidationResult.Reject);
        });
        await using var offender = await HostileGossiper.JoinAsync(net.Victim, Protocol(Relay));
        var number = 0;

        await net.AssertHeardDuring(offender.FloodAsync(rpc =>
        {
            for (var i = 0; i < 100; i++)
                rpc.Message(Message([0xbd, .. BitConverter.GetBytes(number++)]));
        }));

        await net.AssertDropped(offender);
        // What is graylisted is not heard: no RPC after the one with the eleventh offence has cost a validation.
        Assert.Equal(100, rejected);
    }

    [Fact]
    public async Task Who_floods_a_host_with_forged_signatures_is_dropped()
    {
        await using var net = await Net.StartAsync(Signed);
        await using var offender = await HostileGossiper.JoinAsync(net.Victim, Protocol(Signed));
        var number = 0L;

        await net.AssertHeardDuring(offender.FloodAsync(rpc =>
        {
            for (var i = 0; i < 20; i++)
                rpc.Message(Forged(net.Honest.Host.Id, ++number));
        }));

        await net.AssertDropped(offender);
    }

    [Fact]
    public async Task Who_grafts_again_and_again_after_a_prune_is_dropped()
    {
        await using var net = await Net.StartAsync(Relay);
        await using var offender = await HostileGossiper.JoinAsync(net.Victim, Protocol(Relay));
        await offender.SayAsync(rpc => rpc.Prune(Topic, TimeSpan.FromMinutes(1), []));

        await net.AssertHeardDuring(offender.FloodAsync(rpc => rpc.Graft(Topic)));

        await net.AssertDropped(offender);
    }

    [Fact]
    public async Task A_host_asks_for_no_more_than_its_bound_of_what_a_peer_announces()
    {
        // The bound is one between two heartbeats, and so long a test takes one heartbeat at most.
        var options = Relay with
        {
            HeartbeatInterval = TimeSpan.FromMinutes(1),
            SeenTtl = TimeSpan.FromHours(1),
            Limits = new GossipsubLimits { IHaveLength = 150, IHaveMessages = 10 },
        };
        await using var net = await Net.StartAsync(options);
        await using var offender = await HostileGossiper.JoinAsync(net.Victim, Protocol(options));
        var number = 0;

        await net.AssertHeardDuring(Repeat(100, () => offender.SayAsync(rpc => rpc.IHave(Topic, Ids(number++, 100)))));
        await net.CatchUp(offender);

        Assert.InRange(offender.Asked, 150, 2 * 150);
    }

    [Fact]
    public async Task Who_announces_ever_more_messages_that_it_does_not_have_is_dropped()
    {
        var options = Relay with
        {
            IWantFollowupTime = TimeSpan.FromMilliseconds(100),
            Limits = new GossipsubLimits { IHaveLength = 100_000, IHaveMessages = 10_000 },
        };
        await using var net = await Net.StartAsync(options);
        await using var offender = await HostileGossiper.JoinAsync(net.Victim, Protocol(options));
        var number = 0;

        await net.AssertHeardDuring(offender.FloodAsync(rpc => rpc.IHave(Topic, Ids(number++, 10))));

        await net.AssertDropped(offender);
    }

    [Fact]
    public async Task A_host_sends_a_message_that_is_asked_for_endlessly_a_few_times_only()
    {
        await using var net = await Net.StartAsync(Relay);
        await using var offender = await HostileGossiper.JoinAsync(net.Victim, Protocol(Relay));
        await net.PublishTo(offender, [1]);
        await net.PublishTo(offender, [2]);

        await net.AssertHeardDuring(Repeat(200, () => offender.SayAsync(rpc => rpc.IWant(MessageId.OfData([1])))));
        await offender.SayAsync(rpc => rpc.IWant(MessageId.OfData([2])));

        // What is asked for goes out in order.
        await TestHost.Until(() => offender.CountHeard($"message {Topic} 02") == 2);
        Assert.Equal(1 + Relay.GossipRetransmission, offender.CountHeard($"message {Topic} 01"));
    }

    [Fact]
    public async Task A_peer_that_subscribes_to_everything_is_noted_for_as_many_topics_as_the_limit_says()
    {
        var options = Relay with { Limits = new GossipsubLimits { TopicsPerPeer = 1000 } };
        await using var net = await Net.StartAsync(options);
        await using var offender = await HostileGossiper.JoinAsync(net.Victim, Protocol(options));
        var number = 0;

        await net.AssertHeardDuring(Repeat(100, () => offender.SayAsync(rpc =>
        {
            for (var i = 0; i < 500; i++)
                rpc.Subscription($"t{number++}", subscribe: true);
        })));
        await net.CatchUp(offender);

        // One of the thousand is the topic of the test.
        Assert.Equal(1, (await net.Victim.Gossipsub.StatusAsync("t998")).Subscribers);
        Assert.Equal(0, (await net.Victim.Gossipsub.StatusAsync("t999")).Subscribers);
        Assert.Equal(0, (await net.Victim.Gossipsub.StatusAsync("t49999")).Subscribers);
    }

    [Fact]
    public async Task Who_puts_more_into_an_rpc_than_the_limits_allow_is_dropped()
    {
        await using var net = await Net.StartAsync(Relay);
        await using var offender = await HostileGossiper.JoinAsync(net.Victim, Protocol(Relay));

        await net.AssertHeardDuring(offender.FloodAsync(rpc =>
        {
            for (var i = 0; i <= Relay.Limits.SubscriptionsPerRpc; i++)
                rpc.Subscription(Topic, subscribe: i % 2 == 0);
        }));

        await net.AssertDropped(offender);
    }

    [Fact]
    public async Task Who_opens_stream_after_stream_is_served_one_at_a_time_and_others_meanwhile()
    {
        await using var net = await Net.StartAsync(Relay);
        await using var offender = await TestHost.StartAsync();
        await offender.ConnectAsync(net.Victim.Host);

        await net.AssertHeardDuring(Repeat(300, async () =>
        {
            try
            {
                await using var stream = await offender.Host.OpenStreamAsync(net.Victim.Host.Id, Protocol(Relay));
                await stream.WriteAsync(new byte[] { 100 });
            }
            catch (IOException)
            {
                // Reset: there are too many.
            }
            return true;
        }));
    }

    [Fact]
    public async Task Who_does_not_read_is_pruned_and_holds_nobody_up()
    {
        var options = Relay with
        {
            Limits = new GossipsubLimits { QueuedMessages = 16, ForwardQueueTime = TimeSpan.FromMinutes(5), PublishQueueTime = TimeSpan.FromMinutes(5) },
        };
        await using var net = await Net.StartAsync(options);
        await using var offender = await HostileGossiper.JoinAsync(net.Victim, Protocol(options), reads: false);
        await net.Victim.HasMeshAsync(2);
        var data = new byte[100_000];

        var sent = 0;
        for (; !await net.Victim.HasMeshOf(net.Honest); sent++)
        {
            Assert.True(sent < 10_000, "A peer that does not read is still in the mesh.");
            BitConverter.TryWriteBytes(data, sent);
            Assert.Equal(PublishOutcome.Sent, await net.Victim.Gossipsub.PublishAsync(Topic, data.ToArray()));
            Assert.Equal(System.Text.Encoding.UTF8.GetString(data), await net.Honest.NextAsync());
        }
        await net.AssertHeardDuring(Task.CompletedTask);
    }

    static async Task Repeat(int times, Func<Task<bool>> act)
    {
        for (var i = 0; i < times; i++)
            Assert.True(await act());
    }

    static GossipMessage Message(byte[] data) => GossipMessage.Create(new MessageView { Data = data, Topic = Utf8 }, Topic, MessageId.OfData(data));

    static GossipMessage Forged(PeerId author, long number)
    {
        var sequence = BitConverter.GetBytes(number);
        var view = new MessageView { From = author.Bytes, Data = sequence, Sequence = sequence, Topic = Utf8, Signature = new byte[64] };
        return GossipMessage.Create(view, Topic, MessageId.OfData(sequence));
    }

    static MessageId[] Ids(int seed, int count) =>
        [.. Enumerable.Range(0, count).Select(number => MessageId.OfData([.. BitConverter.GetBytes(seed), .. BitConverter.GetBytes(number)]))];

    /// <summary>A host that is attacked, and a peer of its that is not to notice.</summary>
    sealed class Net : IAsyncDisposable
    {
        int _published;

        public required GossipNode Victim { get; init; }

        public required GossipNode Honest { get; init; }

        public static async Task<Net> StartAsync(GossipsubOptions options)
        {
            var net = new Net { Victim = await GossipNode.StartAsync(options), Honest = await GossipNode.StartAsync(options) };
            await net.Honest.Host.ConnectAsync(net.Victim.Host);
            await net.Honest.HasSubscribersAsync(1);
            await net.Victim.HasSubscribersAsync(1);
            return net;
        }

        /// <summary>The honest peer is heard at least ten times, and as long as the attack lasts.</summary>
        public async Task AssertHeardDuring(Task attack)
        {
            for (var i = 0; i < 10 || !attack.IsCompleted; i++)
            {
                var text = $"honest {_published++}";
                Assert.Equal(PublishOutcome.Sent, await Honest.PublishAsync(text));
                Assert.Equal(text, await Victim.NextAsync());
            }
            await attack;
            Assert.Contains(Honest.Host.Id, Victim.Host.Host.ConnectedPeers);
            Assert.DoesNotContain(Victim.Host.Events, told => told is PeerDisconnected lost && lost.Peer == Honest.Host.Id);
        }

        public async Task AssertDropped(HostileGossiper offender)
        {
            await TestHost.Until(() => Victim.Host.Events.Any(told => told is PeerDisconnected lost && lost.Peer == offender.Id));
            await Victim.HasPeersAsync(1);
            await AssertHeardDuring(Task.CompletedTask);
        }

        /// <summary>Returns when the victim has heard the gossiper, and the gossiper what the victim had to say to that.</summary>
        public async Task CatchUp(HostileGossiper gossiper)
        {
            var text = $"caught up {_published++}";
            await gossiper.SayAsync(rpc => rpc.Message(Message(System.Text.Encoding.UTF8.GetBytes(text))));
            Assert.Equal(text, await Victim.NextAsync());
            // Control entries come behind the messages of their RPC.
            await PublishTo(gossiper, BitConverter.GetBytes(_published++));
            await PublishTo(gossiper, BitConverter.GetBytes(_published++));
        }

        /// <summary>Returns when the gossiper has a message that the victim publishes.</summary>
        public async Task PublishTo(HostileGossiper gossiper, byte[] data)
        {
            Assert.Equal(PublishOutcome.Sent, await Victim.Gossipsub.PublishAsync(Topic, data));
            await TestHost.Until(() => gossiper.CountHeard($"message {Topic} {Convert.ToHexStringLower(data)}") > 0);
        }

        public async ValueTask DisposeAsync()
        {
            await Honest.DisposeAsync();
            await Victim.DisposeAsync();
        }
    }
}
