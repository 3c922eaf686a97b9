using LogosActors.Channels.Sds;

namespace LogosActors.Channels.Tests.Sds;

public sealed class SdsMessageTests
{
    static readonly SdsMessage Any = new() { SenderId = "alice", MessageId = "1", ChannelId = "lobby" };

    [Fact]
    public void A_message_with_a_time_and_nothing_else_is_a_sync_message() =>
        Assert.Equal((true, false), (Sync.IsSync, Sync.IsEphemeral));

    [Fact]
    public void A_message_without_a_time_is_ephemeral() =>
        Assert.Equal((false, true), (Any.IsSync, Any.IsEphemeral));

    static SdsMessage Sync => Any with { LamportTimestamp = 1 };
}
