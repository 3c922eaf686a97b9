using LogosActors.Delivery.Discovery;
using LogosActors.Delivery.Discovery.Records;
using LogosActors.Delivery.Tests.Discovery.DnsLists;
using LogosActors.Libp2p.Addresses;

namespace LogosActors.Delivery.Tests.Discovery;

public sealed class CandidateFilterTests
{
    static readonly CandidateFilter Filter = new(1, self: null, allowPrivate: false);

    static NodeRecord Record(ushort cluster = 1, ushort shard = 3, byte capabilities = 1, string ip = "8.8.8.8", params string[] multiaddrs)
    {
        var values = new Dictionary<string, byte[]>
        {
            ["rs"] = new RecordShards(cluster, [shard]).Encode(),
            ["waku2"] = [capabilities],
            ["ip"] = System.Net.IPAddress.Parse(ip).GetAddressBytes(),
            ["tcp"] = [0x76, 0x5f],
        };
        if (multiaddrs.Length > 0)
            values["multiaddrs"] = RecordMultiaddrs.Encode(multiaddrs.Select(Multiaddr.Parse));
        return NodeRecord.TrySign(PublishedTree.KeyOf(1), 1, values, out var record) ? record : throw new InvalidOperationException();
    }

    static string[] Of(NodeRecord record, bool isNamed = false, params ushort[] shards) =>
        [.. Filter.AddressesOf(record, isNamed, shards.Length == 0 ? [3] : shards).Select(address => address.ToString())];

    [Fact]
    public void A_node_of_this_network_that_shares_a_shard_is_dialed() => Assert.Equal(["/ip4/8.8.8.8/tcp/30303"], Of(Record()));

    [Fact]
    public void A_node_of_another_network_of_no_use_or_of_other_shards_is_not()
    {
        Assert.Empty(Of(Record(cluster: 2)));
        Assert.Empty(Of(Record(capabilities: 0)));
        Assert.Empty(Of(Record(shard: 4)));
        Assert.NotEmpty(Of(Record(shard: 4), false, 4, 5));
    }

    [Fact]
    public void Without_shards_of_ones_own_those_of_others_do_not_matter() =>
        Assert.NotEmpty(Filter.AddressesOf(Record(shard: 4), isNamed: false, []));

    [Fact]
    public void A_named_node_need_not_say_what_it_serves_but_not_be_of_another_network()
    {
        Assert.NotEmpty(Of(Record(shard: 9, capabilities: 0), isNamed: true));
        Assert.Empty(Of(Record(cluster: 2), isNamed: true));
    }

    [Fact]
    public void Only_addresses_of_transports_that_are_here_are_dialed_and_private_ones_in_private_networks_only()
    {
        var record = Record(ip: "192.168.1.1", multiaddrs: ["/dns4/example.org/tcp/443/wss", "/ip4/8.8.8.8/udp/1/quic-v1", "/ip4/127.0.0.1/tcp/1/ws"]);

        Assert.Equal(["/dns4/example.org/tcp/443/wss"], Of(record));
        Assert.Equal(
            ["/ip4/192.168.1.1/tcp/30303", "/dns4/example.org/tcp/443/wss", "/ip4/127.0.0.1/tcp/1/ws"],
            new CandidateFilter(1, null, allowPrivate: true).AddressesOf(record, false, [3]).Select(address => address.ToString()));
    }

    [Fact]
    public void The_node_does_not_dial_itself() =>
        Assert.Empty(new CandidateFilter(1, Record().Id, allowPrivate: false).AddressesOf(Record(), false, [3]));

    [Fact]
    public void The_nodes_that_the_public_network_begins_with_are_dialed()
    {
        foreach (var text in NetworkPreset.TheWakuNetwork.DiscoveryNodes)
            Assert.Equal(3, Of(Records.NodeRecordTests.Read(text)).Length);
    }
}
