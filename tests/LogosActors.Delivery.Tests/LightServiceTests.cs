using System.Collections.Concurrent;
using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Filter;
using LogosActors.Delivery.Lightpush;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.PeerExchange;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.Tests.Hosting;
using LogosActors.Libp2p;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Requests;
using LogosActors.Tests;
using Microsoft.Extensions.Logging.Abstractions;
using static LogosActors.Delivery.Tests.Node;

namespace LogosActors.Delivery.Tests;

/// <summary>Nodes that serve light clients, and hosts that speak the light protocols with them.</summary>
public sealed class LightServiceTests : IDisposable
{
    const string Shard = "/waku/2/rs/0/0";

    static readonly NodeOptions Serving = Options with
    {
        FilterService = new FilterServiceOptions { PeerLimit = null },
        LightpushService = new LightpushServiceOptions(),
        PeerExchangeService = new PeerExchangeServiceOptions(),
    };

    readonly string _path = Directory.CreateTempSubdirectory("logos-").FullName;

    public void Dispose() => Directory.Delete(_path, recursive: true);

    [Fact]
    public async Task A_subscriber_is_pushed_what_the_relay_brings_and_what_the_service_sends_itself_once_each_on_one_stream()
    {
        await using var service = await StartAsync(Serving);
        await service.SubscribeAsync([Topic]);
        await using var alice = await StartAsync(service);
        await alice.SubscribeAsync([Topic]);
        await alice.HasPeersAsync(1);
        await using var client = await Client.StartAsync(service);
        await client.SubscribeAsync(Topic);

        for (var i = 0; i < 150; i++)
        {
            Assert.True((await alice.SendAsync(Text($"relayed {i}"))).IsSuccess);
            Assert.True((await service.SendAsync(Text($"own {i}"))).IsSuccess);
        }
        Assert.True((await alice.SendAsync(Text("other", "/test/1/other/proto"))).IsSuccess);

        await TestHost.Until(() => client.Texts.Count >= 300);
        Assert.Equal(
            Enumerable.Range(0, 150).SelectMany(i => new[] { $"relayed {i}", $"own {i}" }).Order(StringComparer.Ordinal), client.Texts.Order(StringComparer.Ordinal));
        Assert.Equal(1, client.Streams);
    }

    [Fact]
    public async Task A_ping_finds_a_subscription_and_one_that_was_ended_gets_nothing_more()
    {
        await using var service = await StartAsync(Serving);
        await using var client = await Client.StartAsync(service);
        await using var other = await Client.StartAsync(service);
        await other.SubscribeAsync(Topic);

        Assert.Equal(FilterStatus.NotFound, (await client.AskAsync(FilterRequestType.Ping)).Status);
        await client.SubscribeAsync(Topic);
        Assert.Equal(FilterStatus.Success, (await client.AskAsync(FilterRequestType.Ping)).Status);
        await service.SendAsync(Text("one"));
        await TestHost.Until(() => client.Texts.Count == 1);

        Assert.Equal(FilterStatus.Success, (await client.AskAsync(FilterRequestType.UnsubscribeAll)).Status);
        await service.SendAsync(Text("two"));
        // What is accepted is published later: that another has it shows that it was.
        await TestHost.Until(() => other.Texts.Contains("two"));
        await client.SubscribeAsync(Topic);
        await service.SendAsync(Text("three"));
        await TestHost.Until(() => client.Texts.Count == 2);
        Assert.Equal(["one", "three"], client.Texts);
    }

    [Fact]
    public async Task Nobody_observes_the_relay_before_a_client_subscribes_and_after_the_last_has_gone()
    {
        await using var service = await StartAsync(Serving);
        await service.SubscribeAsync([Topic]);
        var feed = service.FilterFeed!;
        await using var client = await Client.StartAsync(service);
        Assert.Null(feed.Receiver);

        await client.SubscribeAsync(Topic);
        Assert.NotNull(feed.Receiver);

        await client.AskAsync(FilterRequestType.UnsubscribeAll);
        await TestHost.Until(() => feed.Receiver is null);
    }

