using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Dialing;
using LogosActors.Libp2p.Tests.Hosting;

namespace LogosActors.Libp2p.Tests.Dialing;

public sealed class AddressResolverTests
{
    const string Ann = "12D3KooWCryG7Mon9orvQxcS1rYZjotPgpwoJNHHKcLLfE4Hf5mV";
    const string Bob = "12D3KooWQYhTNQdmr3ArTeUHRYzFg94BKyTkoWBDWez9kSCVe2Xo";

    readonly Dictionary<string, string[]> _records = new(StringComparer.Ordinal);
    int _lookups;

    async Task<IEnumerable<string>> ResolveAsync(params string[] addresses)
    {
        var resolver = new AddressResolver((name, _) =>
        {
            _lookups++;
            return Task.FromResult<IReadOnlyList<string>>(_records.GetValueOrDefault(name, []));
        });
        return (await resolver.ResolveAsync([.. addresses.Select(Multiaddr.Parse)], AddressOrigin.Application, default)).Select(address => address.ToString());
    }

    [Fact]
    public async Task A_dnsaddr_is_replaced_by_those_of_its_records_that_end_as_it_does()
    {
        _records["_dnsaddr.example.org"] =
        [
            $"dnsaddr=/ip4/192.0.2.1/tcp/1/p2p/{Ann}", $"dnsaddr=/ip4/192.0.2.2/tcp/1/p2p/{Bob}", "dnsaddr=/ip4/192.0.2.3/tcp/1", $"dnsaddr=/ip6/::1/tcp/2/p2p/{Ann}",
            "dnsaddr=", "dnsaddr=/nonsense", "v=spf1", $"/ip4/192.0.2.4/tcp/1/p2p/{Ann}",
        ];

        Assert.Equal([$"/ip4/192.0.2.1/tcp/1/p2p/{Ann}", $"/ip6/::1/tcp/2/p2p/{Ann}"], await ResolveAsync($"/dnsaddr/example.org/p2p/{Ann}"));
        Assert.Equal(
            [$"/ip4/192.0.2.1/tcp/1/p2p/{Ann}", $"/ip4/192.0.2.2/tcp/1/p2p/{Bob}", "/ip4/192.0.2.3/tcp/1", $"/ip6/::1/tcp/2/p2p/{Ann}"],
            await ResolveAsync("/dnsaddr/example.org"));
        Assert.Equal(["/ip4/192.0.2.9/tcp/1"], await ResolveAsync($"/dnsaddr/unknown.org/p2p/{Ann}", "/ip4/192.0.2.9/tcp/1"));
    }

    [Fact]
    public async Task Dnsaddrs_lead_to_others_and_each_address_comes_once()
    {
        _records["_dnsaddr.a"] = [$"dnsaddr=/dnsaddr/b/p2p/{Ann}", $"dnsaddr=/dnsaddr/c/p2p/{Ann}", $"dnsaddr=/dnsaddr/b/p2p/{Bob}"];
        _records["_dnsaddr.b"] = _records["_dnsaddr.c"] = [$"dnsaddr=/ip4/192.0.2.1/tcp/1/p2p/{Ann}", $"dnsaddr=/ip4/192.0.2.1/tcp/1/p2p/{Bob}"];

        Assert.Equal([$"/ip4/192.0.2.1/tcp/1/p2p/{Ann}"], await ResolveAsync($"/dnsaddr/a/p2p/{Ann}"));
        Assert.Equal(3, _lookups);
    }

    [Fact]
    public async Task Neither_circles_nor_depth_nor_breadth_cost_more_than_the_bounds()
    {
        _records["_dnsaddr.circle"] = ["dnsaddr=/dnsaddr/circle"];
        Assert.Empty(await ResolveAsync("/dnsaddr/circle"));
        Assert.Equal(1, _lookups);

        for (var i = 0; i < 10; i++)
            _records[$"_dnsaddr.deep{i}"] = [$"dnsaddr=/dnsaddr/deep{i + 1}"];
        _lookups = 0;
        Assert.Empty(await ResolveAsync("/dnsaddr/deep0"));
        Assert.Equal(AddressResolver.MaxDepth, _lookups);

        _records["_dnsaddr.broad"] = [.. Enumerable.Range(0, 1000).Select(i => $"dnsaddr=/dnsaddr/broad{i}")];
        _lookups = 0;
        Assert.Empty(await ResolveAsync("/dnsaddr/broad"));
        Assert.Equal(AddressResolver.MaxLookups, _lookups);

        _records["_dnsaddr.many"] = [.. Enumerable.Range(0, 1000).Select(i => $"dnsaddr=/ip4/192.0.2.1/tcp/{i}")];
        Assert.Equal(DialRace.MaxAddresses, (await ResolveAsync("/dnsaddr/many")).Count());
    }

    [Fact]
    public async Task A_host_dials_a_peer_at_the_addresses_that_its_dns_server_knows()
    {
        await using var peer = await TestHost.StartAsync();
        using var server = DnsServer.Knowing("_dnsaddr.peers.example", "dnsaddr=/ip4/127.0.0.1/tcp/1", $"dnsaddr={peer.Address}");
        await using var host = await TestHost.StartAsync(new Libp2pHostOptions { DnsServers = [server.EndPoint] });

        var dialed = await host.Host.DialAsync(Multiaddr.Parse($"/dnsaddr/peers.example/p2p/{peer.Id}"));
        Assert.True(dialed.IsConnected, dialed.Reason);
        Assert.Equal(peer.Id, dialed.Peer);

        var unknown = await host.Host.DialAsync(Multiaddr.Parse($"/dnsaddr/others.example/p2p/{Ann}"));
        Assert.Equal(ConnectionFailure.NoAddress, unknown.Failure);
    }
}
