using LogosActors.Delivery.Topics;
using LogosActors.Node.Configuration;

namespace LogosActors.Node.Tests.Configuration;

public sealed class NodeSettingsTests
{
    [Fact]
    public void A_public_address_is_told_for_every_port_with_its_shift()
    {
        var settings = new NodeSettings
        {
            Nat = "extip:192.0.2.7",
            Dns4DomainName = "node.example",
            ExtMultiaddrs = ["/ip4/198.51.100.1/tcp/1"],
            PortsShift = 1,
            Websocket = new WebSocketSettings { Enabled = true },
        };

        Assert.Equal(
            [
                "/ip4/192.0.2.7/tcp/60001", "/ip4/192.0.2.7/tcp/8001/ws", "/dns4/node.example/tcp/60001", "/dns4/node.example/tcp/8001/ws",
                "/ip4/198.51.100.1/tcp/1",
            ],
            NodeAddresses.Announced(settings).Select(address => address.ToString()));
        Assert.Equal(["/ip4/0.0.0.0/tcp/60001", "/ip4/0.0.0.0/tcp/8001/ws"], NodeAddresses.Listening(settings).Select(address => address.ToString()));
        Assert.Equal(
            ["/ip4/198.51.100.1/tcp/1"], NodeAddresses.Announced(settings with { ExtMultiaddrOnly = true }).Select(address => address.ToString()));
    }

    [Theory]
    [InlineData(1, null, new ushort[] { 0 })]
    [InlineData(3, null, new ushort[] { 0, 1, 2 })]
    [InlineData(0, null, new ushort[] { 0 })]
    [InlineData(8, new ushort[] { 5, 5, 9 }, new ushort[] { 5, 9 })]
    [InlineData(8, new ushort[0], new ushort[0])]
    public void A_node_joins_the_shards_that_it_is_told_or_all(int count, ushort[]? told, ushort[] joined)
    {
        var options = NodeOptionsFactory.Create(new NodeSettings { ClusterId = 7, NumShardsInNetwork = count, Shards = told }, key: null);

        Assert.Equal(joined.Select(shard => new PubsubTopic(7, shard)), options.Shards);
    }

    [Fact]
    public void A_node_that_does_not_relay_joins_no_shards() =>
        Assert.Empty(NodeOptionsFactory.Create(new NodeSettings { Relay = false }, key: null).Shards);

    [Theory]
    [InlineData("upnp")]
    [InlineData("extip:here")]
    public void A_way_to_the_public_address_that_there_is_not_is_refused(string nat) =>
        Assert.Contains($"'{nat}' is not accepted", Assert.Single(new NodeSettings { Nat = nat }.Validate()), StringComparison.Ordinal);

    [Fact]
    public void No_flag_is_both_effective_and_passed_over()
    {
        var names = NodeFlag.All.Select(flag => flag.Name).Concat(CompatibilityFlags.Ignored).Concat(CompatibilityFlags.Refused.Keys).ToList();

        Assert.Equal(names.Distinct(StringComparer.Ordinal), names);
    }
}
