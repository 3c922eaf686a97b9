using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Store;

namespace LogosActors.Delivery.Tests.Store;

public sealed class StoreAnswerCheckTests
{
    const string Topic = ListArchive.Topic;

    static readonly ArchiveQuery Query = new() { PubsubTopic = Topic, ContentTopics = ["/a", "/b"], Start = 10, End = 20, Limit = 3 };

    static readonly WakuMessage Wanted = new() { ContentTopic = "/b", Timestamp = 15, Payload = new byte[] { 1 } };

    [Fact]
    public void Messages_that_match_are_taken_whatever_their_order()
    {
        var (first, last) = (Entry(Wanted with { Timestamp = 10 }), Entry(Wanted with { Timestamp = 20 }));
        var page = Check(Query, null, last, first);
        Assert.Equal([last, first], page.Messages);
        Assert.Equal(0, page.Refused);
    }

    [Fact]
    public void A_message_that_was_not_asked_for_is_left_out_and_counted()
    {
        StoreEntry[] foreign =
        [
            Entry(Wanted with { ContentTopic = "/c" }),
            Entry(Wanted with { Timestamp = 9 }),
            Entry(Wanted with { Timestamp = 21 }),
            Entry(Wanted, "/waku/2/rs/0/1"),
            Entry(Wanted) with { Hash = default },
            Entry(Wanted) with { Message = Wanted with { Payload = new byte[] { 2 } } },
            new StoreEntry(Entry(Wanted).Hash),
        ];
        foreach (var entry in foreign)
        {
            var page = Check(Query, null, entry, Entry(Wanted));
            Assert.Equal([Entry(Wanted)], page.Messages);
            Assert.Equal(1, page.Refused);
        }
    }

    [Fact]
    public void A_message_that_comes_twice_is_taken_once()
    {
        var page = Check(Query, null, Entry(Wanted), Entry(Wanted));
        Assert.Single(page.Messages);
        Assert.Equal(1, page.Refused);
    }

    [Fact]
    public void A_message_without_a_timestamp_may_be_of_any_time() =>
        Assert.Single(Check(Query, null, Entry(Wanted with { Timestamp = null })).Messages);

    [Fact]
    public void A_hash_that_was_not_asked_for_is_left_out()
    {
        var (asked, other) = (Entry(Wanted), Entry(Wanted with { Timestamp = 11 }));
        var page = Check(new ArchiveQuery { Hashes = [asked.Hash], IncludesData = false }, null, new StoreEntry(other.Hash), asked);
        Assert.Equal([new StoreEntry(asked.Hash)], page.Messages);
        Assert.Equal(1, page.Refused);
    }

    [Theory]
    [InlineData(300, StoreService.UnknownCursor, true, StoreFailure.Refused)]
    [InlineData(300, StoreService.UnknownCursor, false, StoreFailure.Failed)] // nobody has named a cursor
    [InlineData(300, "BAD_RESPONSE: archive error: DRIVER_ERROR: disk is full", true, StoreFailure.Failed)]
    [InlineData(400, "BAD_REQUEST: decoding rpc failed", false, StoreFailure.Refused)]
    [InlineData(429, "TOO_MANY_REQUESTS", false, StoreFailure.TooManyRequests)]
    [InlineData(503, "SERVICE_UNAVAILABLE", true, StoreFailure.Failed)]
    public void A_store_says_by_its_code_why_it_does_not_answer(int status, string description, bool hasCursor, StoreFailure expected)
    {
        var answer = new StoreQueryResponse { RequestId = "1", Status = (StoreStatus)status, Description = description };
        var query = Query with { Cursor = hasCursor ? new MessageHash(new byte[32]) : null };

        Assert.Equal(expected, StoreAnswerCheck.Check(query, answer).Failure);
    }

    [Fact]
    public void More_messages_than_the_limit_are_a_bad_answer() =>
        Assert.Equal(StoreFailure.BadAnswer, FailureOf(null, Enumerable.Repeat(Entry(Wanted), 4)));

    [Fact]
    public void A_page_that_leads_to_itself_or_brings_nothing_is_a_bad_answer()
    {
        Assert.Equal(StoreFailure.BadAnswer, FailureOf(new MessageHash(new byte[32]), [Entry(Wanted)], new MessageHash(new byte[32])));
        Assert.Equal(StoreFailure.BadAnswer, FailureOf(new MessageHash(new byte[32]), []));
    }

    static StoreEntry Entry(WakuMessage message, string topic = Topic) => new(MessageHash.Compute(topic, message), message, topic);

    static StorePage Check(ArchiveQuery query, MessageHash? cursor, params StoreEntry[] messages)
    {
        var result = StoreAnswerCheck.Check(query, StoreClientTests.Answer(cursor, messages));
        Assert.True(result.IsAnswered, result.Reason);
        return result.Value;
    }

    static StoreFailure? FailureOf(MessageHash? cursor, IEnumerable<StoreEntry> messages, MessageHash? asked = null) =>
        StoreAnswerCheck.Check(Query with { Cursor = asked }, StoreClientTests.Answer(cursor, [.. messages])).Failure;
}