    [Fact]
    public async Task A_subscriber_that_does_not_read_loses_messages_and_another_gets_them_all()
    {
        await using var service = await StartAsync(Serving);
        await using var deaf = await Client.StartAsync(service, async () => await Task.Delay(Timeout.Infinite));
        await using var client = await Client.StartAsync(service);
        await deaf.SubscribeAsync(Topic);
        await client.SubscribeAsync(Topic);
        var before = FilterMetrics.Pushes.Totals.FirstOrDefault(total => total.Value is PushOutcome.Dropped).Total;

        var sent = 0;
        while (FilterMetrics.Pushes.Totals.FirstOrDefault(total => total.Value is PushOutcome.Dropped).Total == before)
        {
            Assert.True(sent < 2000, "Nothing was dropped.");
            Assert.True((await service.SendAsync(new MessageEnvelope(Topic, new byte[30_000]))).IsSuccess);
            sent++;
            await TestHost.Until(() => client.Texts.Count == sent);
        }
    }

    [Fact]
    public async Task A_pushed_message_reaches_the_relay_the_services_own_subscribers_its_archive_and_filter_subscribers()
    {
        await using var archive = new SqliteArchive(new SqliteArchiveOptions { Path = Path.Combine(_path, "archive.db") });
        await using var service = await StartAsync(Serving with { Archive = archive });
        await service.SubscribeAsync([Topic]);
        await using var alice = await StartAsync(service);
        await alice.SubscribeAsync([Topic]);
        await service.HasPeersAsync(1);
        var (own, relayed) = (new ConcurrentQueue<string>(), new ConcurrentQueue<string>());
        service.MessageReceived += (_, told) => own.Enqueue(TextOf(told));
        alice.MessageReceived += (_, told) => relayed.Enqueue(TextOf(told));
        await using var client = await Client.StartAsync(service);
        await client.SubscribeAsync(Topic);

        var answer = await client.PushAsync(Shard, Message("pushed"));

        Assert.Equal((LightpushStatus.Success, 1U), (answer.Status, answer.RelayPeerCount));
        Assert.Null(answer.Description);
        await TestHost.Until(() => own.Contains("pushed") && relayed.Contains("pushed") && client.Texts.Contains("pushed"));
        for (var found = 0; found == 0; await Task.Delay(5))
            found = (await archive.QueryAsync(new ArchiveQuery { ContentTopics = [Topic], IncludesData = true }))!.Messages.Count;
    }

    [Fact]
    public async Task A_repeated_push_is_answered_as_the_first_was_and_received_once()
    {
        await using var service = await StartAsync(Serving);
        await using var alice = await StartAsync(service);
        await alice.SubscribeAsync([Topic]);
        await service.SubscribeAsync([Topic]);
        await service.HasPeersAsync(1);
        var received = new ConcurrentQueue<string>();
        alice.MessageReceived += (_, told) => received.Enqueue(TextOf(told));
        await using var client = await Client.StartAsync(service);
        var message = Message("again");

        for (var i = 0; i < 3; i++)
        {
            var answer = await client.PushAsync(null, message);
            Assert.Equal((LightpushStatus.Success, 1U), (answer.Status, answer.RelayPeerCount));
        }
        await client.PushAsync(null, Message("last"));

        await TestHost.Until(() => received.Contains("last"));
        Assert.Equal(["again", "last"], received);
    }

    [Fact]
    public async Task A_push_that_reaches_nobody_is_no_success_and_succeeds_when_there_is_a_peer()
    {
        await using var service = await StartAsync(Serving);
        await service.SubscribeAsync([Topic]);
        await using var client = await Client.StartAsync(service);
        var message = Message("alone");

        var answer = await client.PushAsync(Shard, message);
        Assert.Equal((505, "No peers for topic, skipping publish"), ((int)answer.Status, answer.Description));
        var legacy = await client.PushLegacyAsync(Shard, message);
        Assert.Equal((false, "not_published_to_any_peer"), (legacy.IsSuccess, legacy.Info));

        await using var alice = await StartAsync(service);
        await alice.SubscribeAsync([Topic]);
        await service.HasPeersAsync(1);
        Assert.Equal(LightpushStatus.Success, (await client.PushAsync(Shard, message)).Status);
        legacy = await client.PushLegacyAsync(Shard, message);
        Assert.Equal((true, "OK"), (legacy.IsSuccess, legacy.Info));
    }

