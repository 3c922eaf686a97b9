using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Relay;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Tests.Relay;

public sealed class MessageValidationTests
{
    const string Topic = "/waku/2/rs/0/0";
    const long Now = 1_700_000_000_000_000_000;
    const long Second = 1_000_000_000;

    static readonly PeerId Peer = PeerId.Parse("16Uiu2HAm8YokiNun9BkeA1ZRmhLbtNUvcwRr64F69tYj9fkGyuEP");

    static readonly WakuMessage Message = new() { ContentTopic = "/a/1/b/proto", Timestamp = Now };

    [Fact]
    public void A_message_comes_out_decoded_and_with_its_hash()
    {
        var result = Decide(Message, out var relayed);
        Assert.Equal(ValidationResult.Accept, result);
        Assert.Equal(new RelayedMessage(Topic, Message, MessageHash.Compute(Topic, Message), Peer, IsTimely: true), relayed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ff")]
    [InlineData("0a0100")] // no content topic
    public void Bytes_that_are_no_message_are_rejected(string hex)
    {
        var result = new MessageValidation(new MessageValidationOptions()).Decide(Topic, Convert.FromHexString(hex), Peer, Now, out var relayed);
        Assert.Equal(ValidationResult.Reject, result);
        Assert.Null(relayed);
    }

    [Fact]
    public void A_message_is_as_long_as_the_options_allow_and_no_longer()
    {
        var longest = Message with { Payload = new byte[WakuMessageLimits.MessageSize - WakuMessageCodec.SizeOf(Message) - 4] };
        Assert.Equal(WakuMessageLimits.MessageSize, WakuMessageCodec.SizeOf(longest));
        Assert.Equal(ValidationResult.Accept, Decide(longest, out _));
        var longer = longest with { Version = 1 };
        Assert.Equal(ValidationResult.Reject, Decide(longer, out _));
        Assert.Equal(ValidationResult.Accept, Decide(longer, out _, new MessageValidationOptions { MaxSize = 200 * 1024 }));
    }

    [Theory]
    [InlineData(0L, true)]
    [InlineData(20 * Second, true)]
    [InlineData(-20 * Second, true)]
    [InlineData((20 * Second) + 1, false)]
    [InlineData((-20 * Second) - 1, false)]
    [InlineData(long.MaxValue - Now, false)]
    [InlineData(long.MinValue, false)]
    [InlineData(null, false)]
    public void A_message_that_is_20_s_off_is_relayed_but_not_archived(long? difference, bool isTimely)
    {
        var message = Message with { Timestamp = unchecked(Now + difference) };

        Assert.Equal(ValidationResult.Accept, Decide(message, out var relayed));
        Assert.Equal((isTimely, isTimely), (relayed!.IsTimely, relayed.IsArchivable));

        var strict = new MessageValidationOptions { Untimely = ValidationResult.Reject };
        Assert.Equal(isTimely ? ValidationResult.Accept : ValidationResult.Reject, Decide(message, out relayed, strict));
        Assert.Equal(isTimely, relayed is not null);
    }

    [Fact]
    public void An_ephemeral_message_is_not_archived()
    {
        Decide(Message with { IsEphemeral = true }, out var relayed);
        Assert.True(relayed!.IsTimely);
        Assert.False(relayed.IsArchivable);
    }

    static ValidationResult Decide(WakuMessage message, out RelayedMessage? relayed, MessageValidationOptions? options = null) =>
        new MessageValidation(options ?? new MessageValidationOptions()).Decide(Topic, WakuMessageCodec.Encode(message), Peer, Now, out relayed);
}
