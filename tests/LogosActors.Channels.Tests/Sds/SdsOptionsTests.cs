namespace LogosActors.Channels.Tests.Sds;

public sealed class SdsOptionsTests
{
    [Fact]
    public void Defaults_are_those_that_were_asked_for_and_go_together()
    {
        var options = new SdsOptions().EnsureValid();
        Assert.Equal(
            (TimeSpan.FromMilliseconds(5000), 5, 2),
            (options.AcknowledgementTimeout, options.MaxRetransmissions, options.CausalHistorySize));
        Assert.Equal(TimeSpan.FromSeconds(105), options.LongestSend);
    }

    [Fact]
    public void Options_that_do_not_go_together_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new SdsOptions { RepairMinDelay = TimeSpan.FromMinutes(10) }.EnsureValid());
        Assert.Throws<ArgumentException>(() => new SdsOptions { AcknowledgementDelay = TimeSpan.FromSeconds(5) }.EnsureValid());
        Assert.Throws<ArgumentException>(() => new SdsOptions { LogCapacity = 1 }.EnsureValid());
        Assert.Throws<ArgumentOutOfRangeException>(() => new SdsOptions { BloomCapacity = 1_000_000 }.EnsureValid());
        Assert.Throws<ArgumentOutOfRangeException>(() => new SdsOptions { MaxRetransmissions = -1 });
    }
}
