using Akka.Event;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Store;
using LogosActors.Delivery.Tests.Hosting;
using LogosActors.Libp2p.Requests;

namespace LogosActors.Delivery.Tests.Store;

public sealed class StoreClientTests
{
    static readonly ArchiveQuery AboutA = new() { PubsubTopic = ListArchive.Topic, ContentTopics = ["/a"], Start = 3, End = 300 };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task All_pages_of_a_store_are_read(bool isForward)
    {
        await using var stores = await StoreAndClient.StartAsync();
        var archive = ListArchive.Of(120);
        using var service = new StoreService(archive, new StoreServiceOptions(), TimeProvider.System, NoLogger.Instance);
        service.Serve(stores.There.Host);

        var pages = await ReadAsync(stores, AboutA with { IsForward = isForward, Limit = 10 });

        Assert.All(pages, page => Assert.Equal(0, page.Value?.Refused));
        var expected = archive.Messages.Where(message => message is { Time: >= 3, Message.ContentTopic: "/a" }).Select(message => message.Message);
        Assert.Equal(expected, (isForward ? pages : Enumerable.Reverse(pages)).SelectMany(page => page.Value!.Messages).Select(entry => entry.Message));
        Assert.Equal(4, pages.Count);
    }

    [Fact]
    public async Task A_store_is_asked_which_of_any_number_of_messages_it_has()
    {
        await using var stores = await StoreAndClient.StartAsync();
        var (archive, other) = (ListArchive.Of(230), ListArchive.Of(20, payload: 2));
        using var service = new StoreService(archive, new StoreServiceOptions(), TimeProvider.System, NoLogger.Instance);
        service.Serve(stores.There.Host);
        var here = archive.Messages.Select(message => message.Hash).ToHashSet();

        var present = await stores.Client.FindPresentAsync(stores.There.Id, [.. here, .. other.Messages.Select(message => message.Hash)]);

        Assert.True(present.IsAnswered, present.Reason);
        Assert.Equal(here, present.Value.ToHashSet());
    }

    [Fact]
    public async Task What_goes_wrong_is_said()
    {
        await using var stores = await StoreAndClient.StartAsync();
        async Task<StoreFailure?> AskAsync() => (await stores.Client.QueryAsync(stores.There.Id, AboutA)).Failure;

        Assert.Equal(StoreFailure.NotReached, await AskAsync()); // it serves no store yet
        var response = new StoreQueryResponse();
        stores.There.Host.Serve(StoreProtocol.Protocol, (_, _, _) => Task.FromResult(response));
        Assert.Equal(StoreFailure.Failed, await AskAsync());
        response = new StoreQueryResponse { Status = StoreStatus.TooManyRequests };
        Assert.Equal(StoreFailure.TooManyRequests, await AskAsync());
        response = new StoreQueryResponse { Status = StoreStatus.BadRequest, Description = "no such cursor" };
        Assert.Equal(StoreFailure.Refused, await AskAsync());
        Assert.Contains("no such cursor", (await stores.Client.QueryAsync(stores.There.Id, AboutA)).Reason, StringComparison.Ordinal);
        response = new StoreQueryResponse { Status = (StoreStatus)599 };
        Assert.Equal(StoreFailure.Failed, await AskAsync());
        stores.There.Host.RemoveHandler(StoreProtocol.Id);
        stores.There.Host.Handle(StoreProtocol.Id, async (stream, cancellation) => await stream.WriteAsync(new byte[] { 1, 0xff }, cancellation));
        Assert.Equal(StoreFailure.BadAnswer, await AskAsync());
        Assert.Equal(StoreFailure.BadAnswer, (await stores.Client.FindPresentAsync(stores.There.Id, [default])).Failure);
    }

    [Fact]
    public async Task A_query_that_every_store_refuses_is_not_sent()
    {
        await using var stores = await StoreAndClient.StartAsync();
        Task AskAsync(ArchiveQuery query) => stores.Client.QueryAsync(stores.There.Id, query);

        await Assert.ThrowsAsync<ArgumentException>(() => AskAsync(new ArchiveQuery { Hashes = new MessageHash[101] }));
        await Assert.ThrowsAsync<ArgumentException>(() => AskAsync(new ArchiveQuery { ContentTopics = new string[101] }));
    }

    [Fact]
    public async Task A_store_that_pages_in_circles_is_left()
    {
        await using var stores = await StoreAndClient.StartAsync();
        var archive = ListArchive.Of(9);
        var asked = 0;
        stores.There.Host.Serve(StoreProtocol.Protocol, (_, _, _) =>
        {
            var message = archive.Messages[3 * (asked++ % 3)];
            return Task.FromResult(Answer(message.Hash, new StoreEntry(message.Hash, message.Message, message.PubsubTopic)));
        });

        var pages = await ReadAsync(stores, AboutA with { Start = null });

        Assert.Equal([null, null, null, StoreFailure.BadAnswer], pages.Select(page => page.Failure));
        Assert.Equal(4, asked);
    }

    [Fact]
    public async Task A_store_that_pages_for_ever_is_left()
    {
        await using var stores = await StoreAndClient.StartAsync();
        var asked = 0L;
        stores.There.Host.Serve(StoreProtocol.Protocol, (_, _, _) =>
        {
            var message = new WakuMessage { ContentTopic = "/a", Timestamp = 3 + asked++ };
            var hash = MessageHash.Compute(ListArchive.Topic, message);
            return Task.FromResult(Answer(hash, new StoreEntry(hash, message, ListArchive.Topic)));
        });

        var pages = await ReadAsync(stores, AboutA, new StorePaging { MaxPages = 5 });
        Assert.Equal([null, null, null, null, StoreFailure.TooMany], pages.Select(page => page.Failure));
        pages = await ReadAsync(stores, AboutA, new StorePaging { MaxMessages = 3 });
        Assert.Equal([null, null, null, StoreFailure.TooMany], pages.Select(page => page.Failure));
    }

    internal static StoreQueryResponse Answer(MessageHash? cursor, params StoreEntry[] messages) =>
        new() { RequestId = "1", Status = StoreStatus.Success, Description = "OK", Messages = messages, Cursor = cursor };

    static async Task<List<StoreResult<StorePage>>> ReadAsync(StoreAndClient stores, ArchiveQuery query, StorePaging? paging = null)
    {
        var pages = new List<StoreResult<StorePage>>();
        await foreach (var page in stores.Client.QueryAllAsync(stores.There.Id, query, paging))
            pages.Add(page);
        return pages;
    }

    sealed class StoreAndClient(TestHost here, TestHost there) : IAsyncDisposable
    {
        public TestHost There => there;

        public StoreClient Client { get; } = new(here.Host);

        public static async Task<StoreAndClient> StartAsync()
        {
            var (here, there) = (await TestHost.StartAsync(), await TestHost.StartAsync());
            await here.ConnectAsync(there);
            return new StoreAndClient(here, there);
        }

        public async ValueTask DisposeAsync()
        {
            Client.Dispose();
            await here.DisposeAsync();
            await there.DisposeAsync();
        }
    }
}
