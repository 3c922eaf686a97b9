using LogosActors.Libp2p.Addresses;

namespace LogosActors.Delivery.Tests;

/// <summary>Nodes on the loopback interface.</summary>
internal static class Node
{
    public const string Topic = "/test/1/lobby/proto";

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static NodeOptions Options { get; } = new() { ListenAddresses = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")] };

    /// <summary>Starts a node that connects to others.</summary>
    public static async Task<MessagingNode> StartAsync(params MessagingNode[] entryNodes) => await StartAsync(Options, entryNodes);

    /// <summary>Starts a node that connects to others.</summary>
    public static async Task<MessagingNode> StartAsync(NodeOptions options, params MessagingNode[] entryNodes)
    {
        var node = await MessagingNode.CreateAsync(options with { EntryNodes = [.. entryNodes.Select(entry => entry.Addresses[0])] });
        await node.StartAsync();
        return node;
    }

    public static MessageEnvelope Text(string text, string topic = Topic) => new(topic, System.Text.Encoding.UTF8.GetBytes(text));

    public static string TextOf(MessageReceived received) => System.Text.Encoding.UTF8.GetString(received.Message.Payload.Span);

    /// <summary>Waits until a node's relay has this many peers that are subscribed to the shard of <see cref="Topic"/>.</summary>
    public static Task HasPeersAsync(this MessagingNode node, int peers) => node.HasPeersAsync(Topic, peers);

    /// <summary>The same for the shard of some topic.</summary>
    public static async Task HasPeersAsync(this MessagingNode node, string topic, int peers)
    {
        var shard = node.ShardOf(topic);
        using var late = new CancellationTokenSource(Patience);
        while ((await node.RelayStatusAsync(shard)).Subscribers < peers)
            await Task.Delay(10, late.Token);
    }

    /// <summary>Waits until a node's relay has exactly this many peers.</summary>
    public static async Task HasRelayPeersAsync(this MessagingNode node, int peers)
    {
        var shard = node.ShardOf(Topic);
        using var late = new CancellationTokenSource(Patience);
        while ((await node.RelayStatusAsync(shard)).Peers != peers)
            await Task.Delay(10, late.Token);
    }

    /// <summary>The next event that is like this.</summary>
    public static async Task<TEvent> NextAsync<TEvent>(this IAsyncEnumerator<MessagingEvent> events, Predicate<TEvent>? condition = null)
        where TEvent : MessagingEvent
    {
        while (await events.MoveNextAsync().AsTask().WaitAsync(Patience))
        {
            if (events.Current is TEvent wanted && (condition is null || condition(wanted)))
                return wanted;
        }
        throw new InvalidOperationException("The node was disposed.");
    }
}
