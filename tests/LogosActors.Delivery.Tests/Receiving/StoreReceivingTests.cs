using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Tests.Hosting;
using static LogosActors.Delivery.Tests.Node;

namespace LogosActors.Delivery.Tests.Receiving;

/// <summary>Nodes with a store on the loopback: what one misses comes later, and once.</summary>
public sealed class StoreReceivingTests : IDisposable
{
    readonly string _directory = Directory.CreateTempSubdirectory("logos-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_sent_while_a_node_was_stopped_comes_once_when_it_is_back(bool hasDirectory)
    {
        await using var store = await StoreNode.StartAsync();
        await using var alice = await StartAsync(With(store));
        var options = With(store) with { DataDirectory = hasDirectory ? _directory : null };
        var received = new Received();
        var bob = await StartAsync(options);
        received.Observe(bob);
        await bob.SubscribeAsync([Topic]);
        await alice.SubscribeAsync([Topic]);
        await store.HasMeshAsync(2);

        await alice.SendAsync(Text("live"));
        await received.HasAsync("live");
        await bob.StopAsync();
        if (hasDirectory)
        {
            await bob.DisposeAsync();
            bob = await MessagingNode.CreateAsync(options);
            received.Observe(bob);
        }
        for (var i = 0; i < 120; i++)
            await alice.SendAsync(Text($"missed {i}"));
        await store.HasAsync(121);
        await bob.StartAsync();
        await received.HasAsync([.. Enumerable.Range(0, 120).Select(i => $"missed {i}")]);
        await alice.SendAsync(Text("last"));
        await store.HasAsync(122);
        await received.HasAsync("last");

        await bob.DisposeAsync();
        Assert.Equal(122, received.Count);
    }

    [Fact]
    public async Task What_was_sent_while_a_node_was_disconnected_comes_once_when_it_is_connected_again()
    {
        await using var store = await StoreNode.StartAsync();
        await using var alice = await StartAsync(With(store));
        await using var bob = await StartAsync(With(store));
        var received = new Received();
        received.Observe(bob);
        await bob.SubscribeAsync([Topic]);
        await alice.SubscribeAsync([Topic]);
        await store.HasMeshAsync(2);
        await alice.SendAsync(Text("before"));
        await received.HasAsync("before");

        await bob.DisconnectAsync();
        await alice.SendAsync(Text("meanwhile"));

        await received.HasAsync("meanwhile");
        Assert.Equal(2, received.Count);
    }

    [Fact]
    public async Task The_past_is_found_by_topic_and_time_page_by_page_and_by_hash()
    {
        await using var store = await StoreNode.StartAsync();
        store.Archive.Add(Enumerable.Range(0, 250).Select(i => FakeStore.Message(Topic, i * 1_000_000L)));
        store.Archive.Add([FakeStore.Message("/test/1/kitchen/proto", 5)]);
        await using var node = await StartAsync(With(store));

        var all = await node.Store.QueryAsync(new StoreQuery { ContentTopics = [Topic] });
        Assert.Equal(250, all.Value!.Messages.Count);
        Assert.Null(all.Value.Cursor);
        Assert.Equal(all.Value.Messages.OrderBy(message => message.Timestamp), all.Value.Messages);

        var some = await node.Store.QueryAsync(new StoreQuery
        {
            ContentTopics = [Topic],
            Start = DateTimeOffset.UnixEpoch.AddMilliseconds(100),
            End = DateTimeOffset.UnixEpoch.AddMilliseconds(199),
        });
        Assert.Equal(Hashes(all.Value.Messages.Skip(100).Take(100)), Hashes(some.Value!.Messages));

        foreach (var isForward in (bool[])[true, false])
        {
            var pages = new List<StoredMessage>();
            var query = new StoreQuery { ContentTopics = [Topic], Limit = 120, IsForward = isForward };
            do
            {
                var page = (await node.Store.QueryAsync(query)).Value!;
                Assert.InRange(page.Messages.Count, 1, 120);
                pages.InsertRange(isForward ? pages.Count : 0, page.Messages);
                query = query with { Cursor = page.Cursor is { } cursor && StoreCursor.TryParse(cursor.ToString(), out var read) ? read : null };
            }
            while (query.Cursor is not null);
            Assert.Equal(Hashes(all.Value.Messages), Hashes(pages));
        }

        MessageHash[] hashes = [all.Value.Messages[3].Hash, new(new byte[32]), all.Value.Messages[1].Hash];
        var looked = await node.Store.QueryAsync(new StoreQuery { Hashes = hashes });
        Assert.Equal([hashes[2], hashes[0]], Hashes(looked.Value!.Messages));
        Assert.Equal("1000000", System.Text.Encoding.UTF8.GetString(looked.Value.Messages[0].Message!.Payload.Span));
        var present = await node.Store.QueryAsync(new StoreQuery { Hashes = hashes, IncludesData = false });
        Assert.Equivalent(new[] { hashes[0], hashes[2] }, present.Value!.Messages.Select(message => message.Hash), strict: true);
        Assert.All(present.Value.Messages, message => Assert.Null(message.Message));
    }

    [Fact]
    public async Task A_node_with_an_archive_of_its_own_asks_that()
    {
        await using var node = await StartAsync(Options with { Archive = Store.ListArchive.Of(30) });

        var found = await node.Store.QueryAsync(new StoreQuery { Hashes = [.. Store.ListArchive.Of(30).Messages.Select(message => message.Hash)] });

        Assert.Equal(30, found.Value!.Messages.Count);
    }

    [Fact]
    public async Task A_query_that_cannot_be_answered_says_why()
    {
        await using var node = await MessagingNode.CreateAsync(Options);
        var topic = new StoreQuery { ContentTopics = [Topic] };
        Assert.Equal(StoreQueryErrorKind.NotStarted, await ErrorAsync(topic));
        await node.StartAsync();
        Assert.Equal(StoreQueryErrorKind.InvalidQuery, await ErrorAsync(new StoreQuery()));
        Assert.Equal(StoreQueryErrorKind.InvalidQuery, await ErrorAsync(topic with { Hashes = [default] }));
        Assert.Equal(StoreQueryErrorKind.InvalidQuery, await ErrorAsync(new StoreQuery { ContentTopics = ["lobby"] }));
        Assert.Equal(StoreQueryErrorKind.InvalidQuery, await ErrorAsync(topic with { Start = DateTimeOffset.MaxValue, End = DateTimeOffset.MinValue }));
        Assert.Equal(StoreQueryErrorKind.NoStore, await ErrorAsync(topic with { Start = DateTimeOffset.MinValue, End = DateTimeOffset.MaxValue }));

        async Task<StoreQueryErrorKind?> ErrorAsync(StoreQuery query) => (await node.Store.QueryAsync(query)).Error?.Kind;
    }

    static IEnumerable<MessageHash> Hashes(IEnumerable<StoredMessage> messages) => messages.Select(message => message.Hash);

    static NodeOptions With(StoreNode store) => Options with { StoreNodes = [store.Address] };

    /// <summary>What an application was told, by how often.</summary>
    sealed class Received
    {
        readonly Lock _gate = new();
        readonly List<string> _texts = [];

        public int Count
        {
            get
            {
                lock (_gate)
                    return _texts.Count;
            }
        }

        public void Observe(MessagingNode node) => node.MessageReceived += (_, told) =>
        {
            lock (_gate)
                _texts.Add(TextOf(told));
        };

        public Task HasAsync(params string[] texts) => TestHost.Until(() =>
        {
            lock (_gate)
                return texts.All(_texts.Contains);
        });
    }
}
