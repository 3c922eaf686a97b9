using FsCheck;
using FsCheck.Fluent;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Store;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Delivery.Tests.Store;

public sealed class StoreCodecTests
{
    static readonly string One = new('1', 2 * MessageHash.Length);
    static readonly string Two = new('2', 2 * MessageHash.Length);

    [Fact]
    public void Every_field_of_a_question_is_where_the_specification_has_it()
    {
        var encoded = StoreCodec.Encode(new StoreQueryRequest
        {
            RequestId = "id",
            IncludesData = true,
            PubsubTopic = "/t",
            ContentTopics = ["/a", "/b"],
            Start = -1,
            End = 1,
            Hashes = [Hash(One)],
            Cursor = Hash(Two),
            IsForward = true,
            Limit = 100,
        });

        Assert.Equal(
            "0a026964" + "1001" + "52022f74" + "5a022f61" + "5a022f62" + "6001" + "6802"
                + $"a20120{One}" + $"9a0320{Two}" + "a00301" + "a80364",
            Convert.ToHexStringLower(encoded));
    }

    [Fact]
    public void Every_field_of_an_answer_is_where_the_specification_has_it()
    {
        var encoded = StoreCodec.Encode(new StoreQueryResponse
        {
            RequestId = "id",
            Status = StoreStatus.Success,
            Description = "OK",
            Messages = [new StoreEntry(Hash(One), new WakuMessage { ContentTopic = "/a" }, "/t"), new StoreEntry(Hash(Two))],
            Cursor = Hash(Two),
        });

        Assert.Equal(
            "0a026964" + "50c801" + "5a024f4b"
                + $"a2012c0a20{One}" + "120412022f61" + "1a022f74"
                + $"a201220a20{Two}" + $"9a0320{Two}",
            Convert.ToHexStringLower(encoded));
    }

    [Fact]
    public void Any_question_is_the_same_after_a_round_trip() =>
        Prop.ForAll(StoreArbitrary.Requests, request =>
        {
            Assert.True(StoreCodec.TryDecode(StoreCodec.Encode(request), out StoreQueryRequest? decoded, out _));
            Assert.Equivalent(request, decoded, strict: true);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_answer_is_the_same_after_a_round_trip() =>
        Prop.ForAll(StoreArbitrary.Responses, response =>
        {
            Assert.True(StoreCodec.TryDecode(StoreCodec.Encode(response), out StoreQueryResponse? decoded, out _));
            Assert.Equal(response.Messages, decoded.Messages);
            Assert.Equal(response with { Messages = [] }, decoded with { Messages = [] });
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("a2011f", DecodeError.Truncated)]
    [InlineData("0801", DecodeError.InvalidField)]            // a request id that is a number
    public void A_question_that_is_none_is_refused(string hex, DecodeError expected)
    {
        Assert.False(StoreCodec.TryDecode(Convert.FromHexString(hex), out StoreQueryRequest? request, out var error));
        Assert.Null(request);
        Assert.Equal(expected, error);
    }

    [Theory]
    [InlineData("a201020102")]                                // a hash of two bytes
    [InlineData("9a03020102")]                                // a cursor of two bytes
    [InlineData("5a01ff")]                                    // a content topic that is no text
    [InlineData("5201ff")]                                    // a pubsub topic that is none
    [InlineData("0a01ff")]                                    // a request id that is none
    public void A_question_about_what_no_message_has_is_a_question_as_in_the_reference(string hex) =>
        Assert.True(StoreCodec.TryDecode(Convert.FromHexString(hex), out StoreQueryRequest? _, out var error), error.ToString());

    [Fact]
    public void A_question_may_name_longer_topics_than_messages_have()
    {
        var question = new StoreQueryRequest { RequestId = new string('i', 500), PubsubTopic = new string('p', 1100), ContentTopics = [new string('c', 1100)] };
        Assert.True(StoreCodec.TryDecode(StoreCodec.Encode(question), out StoreQueryRequest? decoded, out _));
        Assert.Equivalent(question, decoded, strict: true);
    }

    [Theory]
    [InlineData("a20100", DecodeError.MissingField)]          // an entry without a hash
    [InlineData("a201030a0101", DecodeError.InvalidValue)]    // one with a hash of one byte
    [InlineData("50ffffffff0f", DecodeError.InvalidValue)]    // a status that no integer holds
    [InlineData("9a030101", DecodeError.InvalidValue)]        // a cursor of one byte
    public void An_answer_that_is_none_is_refused(string hex, DecodeError expected)
    {
        Assert.False(StoreCodec.TryDecode(Convert.FromHexString(hex), out StoreQueryResponse? response, out var error));
        Assert.Null(response);
        Assert.Equal(expected, error);
    }

    [Fact]
    public void An_empty_topic_and_an_empty_cursor_are_absent()
    {
        Assert.True(StoreCodec.TryDecode(Convert.FromHexString("5200" + "9a0300"), out StoreQueryRequest? request, out _));
        Assert.Null(request.PubsubTopic);
        Assert.Null(request.Cursor);
    }

    [Fact]
    public void More_criteria_or_messages_than_the_limits_are_refused()
    {
        var many = Enumerable.Repeat(Hash(One), StoreLimits.DecodedCriteria + 1).ToArray();
        Assert.False(StoreCodec.TryDecode(StoreCodec.Encode(new StoreQueryRequest { Hashes = many }), out StoreQueryRequest? _, out var error));
        Assert.Equal(DecodeError.LimitExceeded, error);
        var topics = Enumerable.Repeat("/t", StoreLimits.DecodedCriteria + 1).ToArray();
        Assert.False(StoreCodec.TryDecode(StoreCodec.Encode(new StoreQueryRequest { ContentTopics = topics }), out StoreQueryRequest? _, out error));
        Assert.Equal(DecodeError.LimitExceeded, error);
        var entries = Enumerable.Repeat(new StoreEntry(Hash(One)), StoreLimits.DecodedMessages + 1).ToArray();
        Assert.False(StoreCodec.TryDecode(StoreCodec.Encode(new StoreQueryResponse { Messages = entries }), out StoreQueryResponse? _, out error));
        Assert.Equal(DecodeError.LimitExceeded, error);
    }

    [Fact]
    public void A_message_that_is_none_costs_the_answer_that_message_only()
    {
        // An entry whose message has no content topic, and a good one.
        var hex = $"a201280a20{One}" + "12001a022f74" + $"a2012c0a20{Two}" + "120412022f61" + "1a022f74";

        Assert.True(StoreCodec.TryDecode(Convert.FromHexString(hex), out StoreQueryResponse? response, out _));

        Assert.Equal([new StoreEntry(Hash(One)), new StoreEntry(Hash(Two), new WakuMessage { ContentTopic = "/a" }, "/t")], response.Messages);
    }

    static MessageHash Hash(string hex) => new(Convert.FromHexString(hex));
}
