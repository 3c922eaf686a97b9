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

    static readonly WakuMessage Message = new() { ContentTopic = "/a/1/b/proto", Payload = new byte[] { 1 }, Timestamp = Now };

    [Fact]
    public void A_message_comes_out_decoded_and_with_its_hash()
    {
        var result = Decide(Message, out var relayed);
        Assert.Equal(ValidationResult.Accept, result);
        Assert.Equal(new RelayedMessage(Topic, Message, MessageHash.Compute(Topic, Message), Peer, IsTimely: true), relayed);
    }

    [Theory]
    [InlineData("", ValidationResult.Reject)]
    [InlineData("120161", ValidationResult.Reject)] // no payload
    [InlineData("0a0101120c2f612f312fff2f70726f746f", ValidationResult.Ignore)] // a content topic that is not UTF-8
    public void Only_what_the_whole_network_rejects_is_rejected_and_the_rest_that_is_no_message_to_us_is_ignored(string hex, ValidationResult expected)
    {
        var result = new MessageValidation(new MessageValidationOptions()).Decide(Topic, Convert.FromHexString(hex), Peer, Now, out var relayed);
        Assert.Equal(expected, result);
        Assert.Null(relayed);
    }

    [Fact]
    public void Bounds_of_our_own_cost_nobody_a_penalty()
    {
        Assert.Equal(ValidationResult.Ignore, Decide(Message with { ContentTopic = new string('a', WakuMessageLimits.ContentTopicLength + 1) }, out _));
        var proof = new byte[] { 0x0a, 0xff, 0x0f }.Concat(new byte[0x7ff]).ToArray();
        Assert.Equal(ValidationResult.Ignore, Decide(Message with { RateLimitProof = proof }, out _));
    }

    [Fact]
    public void A_message_is_as_long_as_the_options_allow_and_no_longer()
    {
        var longest = Message with { Payload = new byte[WakuMessageLimits.MessageSize - WakuMessageCodec.SizeOf(Message) - 1] };
        Assert.Equal(WakuMessageLimits.MessageSize, WakuMessageCodec.SizeOf(longest));
        Assert.Equal(ValidationResult.Accept, Decide(longest, out _));
        var longer = longest with { Version = 1 };
        Assert.Equal(ValidationResult.Ignore, Decide(longer, out _));
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

    [Theory]
    [InlineData(0L, false, true)]
    [InlineData(3600 * Second, false, false)]
    [InlineData(-3600 * Second, false, false)]
    [InlineData(null, false, false)]
    [InlineData(0L, true, false)]
    public void A_message_of_our_own_is_judged_as_a_peers(long? difference, bool isEphemeral, bool isArchivable)
    {
        var message = Message with { Timestamp = Now + difference, IsEphemeral = isEphemeral };
        foreach (var untimely in new[] { ValidationResult.Accept, ValidationResult.Ignore, ValidationResult.Reject })
        {
            var options = new MessageValidationOptions { Untimely = untimely };
            var result = Decide(message, out var relayed, options);

            Assert.Equal(result, DecideOwn(message, out var own, options));
            Assert.Equal(isArchivable, own.IsArchivable);
            if (result is ValidationResult.Accept)
                Assert.Equal(own, relayed! with { From = null });
        }
    }

    [Fact]
    public void What_peers_would_penalise_of_us_is_not_sent()
    {
        Assert.Equal(ValidationResult.Accept, DecideOwn(Message, out _));
        Assert.NotEqual(ValidationResult.Accept, DecideOwn(Message with { Payload = default }, out _));
        Assert.NotEqual(ValidationResult.Accept, DecideOwn(Message with { ContentTopic = "" }, out _));
        Assert.NotEqual(ValidationResult.Accept, DecideOwn(Message with { Meta = new byte[65] }, out _));
        Assert.NotEqual(ValidationResult.Accept, DecideOwn(Message with { RateLimitProof = new byte[] { 0xff } }, out _));
        Assert.NotEqual(ValidationResult.Accept, DecideOwn(Message with { Payload = new byte[WakuMessageLimits.MessageSize] }, out _));
    }

    [Fact]
    public void An_ephemeral_message_is_not_archived()
    {
        Decide(Message with { IsEphemeral = true }, out var relayed);
        Assert.True(relayed!.IsTimely);
        Assert.False(relayed.IsArchivable);
    }

    static ValidationResult DecideOwn(WakuMessage message, out RelayedMessage own, MessageValidationOptions? options = null) =>
        new MessageValidation(options ?? new MessageValidationOptions())
            .DecideOwn(Topic, message, WakuMessageCodec.Encode(message), MessageHash.Compute(Topic, message), Now, out own);

    static ValidationResult Decide(WakuMessage message, out RelayedMessage? relayed, MessageValidationOptions? options = null) =>
        new MessageValidation(options ?? new MessageValidationOptions()).Decide(Topic, WakuMessageCodec.Encode(message), Peer, Now, out relayed);
}