    [Theory]
    [InlineData("", "/a/1/b/proto", 10, 400, "topic must not be empty")]
    [InlineData("/waku/2/rs/7/0", "/a/1/b/proto", 10, 421, "This node relays shards of cluster 0, not /waku/2/rs/7/0")]
    [InlineData("/waku/2/rs/0/00", "/a/1/b/proto", 10, 421, "This node relays shards of cluster 0, not /waku/2/rs/0/00")]
    [InlineData(null, "none", 10, 420, "Invalid content-topic:")]
    [InlineData(Shard, "/a/1/b/proto", 153_601, 420, "Message size exceeded maximum of 153600 bytes")]
    [InlineData(Shard, "/a/1/b/proto", 500_000, 420, "Message size exceeded maximum of 153600 bytes")]
    public async Task A_push_that_cannot_be_published_says_why(string? topic, string contentTopic, int payload, int status, string description)
    {
        await using var service = await StartAsync(Serving);
        await using var client = await Client.StartAsync(service);

        var answer = await client.PushAsync(topic, new WakuMessage { ContentTopic = contentTopic, Payload = new byte[payload] });

        Assert.Equal(status, (int)answer.Status);
        Assert.StartsWith(description, answer.Description, StringComparison.Ordinal);
        Assert.Null(answer.RelayPeerCount);
    }

    [Fact]
    public async Task A_network_with_larger_messages_takes_them_from_light_clients_and_pushes_them()
    {
        await using var service = await StartAsync(Serving with { MaxMessageSize = 1024 * 1024 });
        await service.SubscribeAsync([Topic]);
        await using var alice = await StartAsync(Options with { MaxMessageSize = 1024 * 1024 }, service);
        await alice.SubscribeAsync([Topic]);
        await service.HasPeersAsync(1);
        await using var client = await Client.StartAsync(service);
        await client.SubscribeAsync(Topic);

        var answer = await client.PushAsync(Shard, Message(new string('x', 700_000)));

        Assert.Equal(LightpushStatus.Success, answer.Status);
        await TestHost.Until(() => client.Texts.Any(static text => text.Length == 700_000));
    }

    [Fact]
    public async Task A_subscriber_that_comes_back_is_pushed_on_without_subscribing_again()
    {
        await using var service = await StartAsync(Serving);
        await using var client = await Client.StartAsync(service);
        await client.SubscribeAsync(Topic);
        await service.SendAsync(Text("before"));
        await TestHost.Until(() => client.Texts.Contains("before"));

        await client.LeaveAsync();
        var failed = FilterMetrics.Pushes.Totals.FirstOrDefault(static total => total.Value is PushOutcome.Failed).Total;
        await service.SendAsync(Text("meanwhile"));
        await TestHost.Until(() => FilterMetrics.Pushes.Totals.FirstOrDefault(static total => total.Value is PushOutcome.Failed).Total > failed);
        await client.ComeBackAsync();
        Assert.Equal(FilterStatus.Success, (await client.AskAsync(FilterRequestType.Ping)).Status);
        await service.SendAsync(Text("after"));

        await TestHost.Until(() => client.Texts.Contains("after"));
        Assert.Equal(2, client.Streams);
    }

    [Theory]
    [InlineData(-356 * 24)]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task A_message_whose_time_is_far_off_is_relayed(int hours)
    {
        await using var service = await StartAsync(Serving);
        await service.SubscribeAsync([Topic]);
        await using var alice = await StartAsync(service);
        await alice.SubscribeAsync([Topic]);
        await service.HasPeersAsync(1);
        await using var client = await Client.StartAsync(service);

        var message = Message("far off") with { Timestamp = UnixNanoseconds.Now(TimeProvider.System) + (hours * 3_600_000_000_000L) };

        Assert.Equal(LightpushStatus.Success, (await client.PushAsync(Shard, message)).Status);
    }

