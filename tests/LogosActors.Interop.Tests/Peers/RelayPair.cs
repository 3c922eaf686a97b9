using LogosActors.Delivery;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Addresses;

namespace LogosActors.Interop.Tests.Peers;

/// <summary>A node of ours that is connected to a relay node of js-waku, for the tests of a class.</summary>
public sealed class RelayPair : IAsyncLifetime
{
    internal const string Topic = "/toychat/2/huilong/proto"; // on shard 3 of 8

    const int Shard = 3;

    static readonly Autosharding Network = new(1, 8);

    internal MessagingNode Ours { get; private set; } = null!;

    internal JsWakuPeer Theirs { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Theirs = await JsWakuPeer.StartRelayAsync(Network, "tcp", "yamux", Shard);
        Ours = await MessagingNode.CreateAsync(new NodeOptions
        {
            Network = Network,
            EntryNodes = [Theirs.Addresses[0]],
            ListenAddresses = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")],
        });
        await Ours.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await Ours.DisposeAsync();
        await Theirs.DisposeAsync();
    }

    /// <summary>Waits until each knows that the other is subscribed.</summary>
    internal async Task KnowEachOtherAsync()
    {
        await OurHost.UntilAsync(async () => (await Ours.RelayStatusAsync(Ours.ShardOf(Topic))).Subscribers == 1);
        await OurHost.UntilAsync(async () => OurHost.Texts(await Theirs.CallAsync("subscribers", new { Shard }), "subscribers").Any());
    }
}
