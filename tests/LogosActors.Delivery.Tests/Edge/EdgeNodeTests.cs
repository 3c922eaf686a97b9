using System.Collections.Concurrent;
using LogosActors.Delivery.Lightpush;
using LogosActors.Delivery.Tests.Receiving;
using LogosActors.TestKit.Network;
using static LogosActors.Delivery.Tests.Node;

namespace LogosActors.Delivery.Tests.Edge;

/// <summary>Nodes in edge mode, whose messages core nodes send, push and store.</summary>
public sealed class EdgeNodeTests
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task An_edge_node_sends_and_receives_through_a_core_node()
    {
        await using var core = await StartAsync();
        await using var relay = await StartAsync(core);
        await using var edge = await StartEdgeAsync(core);
        await using var atEdge = edge.Events().GetAsyncEnumerator();
        await using var atRelay = relay.Events().GetAsyncEnumerator();
        Assert.Empty(await core.SubscribeAsync([Topic]));
        Assert.Empty(await relay.SubscribeAsync([Topic]));
        await core.HasPeersAsync(1);
        await relay.HasPeersAsync(1);
        Assert.Empty(await edge.SubscribeAsync([Topic]));

        await relay.SendAsync(Text("to the edge"));
        Assert.Equal("to the edge", TextOf(await atEdge.NextAsync<MessageReceived>()));

        var sent = await edge.SendAndConfirmAsync(Text("from the edge"));
        Assert.True(sent.IsSuccess);
        Assert.Equal("from the edge", TextOf(await atRelay.NextAsync<MessageReceived>(received => TextOf(received) != "to the edge")));
    }

    [Fact]
    public async Task Its_own_messages_do_not_come_back_to_it()
    {
        await using var core = await StartAsync();
        await using var relay = await StartAsync(core);
        await using var edge = await StartEdgeAsync(core);
        await using var events = edge.Events().GetAsyncEnumerator();
        await relay.SubscribeAsync([Topic]);
        await core.SubscribeAsync([Topic]);
        await core.HasPeersAsync(1);
        await edge.SubscribeAsync([Topic]);

        Assert.True((await edge.SendAndConfirmAsync(Text("mine"))).IsSuccess);
        await relay.SendAsync(Text("theirs"));

        Assert.Equal("theirs", TextOf(await events.NextAsync<MessageReceived>()));
    }

    [Fact]
    public async Task A_store_that_was_not_given_the_message_confirms_it()
    {
        await using var store = await StartAsync(Options with { Archive = new InMemoryArchive(), LightpushService = null });
        await using var core = await StartAsync(store);
        await using var edge = await StartEdgeAsync(store, core);
        await store.SubscribeAsync([Topic]);
        await core.SubscribeAsync([Topic]);
        await core.HasPeersAsync(1);

        var sent = await edge.SendAndConfirmAsync(Text("hello"));

        Assert.True(sent.IsSuccess && sent.Value.IsStored);
    }

    [Fact]
    public async Task What_it_has_missed_while_it_was_paused_comes_once_when_it_goes_on_and_what_it_was_to_send_goes_out()
    {
        await using var core = await StartAsync(Options with { Archive = new InMemoryArchive() });
        await using var relay = await StartAsync(core);
        await using var edge = await StartEdgeAsync(core);
        await using var atEdge = edge.Events().GetAsyncEnumerator();
        await using var atRelay = relay.Events().GetAsyncEnumerator();
        await core.SubscribeAsync([Topic]);
        await relay.SubscribeAsync([Topic]);
        await core.HasPeersAsync(1);
        await relay.HasPeersAsync(1);
        await edge.SubscribeAsync([Topic]);

        await edge.PauseAsync();
        Assert.Empty(edge.ConnectedPeers);
        await relay.SendAndConfirmAsync(Text("missed"));
        Assert.True((await edge.SendAsync(Text("written offline"))).IsSuccess);
        Assert.Equal(1, edge.UnfinishedRequests);
        await edge.ResumeAsync();

        Assert.Equal("missed", TextOf(await atEdge.NextAsync<MessageReceived>()));
        Assert.Equal("written offline", TextOf(await atRelay.NextAsync<MessageReceived>()));
        await relay.SendAsync(Text("live"));
        Assert.Equal("live", TextOf(await atEdge.NextAsync<MessageReceived>()));
    }

    [Fact]
    public async Task A_burst_of_messages_goes_out_through_one_service_node_and_each_comes_once()
    {
        await using var core = await StartAsync(Options with { LightpushService = new LightpushServiceOptions { PeerLimit = null } });
        await using var relay = await StartAsync(core);
        await using var edge = await StartEdgeAsync(core);
        var received = new ConcurrentQueue<string>();
        relay.MessageReceived += (_, message) => received.Enqueue(TextOf(message));
        await core.SubscribeAsync([Topic]);
        await relay.SubscribeAsync([Topic]);
        await core.HasPeersAsync(1);
        await relay.HasPeersAsync(1);

        var sent = await Task.WhenAll(Enumerable.Range(0, 300).Select(number => edge.SendAndConfirmAsync(Text($"{number}"))));

        Assert.All(sent, static one => Assert.True(one.IsSuccess, one.Error?.Message));
        using var late = new CancellationTokenSource(Patience);
        while (received.Count < 300)
            await Task.Delay(10, late.Token);
        Assert.Equal(300, received.Distinct().Count());
        Assert.Equal(300, received.Count);
    }

    [Fact]
    public async Task Only_an_edge_node_is_paused()
    {
        await using var core = await StartAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => core.PauseAsync());
    }

    [Fact]
    public async Task It_is_connected_with_two_service_nodes_and_a_store_and_disconnected_without_any()
    {
        var one = await StartAsync(Options with { Archive = new InMemoryArchive() });
        await using var two = await StartAsync(one);
        await using var edge = await StartEdgeAsync(one, two);
        await edge.SubscribeAsync([Topic]);
        await StatusAsync(edge, ConnectionStatus.Connected);

        await one.DisposeAsync();
        await StatusAsync(edge, ConnectionStatus.PartiallyConnected);
        await two.StopAsync();
        await StatusAsync(edge, ConnectionStatus.Disconnected);
    }

    [Fact]
    public async Task It_goes_on_with_a_service_node_that_was_started_again()
    {
        var options = Options with { ListenAddresses = [(await FreeAddressAsync())] };
        var core = await MessagingNode.CreateAsync(options);
        await core.StartAsync();
        await using var relay = await StartAsync(core);
        await using var edge = await StartEdgeAsync(core);
        await using var events = edge.Events().GetAsyncEnumerator();
        await relay.SubscribeAsync([Topic]);
        await core.SubscribeAsync([Topic]);
        await edge.SubscribeAsync([Topic]);

        await core.StopAsync();
        await core.StartAsync();
        await core.SubscribeAsync([Topic]);
        await relay.HasPeersAsync(1);
        await core.HasPeersAsync(1);
        await StatusAsync(edge, ConnectionStatus.PartiallyConnected);
        await relay.SendAsync(Text("after the restart"));

        Assert.Equal("after the restart", TextOf(await events.NextAsync<MessageReceived>()));
        await core.DisposeAsync();
    }

    static async Task<MessagingNode> StartEdgeAsync(params MessagingNode[] services)
    {
        var edge = await StartAsync(Options with { Mode = NodeMode.Edge }, services);
        Assert.Empty(edge.Addresses);
        return edge;
    }

    static async Task StatusAsync(MessagingNode node, ConnectionStatus status)
    {
        using var late = new CancellationTokenSource(Patience);
        while (node.GetHealth().Status != status)
            await Task.Delay(10, late.Token);
    }

    static Task<Libp2p.Addresses.Multiaddr> FreeAddressAsync()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return Task.FromResult(Libp2p.Addresses.Multiaddr.Parse($"/ip4/127.0.0.1/tcp/{((System.Net.IPEndPoint)listener.LocalEndpoint).Port}"));
    }
}
