using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Addresses;

namespace LogosActors.Delivery.Tests;

public sealed class NetworkPresetTests
{
    [Theory]
    [InlineData("twn", 1, 8)]
    [InlineData("TWN", 1, 8)]
    [InlineData("logos.dev", 3, 8)]
    [InlineData("LogosDev", 3, 8)]
    [InlineData("logos.test", 2, 8)]
    [InlineData("logostest", 2, 8)]
    [InlineData("status.prod", 16, 1)]
    [InlineData("statusprod", 16, 1)]
    [InlineData("local", 0, 8)]
    public void A_network_is_found_by_the_names_that_the_reference_accepts(string name, int cluster, int shards)
    {
        Assert.True(NetworkPreset.TryFind(name, out var preset));
        Assert.Equal((cluster, shards), (preset.Cluster, preset.ShardCount));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("mainnet")]
    public void Another_name_finds_nothing(string? name) => Assert.False(NetworkPreset.TryFind(name, out _));

    [Fact]
    public void Every_network_is_found_by_its_own_name_and_can_be_entered_where_it_says()
    {
        foreach (var preset in NetworkPreset.All)
        {
            Assert.True(NetworkPreset.TryFind(preset.Name, out var found));
            Assert.Same(preset, found);
            Assert.Equal(preset.ShardCount, preset.Sharding.Shards.Count());
            Assert.All(preset.EntryNodes, entry => Assert.True(
                entry.StartsWith("enrtree://", StringComparison.Ordinal) || Multiaddr.Parse(entry).PeerId is not null, entry));
            Assert.All(preset.DiscoveryNodes, entry => Assert.Matches("^enr:[A-Za-z0-9_-]+$", entry));
        }
    }

    [Fact]
    public void The_public_network_is_as_specified()
    {
        var network = NetworkPreset.TheWakuNetwork; // 64/WAKU2-NETWORK
        Assert.Equal(150 * 1024, network.MaxMessageSize);
        Assert.True(network.RequiresRateLimitProof);
        Assert.Equal((TimeSpan.FromSeconds(600), 100), (network.RateLimitEpoch, network.RateLimitMessages));
        Assert.Contains(new PubsubTopic(1, 7), network.Sharding.Shards);
    }
}
