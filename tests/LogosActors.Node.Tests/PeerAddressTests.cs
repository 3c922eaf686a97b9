using LogosActors.Libp2p;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Node.Tests;

/// <summary>Which addresses of peers the program counts, believes and tells.</summary>
public sealed class PeerAddressTests
{
    [Theory]
    [InlineData("2", 2)]
    [InlineData("0", 25)]
    public async Task As_many_peers_come_from_one_address_as_the_limit_says(string limit, int expected)
    {
        await using var node = await RunningNode.StartAsync(
            "--websocket-support", "--websocket-port=0", "--trusted-proxy=127.0.0.1", $"--ip-colocation-limit={limit}");
        await using var proxy = new ForwardingProxy(WebSocketPort(node), "203.0.113.7");
        await using var other = new ForwardingProxy(WebSocketPort(node), "203.0.113.8");
        var peers = new List<Peer>();
        for (var i = 0; i < 25; i++)
        {
            // The rate of one address is bounded, too: who is early comes again.
            var peer = await Peer.StartAsync();
            peers.Add(peer);
            while ((await peer.Host.DialAsync(Multiaddr.Parse($"/ip4/127.0.0.1/tcp/{proxy.Port}/ws"))).Failure is not null)
                await Task.Delay(20);
        }
        await using var late = await Peer.StartAsync();
        Assert.True((await late.Host.DialAsync(Multiaddr.Parse($"/ip4/127.0.0.1/tcp/{other.Port}/ws"))).IsConnected);

        var connected = await node.AwaitJsonAsync("admin/v1/peers/connected", found => found.GetArrayLength() >= expected + 1);

        Assert.Equal(expected + 1, connected.GetArrayLength());
        foreach (var peer in peers)
            await peer.DisposeAsync();
    }

    [Fact]
    public async Task Streams_of_REST_clients_are_counted_by_the_address_that_a_trusted_proxy_names_and_by_no_other()
    {
        const string Path = "messaging/v1/messages/stream?contentTopic=/test/1/a/proto";
        await using var node = await RunningNode.StartAsync("--trusted-proxy=127.0.0.0/8");
        var open = new List<HttpResponseMessage>();
        for (var i = 0; i < Node.Rest.Messaging.StreamClients.MaxClientsOfAddress; i++)
            open.Add(await GetAsync(node, "203.0.113.7"));
        Assert.All(open, response => Assert.Equal(200, (int)response.StatusCode));

        using (var same = await GetAsync(node, "198.51.100.1, 203.0.113.7"))
            Assert.Equal(503, (int)same.StatusCode);
        using (var other = await GetAsync(node, "203.0.113.8"))
            Assert.Equal(200, (int)other.StatusCode);
        open.ForEach(response => response.Dispose());

        Task<HttpResponseMessage> GetAsync(RunningNode from, string forwarded)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, Path) { Headers = { { "X-Forwarded-For", forwarded } } };
            return from.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        }
    }

    [Theory]
    [InlineData("logos.dev", false)]
    [InlineData("local", true)]
    public async Task A_node_of_a_public_network_neither_tells_nor_believes_private_addresses(string preset, bool expected)
    {
        await using var entry = await Peer.StartAsync();
        await using var node = await RunningNode.StartAsync($"--preset={preset}", $"--entry-node={entry.Host.ListenAddresses[0]}");
        await node.AwaitJsonAsync("admin/v1/peers/connected", connected => connected.GetArrayLength() == 1);
        await using var stranger = await Peer.StartAsync(Multiaddr.Parse("/ip4/10.1.2.3/tcp/1"));
        Assert.True((await stranger.Host.DialAsync(Multiaddr.Parse(node.Address))).IsConnected);

        PeerIdentity? identity;
        while ((identity = stranger.Host.IdentityOf(Multiaddr.Parse(node.Address).PeerId!)) is null)
            await Task.Delay(20);

        Assert.Equal(expected, identity.ListenAddresses.Count > 0);
    }

    [Fact]
    public async Task A_private_address_that_is_configured_in_a_public_network_is_warned_about()
    {
        await using var node = await RunningNode.StartAsync("--preset=logos.dev", "--nat=extip:10.1.2.3", "--entry-node=/ip4/127.0.0.1/tcp/1");
        await node.Log.WaitForAsync("Not announced, as the network logos.dev is public and they are not: /ip4/10.1.2.3/tcp/");
    }

    static int WebSocketPort(RunningNode node)
    {
        var line = node.Log.Text.Split('\n').First(line => line.Contains("/ws", StringComparison.Ordinal) && line.Contains("Listening at", StringComparison.Ordinal));
        return Multiaddr.Parse(line[line.IndexOf('/', StringComparison.Ordinal)..]).Port!.Value;
    }

    sealed class Peer : IAsyncDisposable
    {
        readonly PrivateKey _key = PrivateKey.Generate(KeyType.Ed25519);

        public Libp2pHost Host { get; private set; } = null!;

        public static async Task<Peer> StartAsync(params Multiaddr[] announced)
        {
            var peer = new Peer();
            peer.Host = await Libp2pHost.CreateAsync(
                peer._key, new Libp2pHostOptions { ListenAddresses = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")], AnnounceAddresses = announced });
            return peer;
        }

        public async ValueTask DisposeAsync()
        {
            await Host.DisposeAsync();
            _key.Dispose();
        }
    }
}