    [Fact]
    public async Task What_the_applications_validator_refuses_is_not_published()
    {
        await using var service = await StartAsync(Serving with
        {
            Validation = new MessageValidationOptions { Validator = static (_, _) => ValueTask.FromResult(ValidationResult.Ignore) },
        });
        await using var client = await Client.StartAsync(service);

        Assert.Equal(LightpushStatus.InvalidMessage, (await client.PushAsync(Shard, Message("refused"))).Status);
    }

    [Fact]
    public async Task A_push_that_is_none_is_answered_without_its_id()
    {
        await using var service = await StartAsync(Serving);
        await using var client = await Client.StartAsync(service);

        // A filter request has no message.
        var answer = await client.PushAsync(Shard, ReadOnlyMemory<byte>.Empty);

        Assert.Equal(("N/A", 400, "decode_rpc_failure: MissingField"), (answer.RequestId, (int)answer.Status, answer.Description));
    }

    [Fact]
    public async Task A_client_over_its_rate_is_refused_by_each_service()
    {
        await using var service = await StartAsync(Serving with
        {
            FilterService = new FilterServiceOptions { PeerLimit = new(1, TimeSpan.FromHours(1)) },
            LightpushService = new LightpushServiceOptions { PeerLimit = new(1, TimeSpan.FromHours(1)) },
            PeerExchangeService = new PeerExchangeServiceOptions { PeerLimit = new(1, TimeSpan.FromHours(1)) },
        });
        await using var client = await Client.StartAsync(service);
        await client.AskAsync(FilterRequestType.Ping);
        await client.PushAsync(Shard, Message("one"));
        Assert.Equal(PeerExchangeStatus.Success, (await client.FindPeersAsync(5)).Status);

        var filter = await client.AskAsync(FilterRequestType.Ping);
        Assert.Equal(("N/A", 429, "filter request rejected due rate limit exceeded"), (filter.RequestId, (int)filter.Status, filter.Description));
        var push = await client.PushAsync(Shard, Message("two"));
        Assert.Equal(("N/A", 429, "Request rejected due to too many requests"), (push.RequestId, (int)push.Status, push.Description));
        var legacy = await client.PushLegacyAsync(Shard, Message("three"));
        Assert.Equal(("N/A", false, "TOO_MANY_REQUESTS"), (legacy.RequestId, legacy.IsSuccess, legacy.Info));
        Assert.Equal(PeerExchangeStatus.TooManyRequests, (await client.FindPeersAsync(5)).Status);
    }

    [Fact]
    public async Task A_filter_whose_actors_are_killed_keeps_its_subscriptions_and_pushes_on()
    {
        using var system = LogosSystem.Create("service", NullLoggerFactory.Instance);
        await using (var service = await MessagingNode.CreateAsync(Serving, NullLoggerFactory.Instance, system))
        {
            await service.StartAsync();
            await using var client = await Client.StartAsync(service);
            await client.SubscribeAsync(Topic);
            var sent = 1;
            await service.SendAsync(Text("1"));
            await TestHost.Until(() => client.Texts.Count == 1);

            var failed = await ActorFailure.FailAllAsync(system, static actor => actor.Path.Elements.Contains("filter"), ActorFailure.Kill, async () =>
            {
                sent++;
                await service.SendAsync(Text($"{sent}"));
            });

            Assert.True(failed.Count >= 2, string.Join(", ", failed));
            Assert.Equal(FilterStatus.Success, (await client.AskAsync(FilterRequestType.Ping)).Status);
            await service.SendAsync(Text("last"));
            await TestHost.Until(() => client.Texts.Contains("last"));
            Assert.Equal(client.Texts.Distinct().Count(), client.Texts.Count);
        }
        await system.Terminate();
    }

