using LogosActors.Delivery;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Addresses;
using LogosActors.TestKit.Network;
using static LogosActors.Channels.Tests.TwoNodes;

namespace LogosActors.Channels.Tests;

/// <summary>Reliable channels between two nodes in edge mode, whose messages two core nodes carry.</summary>
public sealed class EdgeChannelTests : IAsyncLifetime
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    static readonly NodeOptions Options = new()
    {
        ListenAddresses = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")],
        Shards = [new PubsubTopic(0, 0)],
    };

    readonly List<MessagingNode> _nodes = [];
    MessagingNode _first = null!, _second = null!, _alice = null!, _bob = null!;

    public async Task InitializeAsync()
    {
        _first = await StartAsync(Options with { Archive = new InMemoryArchive() });
        _second = await StartAsync(Options with { Archive = new InMemoryArchive(), EntryNodes = _first.Addresses });
        using (var late = new CancellationTokenSource(Patience))
        {
            while ((await _first.RelayStatusAsync(Options.Shards[0])).Mesh.Count < 1 || (await _second.RelayStatusAsync(Options.Shards[0])).Mesh.Count < 1)
                await Task.Delay(10, late.Token);
        }
        var edge = Options with { Mode = NodeMode.Edge, Shards = [], EntryNodes = [_first.Addresses[0], _second.Addresses[0]] };
        (_alice, _bob) = (await StartAsync(edge), await StartAsync(edge));
    }

    public async Task DisposeAsync()
    {
        foreach (var node in Enumerable.Reverse(_nodes))
            await node.DisposeAsync();
    }

    [Fact]
    public async Task Each_message_comes_once_in_order_and_is_confirmed()
    {
        var (alice, bob) = await OpenAsync();
        await using var received = bob.Messages().GetAsyncEnumerator();
        byte[][] payloads = [.. Enumerable.Range(0, 20).Select(static number => new byte[] { (byte)number }), RandomBytes(1024 * 1024)];

        var sent = await Task.WhenAll(payloads.Select(payload => alice.SendAndConfirmAsync(payload))).WaitAsync(Patience);

        Assert.All(sent, static one => Assert.True(one.IsSuccess, one.Error?.Message));
        foreach (var payload in payloads)
            Assert.Equal(payload, (await NextMessageAsync(received)).Payload.ToArray());
    }

    [Fact]
    public async Task A_service_node_that_is_lost_loses_nothing()
    {
        var (alice, bob) = await OpenAsync();
        await using var received = bob.Messages().GetAsyncEnumerator();
        Assert.True((await alice.SendAndConfirmAsync("before"u8.ToArray()).WaitAsync(Patience)).IsSuccess);
        await NextMessageAsync(received);

        await _first.StopAsync();
        // Messages need somebody to be relayed to.
        var third = await StartAsync(Options with { EntryNodes = _second.Addresses });
        var sent = await Task.WhenAll(Enumerable.Range(0, 5).Select(number => alice.SendAndConfirmAsync(new byte[] { (byte)number }))).WaitAsync(Patience);

        Assert.All(sent, static one => Assert.True(one.IsSuccess, one.Error?.Message));
        for (var number = 0; number < 5; number++)
            Assert.Equal([(byte)number], (await NextMessageAsync(received)).Payload.ToArray());
        Assert.True(third.IsStarted);
    }

    [Fact]
    public async Task What_is_sent_while_the_other_is_paused_comes_when_it_goes_on_and_is_confirmed_then()
    {
        var (alice, bob) = await OpenAsync();
        await using var received = bob.Messages().GetAsyncEnumerator();
        Assert.True((await alice.SendAndConfirmAsync("before"u8.ToArray()).WaitAsync(Patience)).IsSuccess);
        await NextMessageAsync(received);

        await _bob.PauseAsync();
        var sending = alice.SendAndConfirmAsync("while it slept"u8.ToArray());
        await _bob.ResumeAsync();

        Assert.Equal("while it slept", (await NextMessageAsync(received)).ReadText());
        Assert.True((await sending.WaitAsync(Patience)).IsSuccess);
    }

    async Task<(ReliableChannel Alice, ReliableChannel Bob)> OpenAsync()
    {
        var options = new ReliableChannelOptions { ChannelId = "lobby", ContentTopic = Topic };
        return (await _alice.OpenChannelAsync(options with { SenderId = "alice" }), await _bob.OpenChannelAsync(options with { SenderId = "bob" }));
    }

    async Task<MessagingNode> StartAsync(NodeOptions options)
    {
        var node = await MessagingNode.CreateAsync(options);
        _nodes.Add(node);
        await node.StartAsync();
        return node;
    }

    static async Task<ReliableMessageReceived> NextMessageAsync(IAsyncEnumerator<ReliableMessageReceived> messages)
    {
        Assert.True(await messages.MoveNextAsync().AsTask().WaitAsync(Patience));
        return messages.Current;
    }
}
