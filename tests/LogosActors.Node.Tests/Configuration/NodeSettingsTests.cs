using LogosActors.Configuration;
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
    [InlineData(10, new ushort[] { 5, 5, 9 }, new ushort[] { 5, 9 })]
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
    [InlineData("extip:fe80::1%1")]
    public void A_way_to_the_public_address_that_there_is_not_is_refused(string nat) =>
        Assert.Contains($"'{nat}' is not accepted", Assert.Single(new NodeSettings { Nat = nat }.Validate()), StringComparison.Ordinal);

    [Fact]
    public void Whatever_is_written_for_a_flag_is_used_or_refused_with_its_name()
    {
        string[] odd =
        [
            "", " ", "-1", "0", "1", "65535", "65536", "1e9", "99999999999999999999", "NaN", "true", "no", "null", "a,b", "node.example.org", "https://node.example.org",
            "my node", new('a', 300), new('a', 70_000), "\u0000", "\u001b[2J", "/", "/ip4/127.0.0.1/tcp/1", "/ip4/999.1.1.1/tcp/1", "/dns4/a b/tcp/1", "127.0.0.1", "::1", "fe80::1%1",
            "extip:192.0.2.1", "extip:fe80::1%1", "extip:", "1KiB", "16MiB", "9999GiB", "sqlite://", "postgres://", "enr:", "twn", "/chat/1/lobby/proto", "time:x", "capacity:-1",
        ];
        foreach (var flag in NodeFlag.All)
        {
            foreach (var value in odd)
            {
                try
                {
                    var settings = ConfigurationLoader.Bind(ConfigurationLoader.Read([], [(flag, [value])]));
                    using var key = settings.NodeKeyFile is null && settings.NodeKey is null ? null : Libp2p.Identity.PrivateKey.Generate(Libp2p.Identity.KeyType.Secp256k1);
                    NodeOptionsFactory.Create(settings, key);
                }
                catch (OptionsException refused)
                {
                    Assert.Contains(flag.Name, refused.Message, StringComparison.Ordinal);
                }
            }
        }
    }

    [Fact]
    public void A_rule_between_settings_is_reported_where_the_setting_was_set()
    {
        var (rest, nodes) = (NodeFlag.All.Single(flag => flag.Name == "--rest-port"), NodeFlag.All.Single(flag => flag.Name == "--staticnode"));

        var refused = Assert.Throws<OptionsException>(() => ConfigurationLoader.Bind(ConfigurationLoader.Read([], [(nodes, ["hello"]), (rest, ["0"])])));

        Assert.Contains("--staticnode", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("--rest-port", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tcp-port = 60001", "node.tcp-port")]
    [InlineData("cluster-id = 16", "node.cluster-id")]
    [InlineData("staticnode = [\"/ip4/192.0.2.1/tcp/1\"]", "node.static-nodes")]
    [InlineData("rest { port = 1 }", "node.rest")]
    public void A_setting_outside_of_its_section_is_refused_with_the_place_that_was_meant(string text, string meant)
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("logos-").FullName, "node.conf");
        File.WriteAllText(file, text);

        var refused = Assert.Throws<OptionsException>(() => ConfigurationLoader.Read([file], []));

        Assert.Contains($"Did you mean {meant}", refused.Message, StringComparison.Ordinal);
        Assert.Contains("node.conf", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_shard_that_the_network_does_not_have_is_refused() =>
        Assert.Contains("shards: 9", Assert.Single(new NodeSettings { NumShardsInNetwork = 8, Shards = [7, 9] }.Validate()), StringComparison.Ordinal);

    [Fact]
    public void No_flag_is_both_effective_and_passed_over()
    {
        var names = NodeFlag.All.Select(flag => flag.Name).Concat(CompatibilityFlags.Ignored).Concat(CompatibilityFlags.Refused.Keys).ToList();

        Assert.Equal(names.Distinct(StringComparer.Ordinal), names);
    }
}