    static WakuMessage Message(string text) => new()
    {
        ContentTopic = Topic,
        Payload = System.Text.Encoding.UTF8.GetBytes(text),
        Timestamp = UnixNanoseconds.Now(TimeProvider.System),
    };

    /// <summary>A host that speaks the light protocols, connected to a service.</summary>
    sealed class Client : IAsyncDisposable
    {
        readonly TestHost _host;
        readonly MessagingNode _service;
        int _streams;

        Client(TestHost host, MessagingNode service) => (_host, _service) = (host, service);

        public ConcurrentQueue<string> Texts { get; } = new();

        /// <summary>How many streams the service has opened to push.</summary>
        public int Streams => Volatile.Read(ref _streams);

        public static async Task<Client> StartAsync(MessagingNode service, Func<Task>? before = null)
        {
            var client = new Client(await TestHost.StartAsync(), service);
            client._host.Host.Handle(FilterProtocol.PushId, async (stream, cancellation) =>
            {
                Interlocked.Increment(ref client._streams);
                if (before is not null)
                    await before().WaitAsync(cancellation);
                while (await Libp2p.Connections.LengthPrefixed.ReadAsync(stream, 1024 * 1024, cancellation) is { Message: { } bytes })
                {
                    Assert.True(FilterCodec.TryDecodePush(bytes, out var push, out _));
                    Assert.Equal(Shard, push.PubsubTopic);
                    Assert.True(WakuMessageCodec.TryDecode(push.Message.Span, out var message, out _));
                    client.Texts.Enqueue(System.Text.Encoding.UTF8.GetString(message.Payload.Span));
                }
            });
            Assert.True((await client._host.Host.DialAsync(service.Addresses[0])).IsConnected);
            return client;
        }

        public async Task SubscribeAsync(string topic) =>
            Assert.Equal(FilterStatus.Success, (await AskAsync(FilterRequestType.Subscribe, topic)).Status);

        public Task<FilterSubscribeResponse> AskAsync(FilterRequestType type, params string[] topics) => RequestAsync(
            FilterProtocol.Subscribe, new FilterSubscribeRequest { RequestId = "1", Type = type, PubsubTopic = Shard, ContentTopics = topics });

        public Task<LightpushResponse> PushAsync(string? topic, WakuMessage message) => PushAsync(topic, WakuMessageCodec.Encode(message));

        public Task<LightpushResponse> PushAsync(string? topic, ReadOnlyMemory<byte> message)
        {
            // The client's own bound on what it sends must not hide the service's.
            var protocol = LightpushProtocol.Protocol with
            {
                Request = new MessageCodec<LightpushRequest>(LightpushCodec.Encode, LightpushCodec.TryDecode) { MaxLength = 1024 * 1024 },
            };
            return RequestAsync(protocol, new LightpushRequest { RequestId = "1", PubsubTopic = topic, Message = message });
        }

        public Task<LegacyLightpushResponse> PushLegacyAsync(string topic, WakuMessage message) => RequestAsync(
            LightpushProtocol.Legacy, new LightpushRequest { RequestId = "1", PubsubTopic = topic, Message = WakuMessageCodec.Encode(message) });

        public Task<PeerExchangeResponse> FindPeersAsync(ulong count) => RequestAsync(PeerExchangeProtocol.Protocol, new PeerExchangeQuery { PeerCount = count });

        public async Task LeaveAsync()
        {
            await _host.Host.DisconnectAsync(_service.PeerId);
            await TestHost.Until(() => !_service.ConnectedPeers.Contains(_host.Id));
        }

        public async Task ComeBackAsync() => Assert.True((await _host.Host.DialAsync(_service.Addresses[0])).IsConnected);

        public ValueTask DisposeAsync() => _host.DisposeAsync();

        async Task<TResponse> RequestAsync<TRequest, TResponse>(RequestProtocol<TRequest, TResponse> protocol, TRequest request)
        {
            using var client = _host.Host.CreateClient(protocol);
            var answer = await client.RequestAsync(_service.PeerId, request);
            Assert.True(answer.IsAnswered, answer.Reason);
            return answer.Response;
        }
    }
}
