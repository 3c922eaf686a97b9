using System.Collections.Concurrent;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.Tests.Hosting;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Gossipsub;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogosActors.Delivery.Tests.Relay;

public sealed class RelayedShardsTests
{
    static readonly PubsubTopic Shard = new(0, 3);

    [Fact]
    public async Task A_message_arrives_decoded_at_its_peers()
    {
        await using var pair = await Pair.StartAsync();
        var message = Message("hello");

        Assert.Equal(PublishOutcome.Sent, await pair.Here.PublishAsync(message));

        var there = await pair.There.NextAsync();
        var hash = MessageHash.Compute(Shard.ToString(), message);
        Assert.Equal(new RelayedMessage(Shard.ToString(), message, hash, pair.Here.Host.Id, IsTimely: true), there);
        Assert.True(pair.Here.IsEmpty);
    }

    [Fact]
    public async Task Bytes_that_are_no_message_do_not_arrive_and_good_ones_after_them_do()
    {
        await using var pair = await Pair.StartAsync();
        await pair.Here.Gossipsub.PublishAsync(Shard.ToString(), new byte[] { 1, 2, 3 });
        await pair.Here.PublishAsync(Message("good"));

        Assert.Equal("good", Text(await pair.There.NextAsync()));
        Assert.True(pair.There.IsEmpty);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_the_validator_refuses_does_not_arrive(bool isSlow)
    {
        async ValueTask<ValidationResult> DecideAsync(RelayedMessage message, CancellationToken cancellation)
        {
            if (isSlow)
                await Task.Yield();
            return Text(message) == "bad" ? ValidationResult.Ignore : ValidationResult.Accept;
        }
        await using var pair = await Pair.StartAsync(there: new MessageValidationOptions { Validator = DecideAsync });
        await pair.Here.PublishAsync(Message("bad"));
        await pair.Here.PublishAsync(Message("good"));
        Assert.Equal("good", Text(await pair.There.NextAsync()));
        Assert.True(pair.There.IsEmpty);
    }

    [Fact]
    public async Task A_receiver_that_fails_costs_its_message_only()
    {
        await using var pair = await Pair.StartAsync();
        pair.There.FailsOn = "bad";
        await pair.Here.PublishAsync(Message("bad"));
        await pair.Here.PublishAsync(Message("good"));

        Assert.Equal("good", Text(await pair.There.NextAsync()));
    }

    [Fact]
    public async Task A_shard_is_left_when_nobody_needs_it_any_more_and_joined_anew()
    {
        await using var pair = await Pair.StartAsync();
        var second = await pair.There.Topics.SubscribeAsync(Shard);
        await pair.There.LeaveAsync();
        Assert.Equal([Shard], pair.There.Topics.Topics);
        await second.DisposeAsync();
        await second.DisposeAsync();
        Assert.Empty(pair.There.Topics.Topics);
        await pair.Here.HasSubscribersAsync(0);
        Assert.Equal(PublishOutcome.NoPeers, await pair.Here.PublishAsync(Message("nobody")));

        await using var third = await pair.There.Topics.SubscribeAsync(Shard);
        await pair.Here.HasSubscribersAsync(1);
        await pair.Here.PublishAsync(Message("again"));
        Assert.Equal("again", Text(await pair.There.NextAsync()));
    }

    [Fact]
    public async Task Shards_that_many_threads_join_and_leave_are_left_in_the_end()
    {
        await using var pair = await Pair.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => Task.Run(async () =>
        {
            await using var user = await pair.Here.Topics.SubscribeAsync(new PubsubTopic(0, (ushort)(10 + (i % 3))));
            Assert.Contains(new PubsubTopic(0, (ushort)(10 + (i % 3))), pair.Here.Topics.Topics);
        })));
        Assert.Equal([Shard], pair.Here.Topics.Topics);
        await pair.Here.Topics.DisposeAsync();
        Assert.Empty(pair.Here.Topics.Topics);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => pair.Here.Topics.SubscribeAsync(Shard));
    }

    static WakuMessage Message(string text) => new()
    {
        ContentTopic = "/a/1/b/proto",
        Payload = System.Text.Encoding.UTF8.GetBytes(text),
        Timestamp = (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick,
    };

    static string Text(RelayedMessage message) => System.Text.Encoding.UTF8.GetString(message.Message.Payload.Span);

    sealed class Pair(Node here, Node there) : IAsyncDisposable
    {
        public Node Here => here;

        public Node There => there;

        /// <summary>Two nodes that know each other to be subscribed.</summary>
        public static async Task<Pair> StartAsync(MessageValidationOptions? there = null)
        {
            var pair = new Pair(await Node.StartAsync(new MessageValidationOptions()), await Node.StartAsync(there ?? new MessageValidationOptions()));
            await pair.Here.Host.ConnectAsync(pair.There.Host);
            await pair.Here.HasSubscribersAsync(1);
            await pair.There.HasSubscribersAsync(1);
            return pair;
        }

        public async ValueTask DisposeAsync()
        {
            await here.DisposeAsync();
            await there.DisposeAsync();
        }
    }

    sealed class Node : IAsyncDisposable
    {
        readonly ConcurrentQueue<RelayedMessage> _waiting = new();
        IAsyncDisposable? _user;

        Node(TestHost host, MessageValidationOptions options)
        {
            Host = host;
            Gossipsub = host.Host.UseGossipsub(GossipsubPresets.Relay with { HeartbeatInterval = TimeSpan.FromMilliseconds(100) });
            Topics = new RelayedShards(Gossipsub.Topics, new MessageValidation(options), Receive, TimeProvider.System, NullLogger.Instance);
        }

        public TestHost Host { get; }

        public GossipsubService Gossipsub { get; }

        public RelayedShards Topics { get; }

        public string? FailsOn { get; set; }

        public bool IsEmpty => _waiting.IsEmpty;

        public static async Task<Node> StartAsync(MessageValidationOptions options)
        {
            var node = new Node(await TestHost.StartAsync(), options);
            node._user = await node.Topics.SubscribeAsync(Shard);
            return node;
        }

        public ValueTask LeaveAsync() => _user!.DisposeAsync();

        public Task<PublishOutcome> PublishAsync(WakuMessage message) =>
            Gossipsub.PublishAsync(Shard.ToString(), WakuMessageCodec.Encode(message));

        public async Task<RelayedMessage> NextAsync()
        {
            RelayedMessage? next = null;
            await TestHost.Until(() => _waiting.TryDequeue(out next));
            return next!;
        }

        public async Task HasSubscribersAsync(int count)
        {
            for (var started = Environment.TickCount64; (await Gossipsub.StatusAsync(Shard.ToString())).Subscribers != count; await Task.Delay(5))
                Assert.True(Environment.TickCount64 - started < 60_000, $"There were not {count} subscribers within 60 s.");
        }

        public async ValueTask DisposeAsync()
        {
            await Topics.DisposeAsync();
            await Host.DisposeAsync();
        }

        void Receive(RelayedMessage message)
        {
            if (Text(message) == FailsOn)
                throw new InvalidOperationException("on purpose");
            _waiting.Enqueue(message);
        }
    }
}
