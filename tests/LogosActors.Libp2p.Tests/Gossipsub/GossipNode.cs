using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Tests.Hosting;

namespace LogosActors.Libp2p.Tests.Gossipsub;

/// <summary>A host with gossipsub and a subscription.</summary>
internal sealed class GossipNode : IAsyncDisposable
{
    public const string Topic = "news";

    GossipNode(TestHost host, GossipsubService gossipsub, TopicSubscription subscription) =>
        (Host, Gossipsub, Subscription) = (host, gossipsub, subscription);

    public TestHost Host { get; }

    public GossipsubService Gossipsub { get; }

    public TopicSubscription Subscription { get; }

    public static async Task<GossipNode> StartAsync(GossipsubOptions options) => await JoinAsync(await TestHost.StartAsync(), options);

    public static async Task<GossipNode> JoinAsync(TestHost host, GossipsubOptions options, params TestHost[] direct)
    {
        var gossipsub = host.Host.UseGossipsub(options, [.. direct.Select(peer => peer.Id)]);
        return new GossipNode(host, gossipsub, await gossipsub.SubscribeAsync(Topic));
    }

    public Task<PublishOutcome> PublishAsync(string text) => Gossipsub.PublishAsync(Topic, System.Text.Encoding.UTF8.GetBytes(text));

    public async Task<string> NextAsync() => System.Text.Encoding.UTF8.GetString((await NextMessageAsync()).Data.Span);

    public async Task<PubsubMessage> NextMessageAsync()
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await using var messages = Subscription.ReadAllAsync(late.Token).GetAsyncEnumerator(late.Token);
        Assert.True(await messages.MoveNextAsync());
        return messages.Current;
    }

    public Task HasMeshAsync(int peers) => UntilAsync(status => status.Mesh.Count == peers);

    public Task HasSubscribersAsync(int peers) => UntilAsync(status => status.Subscribers == peers);

    public Task HasPeersAsync(int peers) => UntilAsync(status => status.Peers == peers);

    /// <summary>Whether another node is its mesh, and nobody else.</summary>
    public async Task<bool> HasMeshOf(GossipNode other) => (await Gossipsub.StatusAsync(Topic)).Mesh is [var only] && only == other.Host.Id;

    async Task UntilAsync(Func<TopicStatus, bool> condition)
    {
        TopicStatus status;
        for (var started = Environment.TickCount64; !condition(status = await Gossipsub.StatusAsync(Topic)); await Task.Delay(10))
            Assert.True(Environment.TickCount64 - started < 30_000, $"{status} after 30 s.");
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
