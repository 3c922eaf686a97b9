using FsCheck;
using FsCheck.Fluent;
using LogosActors.Delivery.Messages;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Delivery.Tests.Messages;

public sealed class WakuMessageCodecTests
{
    [Fact]
    public void Every_field_is_where_the_specification_has_it()
    {
        var message = new WakuMessage
        {
            ContentTopic = "/a/1/b/proto",
            Payload = new byte[] { 1, 2 },
            Version = 3,
            Timestamp = -1,
            Meta = new byte[] { 4 },
            RateLimitProof = new byte[] { 5 },
            IsEphemeral = true,
        };

        var encoded = Convert.ToHexStringLower(WakuMessageCodec.Encode(message));

        Assert.Equal("0a020102" + "120c2f612f312f622f70726f746f" + "1803" + "5001" + "5a0104" + "aa010105" + "f80101", encoded);
    }

    [Fact]
    public void Any_message_is_the_same_after_a_round_trip() =>
        Prop.ForAll(Arb.From(MessageArbitrary.Messages), message =>
        {
            Assert.True(WakuMessageCodec.TryDecode(WakuMessageCodec.Encode(message), out var decoded, out _));
            Assert.Equal(message, decoded);
            Assert.Equal(MessageHash.Compute("/waku/2/rs/0/0", message), MessageHash.Compute("/waku/2/rs/0/0", decoded));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Decoded_in_place_any_message_is_the_same_and_its_bytes_are_those_of_the_source() =>
        Prop.ForAll(Arb.From(MessageArbitrary.Messages), message =>
        {
            var source = WakuMessageCodec.Encode(message);
            Assert.True(WakuMessageCodec.TryDecodeInPlace(source, out var decoded, out _));
            Assert.Equal(message, decoded);
            foreach (var part in (ReadOnlyMemory<byte>[])[decoded.Payload, decoded.Meta, decoded.RateLimitProof])
                Assert.True(part.IsEmpty || source.AsSpan().Overlaps(part.Span));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void An_absent_timestamp_is_not_the_timestamp_zero()
    {
        Assert.True(WakuMessageCodec.TryDecode(WakuMessageCodec.Encode(Message with { Timestamp = 0 }), out var zero, out _));
        Assert.True(WakuMessageCodec.TryDecode(WakuMessageCodec.Encode(Message), out var absent, out _));

        Assert.Equal(0, zero.Timestamp);
        Assert.Null(absent.Timestamp);
    }

    [Theory]
    [InlineData("", DecodeError.MissingField)]                      // no content topic
    [InlineData("1200", DecodeError.MissingField)]                  // an empty one
    [InlineData("1201ff", DecodeError.InvalidText)]                 // one that is no text
    [InlineData("120161" + "0a05", DecodeError.Truncated)]          // a payload that ends early
    [InlineData("120161" + "10ff", DecodeError.InvalidField)]       // a content topic that is a number
    public void A_message_that_is_none_is_refused(string hex, DecodeError expected)
    {
        Assert.False(WakuMessageCodec.TryDecode(Convert.FromHexString(hex), out var message, out var error));
        Assert.Null(message);
        Assert.Equal(expected, error);
    }

    [Fact]
    public void Attributes_over_their_limits_are_refused()
    {
        Assert.Equal(DecodeError.LimitExceeded, ErrorOf(Message with { Meta = new byte[WakuMessageLimits.MetaLength + 1] }));
        Assert.Equal(DecodeError.LimitExceeded, ErrorOf(Message with { RateLimitProof = new byte[WakuMessageLimits.RateLimitProofLength + 1] }));
        Assert.Equal(DecodeError.LimitExceeded, ErrorOf(Message with { ContentTopic = new string('a', WakuMessageLimits.ContentTopicLength + 1) }));
        Assert.Equal(DecodeError.None, ErrorOf(Message with { Meta = new byte[WakuMessageLimits.MetaLength] }));
    }

    [Fact]
    public void Mutated_messages_are_read_or_refused_and_never_throw()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var capture = WakuMessageCodec.Encode(Message with { Payload = new byte[40], Timestamp = long.MaxValue, Meta = new byte[12], IsEphemeral = true });
        for (var i = 0; i < 100_000; i++)
        {
            var mutated = (byte[])capture.Clone();
            for (var changes = random.Next(1, 5); changes > 0; changes--)
                mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            var isRead = WakuMessageCodec.TryDecode(mutated.AsSpan(0, random.Next(mutated.Length + 1)), out var message, out var error);
            Assert.True(isRead == (error is DecodeError.None) && isRead == message is not null, $"seed {seed}");
        }
    }

    static WakuMessage Message { get; } = new() { ContentTopic = "/a/1/b/proto" };

    static DecodeError ErrorOf(WakuMessage message)
    {
        WakuMessageCodec.TryDecode(WakuMessageCodec.Encode(message), out _, out var error);
        return error;
    }
}
