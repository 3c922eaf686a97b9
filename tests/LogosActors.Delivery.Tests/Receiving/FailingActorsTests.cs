using System.Collections.Concurrent;
using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Delivery.Filter;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Lightpush;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.PeerExchange;
using LogosActors.Delivery.Tests.Hosting;
using LogosActors.Tests;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;
using static LogosActors.Delivery.Tests.Node;

namespace LogosActors.Delivery.Tests.Receiving;

/// <summary>A whole node whose actors fail, one after the other, while messages flow: the rows of docs/actor-hierarchy.md.</summary>
public sealed class FailingActorsTests(ITestOutputHelper output) : IDisposable
{
    /// <summary>A node that serves light clients, too.</summary>
    static readonly NodeOptions Serving = Options with
    {
        FilterService = new FilterServiceOptions(),
        LightpushService = new LightpushServiceOptions(),
        PeerExchangeService = new PeerExchangeServiceOptions(),
    };

    readonly string _directory = Directory.CreateTempSubdirectory("logos-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Whichever_actor_of_a_node_fails_or_is_killed_each_message_comes_and_once(bool hasDirectory, bool isKilled)
    {
        using var system = LogosSystem.Create("bob", NullLoggerFactory.Instance);
        await using var store = await StoreNode.StartAsync();
        await using var alice = await StartAsync(Options with { StoreNodes = [store.Address] });
        var received = new ConcurrentQueue<string>();
        await using (var bob = await MessagingNode.CreateAsync(
            Serving with { StoreNodes = [store.Address], DataDirectory = hasDirectory ? _directory : null }, NullLoggerFactory.Instance, system))
        {
            bob.MessageReceived += (_, told) => received.Enqueue(TextOf(told));
            await bob.StartAsync();
            await bob.SubscribeAsync([Topic]);
            await alice.SubscribeAsync([Topic]);
            await store.HasMeshAsync(2);

            var sent = 0;
            var failed = await FailAllAsync(system, isKilled, SendAsync);

            await TestHost.Until(() => received.Distinct().Count() == sent);
            Assert.True(failed > 18, $"Only {failed} actors have failed.");
            await bob.StopAsync();
            Assert.Equal(sent, received.Count);

            async Task SendAsync() => Assert.True((await alice.SendAsync(Text($"{sent++}"))).IsSuccess);
        }
        await system.Terminate();
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Whichever_actor_of_a_node_fails_or_is_killed_each_request_ends_once_and_what_a_store_has_confirmed_comes(bool hasDirectory, bool isKilled)
    {
        using var system = LogosSystem.Create("alice", NullLoggerFactory.Instance);
        await using var store = await StoreNode.StartAsync();
        await using var bob = await StartAsync(Options with { StoreNodes = [store.Address] });
        var (received, ended, stored) = (new ConcurrentQueue<MessageHash>(), new ConcurrentQueue<RequestId>(), new ConcurrentQueue<MessageHash>());
        bob.MessageReceived += (_, told) => received.Enqueue(told.Hash);
        await bob.SubscribeAsync([Topic]);
        await using (var alice = await MessagingNode.CreateAsync(
            Serving with { StoreNodes = [store.Address], DataDirectory = hasDirectory ? _directory : null }, NullLoggerFactory.Instance, system))
        {
            alice.MessageSent += (_, told) =>
            {
                ended.Enqueue(told.Request);
                if (told.IsStored)
                    stored.Enqueue(told.Hash);
            };
            alice.MessageError += (_, told) => ended.Enqueue(told.Request);
            await alice.StartAsync();
            await alice.SubscribeAsync([Topic]);
            await store.HasMeshAsync(2);

            var requests = new List<RequestId>();
            var failed = await FailAllAsync(system, isKilled, async () => requests.Add((await alice.SendAsync(Text($"{requests.Count}"))).Value));

            await alice.FlushAsync();
            Assert.True(failed > 18, $"Only {failed} actors have failed.");
            await alice.StopAsync();
            await TestHost.Until(() => stored.All(received.Contains));
            output.WriteLine($"{requests.Count} requests, {stored.Count} are stored, {received.Count} came");
            Assert.Equal(requests.Select(request => request.Value).Order(StringComparer.Ordinal), ended.Select(request => request.Value).Order(StringComparer.Ordinal));
            Assert.Equal(received.Distinct().Count(), received.Count);
        }
        await system.Terminate();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whichever_actor_of_an_edge_node_fails_or_is_killed_each_message_comes_and_once_and_each_request_ends_once(bool isKilled)
    {
        using var system = LogosSystem.Create("edge", NullLoggerFactory.Instance);
        await using var store = await StoreNode.StartAsync();
        await using var alice = await StartAsync(Options with { StoreNodes = [store.Address] });
        var (received, ended) = (new ConcurrentQueue<string>(), new ConcurrentQueue<RequestId>());
        await using (var edge = await MessagingNode.CreateAsync(
            Options with { Mode = NodeMode.Edge, EntryNodes = alice.Addresses, StoreNodes = [store.Address], DataDirectory = _directory }, NullLoggerFactory.Instance, system))
        {
            edge.MessageReceived += (_, told) => received.Enqueue(TextOf(told));
            edge.MessageSent += (_, told) => ended.Enqueue(told.Request);
            edge.MessageError += (_, told) => ended.Enqueue(told.Request);
            await edge.StartAsync();
            await alice.SubscribeAsync([Topic]);
            await store.HasMeshAsync(1);
            await edge.SubscribeAsync([Topic]);

            var (sent, requests) = (0, new List<RequestId>());
            await FailAllAsync(system, isKilled, async () =>
            {
                Assert.True((await alice.SendAsync(Text($"{sent++}"))).IsSuccess);
                requests.Add((await edge.SendAsync(Text($"of the edge {requests.Count}"))).Value);
            });

            await TestHost.Until(() => received.Distinct().Count() == sent);
            await edge.FlushAsync();
            await edge.StopAsync();
            Assert.Equal(sent, received.Count);
            Assert.Equal(requests.Select(request => request.Value).Order(StringComparer.Ordinal), ended.Select(request => request.Value).Order(StringComparer.Ordinal));
        }
        await system.Terminate();
    }

    /// <remarks>Not those that only supervise directly below /user, nor does anybody kill what is directly there.</remarks>
    async Task<int> FailAllAsync(ActorSystem system, bool isKilled, Func<Task> act)
    {
        var failed = isKilled
            ? await ActorFailure.FailAllAsync(system, static actor => !ActorFailure.IsRoot(actor), ActorFailure.Kill, act)
            : await ActorFailure.FailAllAsync(
                system, static actor => ((ActorRefWithCell)actor).Underlying.Props.Type != typeof(NodeSupervisorActor), ActorFailure.Fail, act);
        output.WriteLine(string.Join('\n', failed));
        return failed.Count;
    }
}
