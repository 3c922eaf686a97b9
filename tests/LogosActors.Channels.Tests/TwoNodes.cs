using System.Security.Cryptography;
using LogosActors.Delivery;
using LogosActors.Libp2p.Addresses;
using Microsoft.Extensions.Logging;

namespace LogosActors.Channels.Tests;

/// <summary>Two nodes on the loopback interface that are connected, and channels on them.</summary>
internal sealed class TwoNodes : IAsyncDisposable
{
    public const string Topic = "/test/1/channel/proto";

    // No test is about these, and a busy machine must not fail others.
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    TwoNodes(MessagingNode alice, MessagingNode bob) => (Alice, Bob) = (alice, bob);

    public MessagingNode Alice { get; }

    public MessagingNode Bob { get; }

    /// <summary>Starts both.</summary>
    /// <param name="logs">Where bob logs.</param>
    public static async Task<TwoNodes> StartAsync(ILoggerFactory? logs = null)
    {
        var options = new NodeOptions { ListenAddresses = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")] };
        var alice = await MessagingNode.CreateAsync(options);
        await alice.StartAsync();
        var bob = await MessagingNode.CreateAsync(options with { EntryNodes = [alice.Addresses[0]] }, logs);
        await bob.StartAsync();
        return new TwoNodes(alice, bob);
    }

    /// <summary>Opens the same channel on both nodes, and waits until each knows of the other.</summary>
    public async Task<(ReliableChannel Alice, ReliableChannel Bob)> OpenAsync(
        Func<ReliableChannelOptions, ReliableChannelOptions>? with = null, string channel = "lobby")
    {
        with ??= static options => options;
        var options = new ReliableChannelOptions { ChannelId = channel, ContentTopic = Topic };
        var alice = await Alice.OpenChannelAsync(with(options with { SenderId = "alice" }));
        var bob = await Bob.OpenChannelAsync(with(options with { SenderId = "bob" }));
        await AreMetAsync();
        return (alice, bob);
    }

    /// <summary>Waits until each node knows that the other is subscribed.</summary>
    public async Task AreMetAsync()
    {
        foreach (var node in (MessagingNode[])[Alice, Bob])
        {
            using var late = new CancellationTokenSource(Patience);
            while ((await node.RelayStatusAsync(node.ShardOf(Topic))).Subscribers < 1)
                await Task.Delay(10, late.Token);
        }
    }

    public static byte[] RandomBytes(int length) => RandomNumberGenerator.GetBytes(length);

    /// <summary>Waits for an event that is like this.</summary>
    public static async Task<TEvent> NextAsync<TEvent>(IAsyncEnumerator<ChannelEvent> events, Predicate<TEvent>? condition = null)
        where TEvent : ChannelEvent
    {
        while (await events.MoveNextAsync().AsTask().WaitAsync(Patience))
        {
            if (events.Current is TEvent wanted && (condition is null || condition(wanted)))
                return wanted;
        }
        throw new InvalidOperationException("The channel was closed.");
    }

    public async ValueTask DisposeAsync()
    {
        await Bob.DisposeAsync();
        await Alice.DisposeAsync();
    }
}
