using FsCheck;
using FsCheck.Fluent;
using LogosActors.Delivery.Filter;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Tests.Messages;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Delivery.Tests.Filter;

public sealed class FilterCodecTests
{
    static readonly Arbitrary<FilterSubscribeRequest> Requests = Arb.From(
        from id in MessageArbitrary.Texts
        from type in Gen.Elements(Enum.GetValues<FilterRequestType>())
        from topic in Optional(MessageArbitrary.Texts)
        from contentTopics in MessageArbitrary.Texts.ListOf()
        select new FilterSubscribeRequest { RequestId = id, Type = type, PubsubTopic = topic, ContentTopics = [.. contentTopics] });

    static readonly Arbitrary<FilterSubscribeResponse> Responses = Arb.From(
        from id in MessageArbitrary.Texts
        from status in Gen.Choose(0, 600)
        from description in Optional(MessageArbitrary.Texts)
        select new FilterSubscribeResponse { RequestId = id, Status = (FilterStatus)status, Description = description });

    [Fact]
    public void Every_field_of_a_request_is_where_the_specification_has_it() =>
        Assert.Equal(
            "0a026964" + "1001" + "52022f74" + "5a022f61" + "5a022f62",
            Convert.ToHexStringLower(FilterCodec.Encode(new FilterSubscribeRequest
            {
                RequestId = "id",
                Type = FilterRequestType.Subscribe,
                PubsubTopic = "/t",
                ContentTopics = ["/a", "/b"],
            })));

    [Fact]
    public void Every_field_of_an_answer_is_where_the_specification_has_it() =>
        Assert.Equal(
            "0a026964" + "50c801" + "5a024f4b",
            Convert.ToHexStringLower(FilterCodec.Encode(
                new FilterSubscribeResponse { RequestId = "id", Status = FilterStatus.Success, Description = "OK" })));

    [Fact]
    public void Every_field_of_a_push_is_where_the_specification_has_it() =>
        Assert.Equal("0a0412022f61" + "12022f74", Convert.ToHexStringLower(Push([0x12, 2, 0x2f, 0x61], "/t")));

    [Fact]
    public void A_request_without_a_type_is_a_ping()
    {
        Assert.True(FilterCodec.TryDecode(Convert.FromHexString("0a026964"), out FilterSubscribeRequest? request, out _));
        Assert.Equal(FilterRequestType.Ping, request.Type);
    }

    [Fact]
    public void A_ping_with_an_empty_topic_as_of_js_waku_has_no_topic()
    {
        Assert.True(FilterCodec.TryDecode(Convert.FromHexString("0a026964" + "1000" + "5200"), out FilterSubscribeRequest? request, out _));
        Assert.Null(request.PubsubTopic);
    }

    [Fact]
    public void A_ping_writes_its_type_for_readers_that_require_it() =>
        Assert.Equal("0a0131" + "1000", Convert.ToHexStringLower(FilterCodec.Encode(new FilterSubscribeRequest { RequestId = "1" })));

    [Fact]
    public void Any_request_is_the_same_after_a_round_trip() =>
        Prop.ForAll(Requests, request =>
        {
            var encoded = FilterCodec.Encode(request);
            Assert.Equal(FilterCodec.SizeOf(request), encoded.Length);
            Assert.True(FilterCodec.TryDecode(encoded, out FilterSubscribeRequest? decoded, out _));
            Assert.Equivalent(request, decoded, strict: true);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_answer_is_the_same_after_a_round_trip() =>
        Prop.ForAll(Responses, response =>
        {
            Assert.True(FilterCodec.TryDecode(FilterCodec.Encode(response), out FilterSubscribeResponse? decoded, out _));
            Assert.Equal(response, decoded);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_pushed_message_is_the_same_after_a_round_trip() =>
        Prop.ForAll(Arb.From(MessageArbitrary.Messages), Arb.From(MessageArbitrary.Texts), (message, topic) =>
        {
            Assert.True(FilterCodec.TryDecodePush(Push(WakuMessageCodec.Encode(message), topic), out var push, out _));
            Assert.Equal(topic, push.PubsubTopic);
            Assert.True(WakuMessageCodec.TryDecodeInPlace(push.Message, out var decoded, out _));
            Assert.Equal(message, decoded);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("0801", DecodeError.InvalidField)]            // a request id that is a number
    [InlineData("1004", DecodeError.InvalidValue)]            // a type that is none
    [InlineData("10ffffffffffffffffff01", DecodeError.InvalidValue)]
    [InlineData("5a0161" + "5a0261", DecodeError.Truncated)]
    [InlineData("5a01ff", DecodeError.InvalidText)]           // a content topic that is no text
    public void A_request_that_is_none_is_refused(string hex, DecodeError expected)
    {
        Assert.False(FilterCodec.TryDecode(Convert.FromHexString(hex), out FilterSubscribeRequest? request, out var error));
        Assert.Null(request);
        Assert.Equal(expected, error);
    }

    [Theory]
    [InlineData("50ffffffff0f", DecodeError.InvalidValue)]    // a status that no integer holds
    [InlineData("5a0361", DecodeError.Truncated)]
    public void An_answer_that_is_none_is_refused(string hex, DecodeError expected)
    {
        Assert.False(FilterCodec.TryDecode(Convert.FromHexString(hex), out FilterSubscribeResponse? response, out var error));
        Assert.Null(response);
        Assert.Equal(expected, error);
    }

    [Theory]
    [InlineData("12022f74", DecodeError.MissingField)]        // no message
    [InlineData("0a05", DecodeError.Truncated)]
    public void A_push_that_is_none_is_refused(string hex, DecodeError expected)
    {
        Assert.False(FilterCodec.TryDecodePush(Convert.FromHexString(hex), out _, out var error));
        Assert.Equal(expected, error);
    }

    [Fact]
    public void A_push_without_a_topic_is_read_and_has_none()
    {
        Assert.True(FilterCodec.TryDecodePush(Convert.FromHexString("0a0412022f61"), out var push, out _));
        Assert.Null(push.PubsubTopic);
    }

    [Fact]
    public void More_than_a_service_accepts_is_decoded_so_that_it_can_be_answered_and_far_more_is_refused()
    {
        Assert.True(Decodes(Topics(FilterLimits.DecodedTopics), out _));
        Assert.False(Decodes(Topics(FilterLimits.DecodedTopics + 1), out var error));
        Assert.Equal(DecodeError.LimitExceeded, error);
        Assert.False(Decodes([new string('t', WakuMessageLimits.ContentTopicLength + 1)], out error));
        Assert.Equal(DecodeError.LimitExceeded, error);
    }

    static bool Decodes(string[] topics, out DecodeError error) =>
        FilterCodec.TryDecode(FilterCodec.Encode(new FilterSubscribeRequest { ContentTopics = topics }), out FilterSubscribeRequest? _, out error);

    static string[] Topics(int count) => [.. Enumerable.Repeat("/t", count)];

    static byte[] Push(byte[] message, string topic)
    {
        var push = new byte[FilterCodec.SizeOfPush(message.Length, topic)];
        FilterCodec.WritePush(message, topic, push);
        return push;
    }

    static Gen<string?> Optional(Gen<string> texts) => Gen.OneOf(Gen.Constant<string?>(null), texts.Select(text => (string?)text));
}
