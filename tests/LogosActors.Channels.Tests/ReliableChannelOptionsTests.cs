namespace LogosActors.Channels.Tests;

public sealed class ReliableChannelOptionsTests
{
    static readonly ReliableChannelOptions Options = new() { ChannelId = "lobby", ContentTopic = TwoNodes.Topic };

    [Fact]
    public void Settings_of_its_parts_that_are_out_of_range_are_refused_before_a_channel_is_opened()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Options with { Segmentation = new SegmentationOptions { ChunkSizeBytes = 0 } });
        Assert.Throws<ArgumentException>(() => Options with { Sds = new SdsOptions { AcknowledgementDelay = TimeSpan.FromMinutes(1) } });
    }
}
