using FsCheck;
using FsCheck.Fluent;
using LogosActors.Delivery.StoreSync;
using LogosActors.Delivery.Tests.Messages;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Delivery.Tests.StoreSync;

public sealed class TransferCodecTests
{
    [Fact]
    public void The_topic_is_the_first_field_and_the_message_the_second_as_in_the_Nim_reference() =>
        Assert.Equal("0a" + "0a022f74" + "1204" + "12022f61", Convert.ToHexStringLower(TransferCodec.Frame(new("/t", new() { ContentTopic = "/a" }))));

    [Fact]
    public void Any_message_is_the_same_after_a_round_trip() =>
        Prop.ForAll(Arb.From(MessageArbitrary.Messages), Arb.From(MessageArbitrary.Texts), (message, topic) =>
        {
            var frame = TransferCodec.Frame(new TransferredMessage(topic, message));
            Assert.True(Varint.TryRead(frame, out var length, out var prefix, out _));
            Assert.Equal(frame.Length - prefix, (int)length);
            Assert.True(TransferCodec.TryDecode(frame.AsMemory(prefix), out var transferred, out _));
            Assert.Equal((topic, message), (transferred.PubsubTopic, transferred.Message));
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("", DecodeError.MissingField)]
    [InlineData("0a022f74", DecodeError.MissingField)]                  // no message
    [InlineData("1204" + "12022f61", DecodeError.MissingField)]         // no topic
    [InlineData("0a022f74" + "1202" + "0a00", DecodeError.MissingField)] // a message without a content topic
    [InlineData("0a022f74" + "1205" + "12022f61", DecodeError.Truncated)]
    [InlineData("0a01ff" + "1204" + "12022f61", DecodeError.InvalidText)]
    [InlineData("0801" + "1204" + "12022f61", DecodeError.InvalidField)]
    public void What_is_no_message_is_refused(string hex, DecodeError expected)
    {
        Assert.False(TransferCodec.TryDecode(Convert.FromHexString(hex), out var transferred, out var error));
        Assert.Null(transferred);
        Assert.Equal(expected, error);
    }

    [Fact]
    public void A_topic_that_is_too_long_is_refused()
    {
        var frame = TransferCodec.Frame(new(new string('t', StoreSyncLimits.TopicLength + 1), new() { ContentTopic = "/a" }));
        Assert.False(TransferCodec.TryDecode(frame.AsMemory(2), out _, out var error));
        Assert.Equal(DecodeError.LimitExceeded, error);
    }
}
