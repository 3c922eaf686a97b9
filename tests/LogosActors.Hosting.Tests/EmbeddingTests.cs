using Akka.Actor;
using Akka.Hosting;
using LogosActors.Actors;
using LogosActors.Delivery;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.Tests;
using LogosActors.Delivery.Tests.Hosting;
using LogosActors.Libp2p.Addresses;
using LogosActors.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using static LogosActors.Delivery.Tests.Node;

namespace LogosActors.Hosting.Tests;

/// <summary>Nodes in an application's own actor system.</summary>
public sealed class EmbeddingTests : IDisposable
{
    readonly string _directory = Directory.CreateTempSubdirectory("logos-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_node_is_mounted_in_an_applications_system_and_ends_with_it()
    {
        await using var other = await StartAsync();
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services.AddAkka("app", akka => akka.WithLogosNode(options => options with
        {
            ListenAddresses = Options.ListenAddresses,
            EntryNodes = [other.Addresses[0]],
            DataDirectory = _directory,
        }));
        using var host = builder.Build();
        await host.StartAsync();
        var system = host.Services.GetRequiredService<ActorSystem>();
        var node = system.LogosNode();
        await using var received = other.Messages().GetAsyncEnumerator();
        await other.SubscribeAsync([Topic]);
        await node.SubscribeAsync([Topic]);
        await node.HasPeersAsync(1);

        Assert.True((await node.SendAsync(Text("from within"))).IsSuccess);

        Assert.True(await received.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Equal("from within", TextOf(received.Current));
        Assert.Equal("akka.persistence.journal.inmem", system.Settings.Config.GetString("akka.persistence.journal.plugin"));
        await host.StopAsync();
        Assert.False(node.IsStarted);
        Assert.Equal(SendErrorKind.NotStarted, (await node.SendAsync(Text("too late"))).Error?.Kind);
        // Nothing is held of the directory any longer.
        await using var next = await MessagingNode.CreateAsync(Options with { DataDirectory = _directory });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AddLogosNode_uses_the_applications_system_if_there_is_one(bool isThere)
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services.AddLogosNode(options => options with { ListenAddresses = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")] });
        if (isThere)
            builder.Services.AddAkka("app", _ => { });
        using var host = builder.Build();
        await host.StartAsync();

        var node = host.Services.GetRequiredService<MessagingNode>();

        Assert.True(node.IsStarted);
        Assert.Equal(isThere ? "app" : "logos", node.System.Name);
        Assert.Equal(isThere, ReferenceEquals(node.System, host.Services.GetService<ActorSystem>()));
        await host.StopAsync();
        Assert.False(node.IsStarted);
    }

    [Fact]
    public async Task Two_nodes_live_in_one_system()
    {
        using var system = LogosSystem.Create("app", NullLoggerFactory.Instance);
        await using (var alice = await MessagingNode.CreateAsync(Options with { DataDirectory = Path.Combine(_directory, "alice") }, system: system))
        {
            await alice.StartAsync();
            await using var bob = await MessagingNode.CreateAsync(
                Options with { DataDirectory = Path.Combine(_directory, "bob"), EntryNodes = [alice.Addresses[0]] }, system: system);
            await bob.StartAsync();
            await using var received = bob.Messages().GetAsyncEnumerator();
            await bob.SubscribeAsync([Topic]);
            await alice.SubscribeAsync([Topic]);
            await alice.HasPeersAsync(1);

            await alice.SendAsync(Text("to my neighbour"));

            Assert.True(await received.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60)));
            Assert.Equal("to my neighbour", TextOf(received.Current));
        }
        await system.Terminate();
    }

    [Fact]
    public async Task A_node_of_an_applications_system_starts_again_with_what_it_has_stored()
    {
        using var system = LogosSystem.Create("app", NullLoggerFactory.Instance);
        var options = Options with { DataDirectory = _directory };
        await using (var node = await MessagingNode.CreateAsync(options, system: system))
        {
            await node.StartAsync();
            Assert.Empty(await node.SubscribeAsync([Topic]));
        }

        await using (var again = await MessagingNode.CreateAsync(options, system: system))
        {
            await again.StartAsync();
            await TestHost.Until(() => again.GetHealth().ContentTopics.ContainsKey(Topic));
        }
        await system.Terminate();
    }

    [Fact]
    public async Task The_actor_that_shows_the_relay_is_there_while_somebody_watches()
    {
        using var system = LogosSystem.Create("app", NullLoggerFactory.Instance);
        await using (var node = await MessagingNode.CreateAsync(Options, system: system))
        {
            await node.StartAsync();
            await using var other = await StartAsync(node);
            await other.SubscribeAsync([Topic]);
            await node.JoinAsync(node.ShardOf(Topic), "test");
            await other.HasPeersAsync(1);
            Assert.False(HasTap(system));
            var seen = new System.Collections.Concurrent.ConcurrentQueue<RelayTopics.Seen>();
            var watching = node.WatchRelay(seen.Enqueue);
            await TestHost.Until(() => HasTap(system));

            await other.SendAsync(Text("theirs"));
            await TestHost.Until(() => seen.Any(one => !one.IsOwn));
            await node.SendAsync(Text("mine"));
            await TestHost.Until(() => seen.Any(one => one.IsOwn));

            watching.Dispose();
            await TestHost.Until(() => !HasTap(system));
            Assert.Equal([node.ShardOf(Topic)], await node.JoinedShardsAsync());
            node.Leave(node.ShardOf(Topic), "test");
        }
        await system.Terminate();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whoever_watches_the_relay_sees_every_message_though_the_actor_that_shows_them_fails_or_is_killed(bool isKilled)
    {
        using var system = LogosSystem.Create("app", NullLoggerFactory.Instance);
        await using (var node = await MessagingNode.CreateAsync(Options, system: system))
        {
            await node.StartAsync();
            await using var other = await StartAsync(node);
            await other.SubscribeAsync([Topic]);
            await node.JoinAsync(node.ShardOf(Topic), "test");
            await other.HasPeersAsync(1);
            var seen = new System.Collections.Concurrent.ConcurrentQueue<RelayTopics.Seen>();
            using var watching = node.WatchRelay(seen.Enqueue);
            await TestHost.Until(() => HasTap(system));

            for (var i = 0; i < 20; i++)
            {
                var tap = ActorFailure.TreeOf(system).Single(IsTap);
                if (isKilled)
                    ActorFailure.Kill(tap);
                else
                    ActorFailure.Fail(tap);
                Assert.True((await other.SendAsync(Text($"theirs {i}"))).IsSuccess);
                Assert.True((await node.SendAsync(Text($"mine {i}"))).IsSuccess);
            }

            await TestHost.Until(() => seen.Count(static one => one.IsOwn) == 20 && seen.Count(static one => !one.IsOwn) == 20);
        }
        await system.Terminate();
    }

    static bool HasTap(ActorSystem system) => ActorFailure.TreeOf(system).Any(IsTap);

    static bool IsTap(IActorRef actor) => actor.Path.Elements.SkipLast(1).LastOrDefault() == "relay";
}
