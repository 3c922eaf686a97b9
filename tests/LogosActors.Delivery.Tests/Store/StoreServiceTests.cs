using Akka.Event;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.RateLimits;
using LogosActors.Delivery.Store;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Identity;
using LogosActors.TestKit;

namespace LogosActors.Delivery.Tests.Store;

public sealed class StoreServiceTests
{
    static readonly PeerId Peer = PeerId.Parse("16Uiu2HAm8YokiNun9BkeA1ZRmhLbtNUvcwRr64F69tYj9fkGyuEP");

    [Fact]
    public async Task A_page_has_20_messages_unless_the_question_says_otherwise_and_never_more_than_100()
    {
        var archive = ListArchive.Of(150);
        Assert.Equal(20, (await AskAsync(archive, Everything)).Messages.Count);
        Assert.Equal(20, (await AskAsync(archive, Everything with { Limit = 0 })).Messages.Count);
        Assert.Equal(7, (await AskAsync(archive, Everything with { Limit = 7 })).Messages.Count);
        Assert.Equal(100, (await AskAsync(archive, Everything with { Limit = ulong.MaxValue })).Messages.Count);
    }

    [Theory]
    [InlineData(true, 100_000)]
    [InlineData(false, 100_000)]
    [InlineData(true, 10)]
    [InlineData(false, 10)]
    public async Task Pages_follow_each_other_without_gaps_however_long_their_messages_are(bool isForward, int payload)
    {
        var archive = ListArchive.Of(45, payload);
        var request = Everything with { IsForward = isForward, IncludesData = true };
        var all = new List<MessageHash>();
        do
        {
            var page = await AskAsync(archive, request, new StoreServiceOptions { MaxAnswerLength = 250_000 });
            Assert.Equal(StoreStatus.Success, page.Status);
            Assert.True(StoreCodec.Encode(page).Length < 251_000);
            var hashes = page.Messages.Select(entry => entry.Hash).ToArray();
            Assert.Equal(page.Messages.OrderBy(entry => entry.Message!.Timestamp).Select(entry => entry.Hash), hashes);
            all.InsertRange(isForward ? all.Count : 0, hashes);
            request = request with { Cursor = page.Cursor };
        }
        while (request.Cursor is not null);
        Assert.Equal(archive.Messages.Select(message => message.Hash), all);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_lookup_answers_all_its_hashes_at_once_or_in_pages_when_it_wants(bool isForward)
    {
        var archive = ListArchive.Of(50);
        var wanted = archive.Messages.Where(message => message.Time % 2 == 0).Select(message => message.Hash).ToArray();
        var lookup = new StoreQueryRequest { RequestId = "1", Hashes = [.. wanted.Reverse()], IsForward = isForward };
        var all = await AskAsync(archive, lookup);
        Assert.Equal(wanted, all.Messages.Select(entry => entry.Hash));
        Assert.Null(all.Cursor);

        var first = await AskAsync(archive, lookup with { Limit = 20 });
        Assert.Equal(isForward ? wanted[..20] : wanted[5..], first.Messages.Select(entry => entry.Hash));
        var second = await AskAsync(archive, lookup with { Limit = 20, Cursor = first.Cursor });
        Assert.Equal(isForward ? wanted[20..] : wanted[..5], second.Messages.Select(entry => entry.Hash));
        Assert.Null(second.Cursor);
        // js-waku makes its cursors itself, and asks until a page is empty.
        var third = await AskAsync(archive, lookup with { Cursor = isForward ? wanted[^1] : wanted[0] });
        Assert.Equal((StoreStatus.Success, 0), (third.Status, third.Messages.Count));
        Assert.Equal(StoreStatus.BadResponse, (await AskAsync(archive, lookup with { Cursor = default(MessageHash) })).Status);
    }

    [Fact]
    public async Task A_message_comes_with_its_topic_or_only_its_hash_comes()
    {
        var archive = ListArchive.Of(1);
        var expected = archive.Messages[0];
        Assert.Equal([new StoreEntry(expected.Hash)], (await AskAsync(archive, Everything)).Messages);
        Assert.Equal(
            [new StoreEntry(expected.Hash, expected.Message, ListArchive.Topic)],
            (await AskAsync(archive, Everything with { IncludesData = true })).Messages);
    }

    [Fact]
    public async Task Topics_and_times_are_searched_together()
    {
        var archive = ListArchive.Of(30);
        var found = await AskAsync(archive, Everything with
        {
            PubsubTopic = ListArchive.Topic,
            ContentTopics = ["/a", "/c", "/a"],
            Start = 3,
            End = 8,
            IncludesData = true,
        });
        Assert.Equal([3, 5, 6, 8], found.Messages.Select(entry => entry.Message!.Timestamp!.Value));
    }

    [Fact]
    public async Task A_lookup_may_name_the_pubsub_topic_as_js_waku_does()
    {
        var archive = ListArchive.Of(3);
        var lookup = new StoreQueryRequest { RequestId = "1", Hashes = [archive.Messages[1].Hash], PubsubTopic = ListArchive.Topic };
        Assert.Single((await AskAsync(archive, lookup)).Messages);
        Assert.Empty((await AskAsync(archive, lookup with { PubsubTopic = "/waku/2/rs/0/1" })).Messages);
    }

    [Fact]
    public async Task Each_condition_narrows_what_is_found_also_without_the_others()
    {
        var archive = ListArchive.Of(9);
        async Task<int> CountAsync(StoreQueryRequest request) => (await AskAsync(archive, request)).Messages.Count;
        var lookup = Everything with { Hashes = [.. archive.Messages.Select(message => message.Hash)] };

        Assert.Equal(9, await CountAsync(Everything with { PubsubTopic = ListArchive.Topic }));
        Assert.Equal(0, await CountAsync(Everything with { PubsubTopic = "/waku/2/rs/0/1" }));
        Assert.Equal(3, await CountAsync(Everything with { ContentTopics = ["/a"] }));
        Assert.Equal(3, await CountAsync(lookup with { ContentTopics = ["/a"] }));
        Assert.Equal(2, await CountAsync(lookup with { Start = 7 }));
        Assert.Equal(2, await CountAsync(lookup with { End = 1 }));
    }

    [Fact]
    public async Task A_question_that_has_no_answer_is_a_bad_request()
    {
        async Task<StoreStatus> StatusOf(StoreQueryRequest request) => (await AskAsync(ListArchive.Of(3), request)).Status;

        Assert.Equal(StoreStatus.BadRequest, await StatusOf(Everything with { RequestId = "" }));
        Assert.Equal(StoreStatus.BadRequest, await StatusOf(Everything with { Hashes = new MessageHash[101] }));
        Assert.Equal(StoreStatus.BadRequest, await StatusOf(Everything with { PubsubTopic = "/t", ContentTopics = new string[101] }));
        Assert.Equal(StoreStatus.Success, await StatusOf(Everything));
    }

    [Fact]
    public async Task An_unknown_cursor_and_a_question_that_cannot_be_read_are_answered_with_the_references_codes()
    {
        var unknown = await AskAsync(ListArchive.Of(3), Everything with { Cursor = default(MessageHash) });
        Assert.Equal((StoreStatus.BadResponse, 300), (unknown.Status, (int)unknown.Status));
        Assert.Contains("cursor not found", unknown.Description);

        var unreadable = await AskAsync(ListArchive.Of(3), StoreProtocol.Protocol.Unreadable!(DecodeError.Truncated));
        Assert.Equal((StoreStatus.BadRequest, 400), (unreadable.Status, (int)unreadable.Status));
        Assert.Contains("decoding rpc failed", unreadable.Description);
    }

    [Fact]
    public async Task Every_answer_has_a_request_id_and_a_description_because_the_reference_wants_them()
    {
        var refused = await AskAsync(ListArchive.Of(1), Everything with { RequestId = "" });
        Assert.NotEmpty(refused.RequestId);
        Assert.NotEmpty(refused.Description);
        var answered = await AskAsync(ListArchive.Of(1), Everything with { RequestId = "mine" });
        Assert.Equal("mine", answered.RequestId);
        Assert.NotEmpty(answered.Description);
    }

    [Fact]
    public async Task An_archive_that_fails_costs_an_error_and_never_throws()
    {
        async Task<StoreStatus> StatusOf(Func<CancellationToken, Task<ArchivePage?>> instead) =>
            (await AskAsync(new ListArchive { Instead = instead }, Everything)).Status;

        Assert.Equal(StoreStatus.BadResponse, await StatusOf(_ => throw new ArchiveException("gone")));
        Assert.Equal(StoreStatus.ServiceUnavailable, await StatusOf(_ => throw new InvalidOperationException("a bug")));
        Assert.Equal(StoreStatus.ServiceUnavailable, await StatusOf(_ => Task.FromCanceled<ArchivePage?>(new CancellationToken(true))));
    }

    [Fact]
    public async Task A_peer_that_asks_too_much_waits_and_nobody_else_does()
    {
        var time = new VirtualTime();
        var options = new StoreServiceOptions { PeerLimit = new RateLimit(2, TimeSpan.FromSeconds(10)) };
        using var service = new StoreService(ListArchive.Of(3), options, time, NoLogger.Instance);
        async Task<StoreStatus> AskAsync(PeerId? peer) => (await service.AnswerAsync(peer, Everything, default)).Status;

        Assert.Equal(StoreStatus.Success, await AskAsync(Peer));
        Assert.Equal(StoreStatus.Success, await AskAsync(Peer));
        Assert.Equal(StoreStatus.TooManyRequests, await AskAsync(Peer));
        Assert.Equal(StoreStatus.Success, await AskAsync(PeerId.Parse("16Uiu2HAkvwhGHKNry6LACrB8TmEFoCJKEX29XR5dDUzk3UT3UNSE")));
        Assert.Equal(StoreStatus.Success, await AskAsync(null));
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(StoreStatus.Success, await AskAsync(Peer));
        Assert.Equal(StoreStatus.TooManyRequests, await AskAsync(Peer));
    }

    [Fact]
    public async Task The_archive_is_asked_no_more_at_once_than_the_options_say()
    {
        var (underWay, most) = (0, 0);
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var archive = new ListArchive
        {
            Instead = async _ =>
            {
                most = Math.Max(most, Interlocked.Increment(ref underWay));
                await answer.Task;
                Interlocked.Decrement(ref underWay);
                return new ArchivePage([], null);
            },
        };
        using var service = new StoreService(
            archive, new StoreServiceOptions { MaxConcurrentQueries = 3 }, TimeProvider.System, NoLogger.Instance);
        var asked = Enumerable.Range(0, 20).Select(_ => service.AnswerAsync(Peer, Everything, default)).ToArray();
        answer.SetResult();
        Assert.All(await Task.WhenAll(asked), response => Assert.Equal(StoreStatus.Success, response.Status));
        Assert.Equal(3, most);
    }

    static StoreQueryRequest Everything { get; } = new() { RequestId = "1", IsForward = true };

    static async Task<StoreQueryResponse> AskAsync(IMessageArchive archive, StoreQueryRequest request, StoreServiceOptions? options = null)
    {
        using var service = new StoreService(archive, options ?? new StoreServiceOptions(), TimeProvider.System, NoLogger.Instance);
        return await service.AnswerAsync(Peer, request, default);
    }
}
