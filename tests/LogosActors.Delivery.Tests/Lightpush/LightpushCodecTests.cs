using FsCheck;
using FsCheck.Fluent;
using LogosActors.Delivery.Lightpush;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Tests.Messages;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Delivery.Tests.Lightpush;

public sealed class LightpushCodecTests
{
    static readonly Arbitrary<LightpushRequest> Requests = Arb.From(
        from id in MessageArbitrary.Texts
        from topic in Optional
        from message in MessageArbitrary.Messages
        select new LightpushRequest { RequestId = id, PubsubTopic = topic, Message = WakuMessageCodec.Encode(message) });

    static readonly Arbitrary<LightpushResponse> Responses = Arb.From(
        from id in MessageArbitrary.Texts
        from status in Gen.Choose(0, 600)
        from description in Optional
        from count in ArbMap.Default.GeneratorFor<uint?>()
        select new LightpushResponse { RequestId = id, Status = (LightpushStatus)status, Description = description, RelayPeerCount = count });

    static readonly Arbitrary<LegacyLightpushResponse> LegacyResponses = Arb.From(
        from id in MessageArbitrary.Texts
        from isSuccess in ArbMap.Default.GeneratorFor<bool>()
        from info in Optional
        select new LegacyLightpushResponse { RequestId = id, IsSuccess = isSuccess, Info = info });

    static Gen<string?> Optional => Gen.OneOf(Gen.Constant<string?>(null), MessageArbitrary.Texts.Select(text => (string?)text));

    static LightpushRequest Request => new() { RequestId = "id", PubsubTopic = "/t", Message = Convert.FromHexString("12022f61") };

    [Fact]
    public void Every_field_of_a_push_is_where_the_specification_has_it() =>
        Assert.Equal("0a026964" + "a201022f74" + "aa010412022f61", Convert.ToHexStringLower(LightpushCodec.Encode(Request)));

    [Fact]
    public void Every_field_of_an_answer_is_where_the_specification_has_it() =>
        Assert.Equal(
            "0a026964" + "50f903" + "5a026e6f" + "6000",
            Convert.ToHexStringLower(LightpushCodec.Encode(
                new LightpushResponse { RequestId = "id", Status = LightpushStatus.NoPeersToRelay, Description = "no", RelayPeerCount = 0 })));

    [Fact]
    public void Every_field_of_a_push_of_version_2_is_where_the_specification_has_it() =>
        Assert.Equal("0a026964" + "120a" + "0a022f74" + "120412022f61", Convert.ToHexStringLower(LegacyLightpushCodec.Encode(Request)));

    [Fact]
    public void Every_field_of_an_answer_of_version_2_is_where_the_specification_has_it_even_a_false() =>
        Assert.Equal(
            "0a026964" + "1a06" + "0800" + "12026e6f",
            Convert.ToHexStringLower(LegacyLightpushCodec.Encode(new LegacyLightpushResponse { RequestId = "id", Info = "no" })));

    [Fact]
    public void Any_push_is_the_same_after_a_round_trip_in_either_version() =>
        Prop.ForAll(Requests, request =>
        {
            Assert.True(LightpushCodec.TryDecode(LightpushCodec.Encode(request), out LightpushRequest? decoded, out _));
            IsSame(request, decoded);
            Assert.True(LegacyLightpushCodec.TryDecode(LegacyLightpushCodec.Encode(request), out decoded, out _));
            IsSame(request, decoded);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_answer_is_the_same_after_a_round_trip() =>
        Prop.ForAll(Responses, response =>
        {
            Assert.True(LightpushCodec.TryDecode(LightpushCodec.Encode(response), out LightpushResponse? decoded, out _));
            Assert.Equal(response, decoded);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_answer_of_version_2_is_the_same_after_a_round_trip() =>
        Prop.ForAll(LegacyResponses, response =>
        {
            Assert.True(LegacyLightpushCodec.TryDecode(LegacyLightpushCodec.Encode(response), out LegacyLightpushResponse? decoded, out _));
            Assert.Equal(response, decoded);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("0a026964", DecodeError.MissingField)]        // no message
    [InlineData("0801", DecodeError.InvalidField)]
    [InlineData("aa0105", DecodeError.Truncated)]
    [InlineData("a20101ff", DecodeError.InvalidText)]         // a pubsub topic that is no text
    public void A_push_that_is_none_is_refused(string hex, DecodeError expected)
    {
        Assert.False(LightpushCodec.TryDecode(Convert.FromHexString(hex), out LightpushRequest? request, out var error));
        Assert.Null(request);
        Assert.Equal(expected, error);
    }

    [Theory]
    [InlineData("0a026964", DecodeError.MissingField)]        // no request
    [InlineData("1200", DecodeError.MissingField)]            // a request without a message
    [InlineData("120312050a", DecodeError.Truncated)]
    [InlineData("1a020801", DecodeError.MissingField)]        // an answer
    public void A_push_of_version_2_that_is_none_is_refused(string hex, DecodeError expected)
    {
        Assert.False(LegacyLightpushCodec.TryDecode(Convert.FromHexString(hex), out LightpushRequest? request, out var error));
        Assert.Null(request);
        Assert.Equal(expected, error);
    }

    [Theory]
    [InlineData("50ffffffff0f", DecodeError.InvalidValue)]    // a status that no integer holds
    [InlineData("60ffffffffff0f", DecodeError.Overflow)]      // a count that 32 bits do not hold
    public void An_answer_that_is_none_is_refused(string hex, DecodeError expected)
    {
        Assert.False(LightpushCodec.TryDecode(Convert.FromHexString(hex), out LightpushResponse? response, out var error));
        Assert.Null(response);
        Assert.Equal(expected, error);
    }

    [Fact]
    public void An_answer_of_version_2_that_is_a_push_is_refused()
    {
        Assert.False(LegacyLightpushCodec.TryDecode(LegacyLightpushCodec.Encode(Request), out LegacyLightpushResponse? response, out var error));
        Assert.Null(response);
        Assert.Equal(DecodeError.MissingField, error);
    }

    [Fact]
    public void An_empty_topic_is_not_an_absent_one_as_a_service_answers_it()
    {
        Assert.True(LightpushCodec.TryDecode(Convert.FromHexString("a20100" + "aa010412022f61"), out LightpushRequest? request, out _));
        Assert.Equal("", request.PubsubTopic);
    }

    static void IsSame(LightpushRequest expected, LightpushRequest actual)
    {
        Assert.Equal(expected with { Message = default }, actual with { Message = default });
        Assert.Equal(expected.Message.ToArray(), actual.Message.ToArray());
    }
}
