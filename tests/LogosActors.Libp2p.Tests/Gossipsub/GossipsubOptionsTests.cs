using LogosActors.Configuration;
using LogosActors.Libp2p.Gossipsub;
using Microsoft.Extensions.Configuration;

namespace LogosActors.Libp2p.Tests.Gossipsub;

public sealed class GossipsubOptionsTests
{
    [Fact]
    public void The_defaults_and_the_relay_preset_are_valid()
    {
        new GossipsubOptions().EnsureValid();
        GossipsubPresets.Relay.EnsureValid();
    }

    [Fact]
    public void The_relay_preset_speaks_as_the_reference_does()
    {
        var relay = GossipsubPresets.Relay;

        Assert.Equal("/vac/waku/relay/2.0.0", Assert.Single(relay.Protocols).Id);
        Assert.Equal((SignaturePolicy.LaxNoSign, MessageIdFunction.Sha256OfData), (relay.Signatures, relay.MessageId));
        Assert.Equal((6, 4, 8, 6, 3, 6), (relay.D, relay.DLow, relay.DHigh, relay.DScore, relay.DOut, relay.DLazy));
        Assert.Equal((-100.0, -1000.0, -10_000.0), (relay.Score.GossipThreshold, relay.Score.PublishThreshold, relay.Score.GraylistThreshold));
        Assert.Equal(150 * 1024, relay.Limits.MessageSize.Bytes);
    }

    public static TheoryData<string, GossipsubOptions> Broken => new()
    {
        { "d-low", new GossipsubOptions { DLow = 7 } },
        { "d-high", new GossipsubOptions { DHigh = 5 } },
        { "d-out", new GossipsubOptions { DOut = 4 } },
        { "DLazy", new GossipsubOptions { DLazy = -1 } },
        { "history-gossip", new GossipsubOptions { HistoryGossip = 6 } },
        { "seen-ttl", new GossipsubOptions { SeenTtl = TimeSpan.FromSeconds(2) } },
        { "author-and-sequence", new GossipsubOptions { Signatures = SignaturePolicy.StrictNoSign } },
        { "publish-threshold", new GossipsubOptions { Score = new PeerScoreOptions { PublishThreshold = -1 } } },
        { "graylist-threshold", new GossipsubOptions { Score = new PeerScoreOptions { GraylistThreshold = -2 } } },
        { "BehaviourPenaltyWeight", new GossipsubOptions { Score = new PeerScoreOptions { BehaviourPenaltyWeight = 1 } } },
        { "rpc-size", new GossipsubOptions { Limits = new GossipsubLimits { RpcSize = DataSize.FromKibibytes(150) } } },
        { "InvalidMessageDeliveriesWeight", Scored(new TopicScoreParameters { InvalidMessageDeliveriesWeight = 1 }) },
        { "mesh-message-deliveries-cap", Scored(new TopicScoreParameters { MeshMessageDeliveriesWeight = -1, MeshMessageDeliveriesCap = 1, MeshMessageDeliveriesThreshold = 2 }) },
        { "first-message-deliveries-decay", Scored(new TopicScoreParameters { FirstMessageDeliveriesWeight = 1, FirstMessageDeliveriesDecay = 1 }) },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_setting_that_contradicts_the_specification_is_named(string setting, GossipsubOptions options) =>
        Assert.Contains(setting, Assert.Throws<ArgumentException>(options.EnsureValid).Message, StringComparison.Ordinal);

    [Fact]
    public void An_operator_may_set_every_parameter_over_a_preset()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["gossipsub:d-high"] = "10",
            ["gossipsub:score:ip-colocation-whitelist:0"] = "10.0.0.0/8",
            ["gossipsub:score:default-topic:topic-weight"] = "2",
            ["gossipsub:limits:message-size"] = "64 KiB",
        }).Build();

        var options = OptionsBinder.Bind(configuration, "gossipsub", GossipsubPresets.Relay);

        Assert.Equal(10, options.DHigh);
        Assert.Equal(65536, options.Limits.MessageSize.Bytes);
        Assert.Equal(2, options.Score.DefaultTopic?.TopicWeight);
        Assert.Equal(-100, options.Score.DefaultTopic?.InvalidMessageDeliveriesWeight);
        Assert.Equal("10.0.0.0/8", Assert.Single(options.Score.IpColocationWhitelist).ToString());
    }

    static GossipsubOptions Scored(TopicScoreParameters parameters) => new() { Score = new PeerScoreOptions { DefaultTopic = parameters } };
}
