using LogosActors.Configuration;
using LogosActors.Delivery.Topics;
using Microsoft.Extensions.Configuration;

namespace LogosActors.Delivery.Tests.Configuration;

public sealed class LogosNodeSettingsTests
{
    [Fact]
    public void The_reference_file_says_every_setting_with_its_default()
    {
        var configuration = new ConfigurationBuilder().AddHoconFile(Repository.File("config/reference.conf")).Build();
        var settings = OptionsBinder.Bind<LogosNodeSettings>(configuration, "logos");
        var expected = OptionsReference.Describe<LogosNodeSettings>("logos");

        Assert.Equal(expected, OptionsReference.Describe("logos", settings));
        var written = configuration.AsEnumerable().Select(pair => pair.Key.Replace(':', '.')).ToHashSet();
        Assert.All(expected, setting => Assert.Contains(setting.Key, written));
    }

    [Fact]
    public void The_table_of_the_documentation_is_that_of_the_options()
    {
        var text = File.ReadAllText(Repository.File("docs/configuration.md"));
        var (begin, end) = ("<!-- node settings -->\n", "<!-- end of node settings -->");
        var table = text[(text.IndexOf(begin, StringComparison.Ordinal) + begin.Length)..text.IndexOf(end, StringComparison.Ordinal)];

        var settings = MessagingNode.AvailableConfigs.Select(setting =>
            $"| `{setting.Key}` | {setting.Accepts}{(setting.Range is { } range ? $", {range}" : "")} "
            + $"| {(setting.Default is { } value ? $"`{value}`" : "")} | {setting.Documentation} |\n");
        Assert.Equal($"| Setting | Accepts | Default | Meaning |\n|---|---|---|---|\n{string.Concat(settings)}", table);
    }

    [Fact]
    public void The_defaults_are_those_of_the_options()
    {
        var (options, settings) = (new NodeOptions(), new LogosNodeSettings().ToOptions());

        Assert.Equal(options.Network, settings.Network);
        Assert.Equal(options.ListenAddresses, settings.ListenAddresses);
        Assert.Equal(
            (options.Mode, options.DataDirectory, options.MaxMessageSize, options.TargetRelayPeers, options.EventCapacity, options.Host.Limits.MaxConnections),
            (settings.Mode, settings.DataDirectory, settings.MaxMessageSize, settings.TargetRelayPeers, settings.EventCapacity, settings.Host.Limits.MaxConnections));
    }

    [Fact]
    public void What_is_configured_comes_to_the_node()
    {
        var options = Bind("""
            logos {
              cluster = 7, shards-in-network = 4, shards = [1, 3], max-message-size = 1 MiB, max-connections = 10, target-relay-peers = 0
              entry-nodes = ["/dns4/node.example.org/tcp/60000"], data-directory = /var/lib/node
            }
            """).ToOptions();

        Assert.Equal(new Autosharding(7, 4), options.Network);
        Assert.Equal([new PubsubTopic(7, 1), new PubsubTopic(7, 3)], options.Shards);
        Assert.Equal("/dns4/node.example.org/tcp/60000", Assert.Single(options.EntryNodes).ToString());
        Assert.Equal((1024 * 1024, 10, 0, "/var/lib/node"),
            (options.MaxMessageSize, options.Host.Limits.MaxConnections, options.TargetRelayPeers, options.DataDirectory));
    }

    [Fact]
    public void A_preset_says_what_is_not_said_otherwise()
    {
        var options = Bind("logos { preset = status.prod, max-message-size = 2 KiB, entry-nodes = [/ip4/192.0.2.1/tcp/1] }").ToOptions();

        Assert.Equal(NetworkPreset.StatusProd.Sharding, options.Network);
        Assert.Equal(2048, options.MaxMessageSize);
        Assert.Equal(4, options.EntryNodes.Count);
        Assert.Equal((1, false), (options.Discovery.DnsLists.Count, options.Discovery.Discv5));
    }

    [Fact]
    public void Records_and_lists_among_the_entry_nodes_are_for_discovery()
    {
        var record = NetworkPreset.TheWakuNetwork.DiscoveryNodes[0];
        var options = Bind($"logos {{ discv5 = true, discv5-port = 1, entry-nodes = [\"{record}\", \"{NetworkPreset.StatusProd.EntryNodes[0]}\"] }}").ToOptions();

        Assert.Empty(options.EntryNodes);
        Assert.Equal([record], options.Discovery.BootstrapNodes);
        Assert.Equal([NetworkPreset.StatusProd.EntryNodes[0]], options.Discovery.DnsLists);
        Assert.Equal((true, 1), (options.Discovery.Discv5, options.Discovery.UdpPort));
        Assert.True(Bind("logos { preset = twn }").ToOptions().Discovery.Discv5);
    }

    [Theory]
    [InlineData("entry-nodes = [\"enrtree://AMOJVZX4V6EXP7NTJPMAYJYST2QP6AJXYW76IU6VGJS7UVSNDYZG4\"]", "logos.entry-nodes: 'enrtree:", "EIP-1459")]
    [InlineData("entry-nodes = [\"enr:-abc\"]", "logos.entry-nodes: 'enr:-abc'", "EIP-778")]
    [InlineData("store-nodes = [\"enr:-abc\"]", "logos.store-nodes: 'enr:-abc'", "/ip4/192.0.2.1/tcp/60000")]
    [InlineData("listen-addresses = [\"127.0.0.1:60000\"]", "logos.listen-addresses: '127.0.0.1:60000'", "/ip4/192.0.2.1/tcp/60000")]
    [InlineData("preset = mainnet", "logos.preset: there is no network 'mainnet'", "logos.dev")]
    [InlineData("target-relay-peers = 51", "logos.target-relay-peers", "0 to 50")]
    [InlineData("entry-node = []", "logos.entry-node", "entry-nodes")]
    public void A_mistake_is_named_with_its_setting_and_what_to_write_instead(string written, string named, string advice)
    {
        var e = Assert.Throws<OptionsException>(() => Bind($"logos {{ {written} }}"));

        Assert.Contains(named, e.Message, StringComparison.Ordinal);
        Assert.Contains(advice, e.Message, StringComparison.Ordinal);
    }

    static LogosNodeSettings Bind(string hocon) =>
        OptionsBinder.Bind<LogosNodeSettings>(new ConfigurationBuilder().AddHocon(hocon).Build(), LogosNodeSettings.Section);
}
