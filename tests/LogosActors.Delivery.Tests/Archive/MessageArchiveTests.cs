using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;
using Xunit.Abstractions;
using static LogosActors.Delivery.Tests.Archive.ArchiveSamples;

namespace LogosActors.Delivery.Tests.Archive;

/// <summary>What every archive does.</summary>
public abstract class MessageArchiveTests(ITestOutputHelper output) : IAsyncLifetime
{
    protected IMessageArchive Archive { get; private set; } = null!;

    public virtual async Task InitializeAsync()
    {
        Archive = Open();
        await Archive.InitializeAsync();
    }

    public virtual async Task DisposeAsync() => await Archive.DisposeAsync();

    [Fact]
    public async Task A_message_comes_back_as_it_was()
    {
        var full = new WakuMessage
        {
            ContentTopic = "/app/1/ünï\0code/proto",
            Payload = new byte[] { 1, 2, 0, 3 },
            Meta = new byte[] { 4 },
            RateLimitProof = new byte[] { 5 },
            Version = uint.MaxValue,
            Timestamp = Noon,
        };
        var bare = new WakuMessage { ContentTopic = "/app/1/bare/proto" };
        ArchivedMessage[] messages =
        [
            new(MessageHash.Compute(Shard0, full), Shard0, Noon, full),
            new(MessageHash.Compute(Shard1, bare), Shard1, Noon + 1, bare),
        ];

        Assert.Equal(2, await Archive.AppendAsync(messages));

        Assert.Equal(messages, await Archive.AllAsync());
    }

    [Fact]
    public async Task A_message_is_kept_once_however_often_it_comes()
    {
        var messages = Series(10);

        Assert.Equal(4, await Archive.AppendAsync([.. messages[..4], messages[0], messages[3]]));
        Assert.Equal(6, await Archive.AppendAsync(messages));
        Assert.Equal(0, await Archive.AppendAsync(messages));

        Assert.Equal(messages.Hashes(), (await Archive.AllAsync()).Hashes());
    }

    [Fact]
    public async Task A_message_that_does_not_say_when_it_was_made_keeps_the_time_when_it_first_came()
    {
        var first = Message(Noon, saysWhen: false);
        await Archive.AppendAsync([first]);

        Assert.Equal(0, await Archive.AppendAsync([first with { Time = Noon + Second }, first with { Time = Noon + (7200 * Second) }]));
        await ReopenAsync();
        Assert.Equal(0, await Archive.AppendAsync([first with { Time = Noon - Second }]));

        Assert.Equal(first, Assert.Single(await Archive.AllAsync()));
    }

    [Fact]
    public async Task A_time_that_is_not_the_timestamp_is_refused_and_nothing_is_kept()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Archive.AppendAsync([Message(Noon), Message(Noon) with { Time = Noon + 1 }]));
        await Assert.ThrowsAsync<ArgumentException>(() => Archive.AppendAsync([Message(Noon), Message(Noon + 1) with { Message = null }]));

        Assert.Empty(await Archive.AllAsync());
        Assert.Equal(1, await Archive.AppendAsync([Message(Noon)]));
    }

    [Fact]
    public async Task Pages_go_forward_and_backward_and_each_is_in_ascending_order()
    {
        var messages = Series(7);
        await Archive.AppendAsync([.. messages.Reverse()]);
        var query = new ArchiveQuery { Limit = 3 };

        var first = await Archive.QueryAsync(query);
        var second = await Archive.QueryAsync(query with { Cursor = first!.Cursor });
        var third = await Archive.QueryAsync(query with { Cursor = second!.Cursor });
        Assert.Equal(messages[..3].Hashes(), first.Hashes());
        Assert.Equal(messages[2].Hash, first.Cursor);
        Assert.Equal(messages[3..6].Hashes(), second.Hashes());
        Assert.Equal(messages[6..].Hashes(), third.Hashes());
        Assert.Null(third!.Cursor);

        var last = await Archive.QueryAsync(query with { IsForward = false });
        var before = await Archive.QueryAsync(query with { IsForward = false, Cursor = last!.Cursor });
        Assert.Equal(messages[4..].Hashes(), last.Hashes());
        Assert.Equal(messages[4].Hash, last.Cursor);
        Assert.Equal(messages[1..4].Hashes(), before.Hashes());
    }

    [Fact]
    public async Task The_last_page_has_no_cursor_when_it_is_full()
    {
        await Archive.AppendAsync(Series(6));

        var first = await Archive.QueryAsync(new ArchiveQuery { Limit = 3 });
        var second = await Archive.QueryAsync(new ArchiveQuery { Limit = 3, Cursor = first!.Cursor });

        Assert.Equal(3, second!.Messages.Count);
        Assert.Null(second.Cursor);
    }

    [Fact]
    public async Task A_cursor_may_name_a_message_that_the_query_does_not_want()
    {
        var wanted = Series(4, content: "/app/1/wanted/proto");
        var other = Message(Noon + Second + 1, "/app/1/other/proto", Shard1);
        await Archive.AppendAsync([.. wanted, other]);
        var query = new ArchiveQuery { ContentTopics = ["/app/1/wanted/proto"], Cursor = other.Hash };

        Assert.Equal(wanted[2..].Hashes(), (await Archive.QueryAsync(query)).Hashes());
        Assert.Equal(wanted[..2].Hashes(), (await Archive.QueryAsync(query with { IsForward = false })).Hashes());
    }

    [Fact]
    public async Task An_unknown_cursor_is_said_to_be_unknown()
    {
        await Archive.AppendAsync(Series(3));

        Assert.Null(await Archive.QueryAsync(new ArchiveQuery { Cursor = Message(Noon, payload: "never sent").Hash }));
    }

    [Fact]
    public async Task Nothing_is_found_by_topics_that_nobody_used()
    {
        await Archive.AppendAsync(Series(3));

        Assert.Empty((await Archive.QueryAsync(new ArchiveQuery { PubsubTopic = Shard1 })).Hashes());
        Assert.Empty((await Archive.QueryAsync(new ArchiveQuery { ContentTopics = ["/app/1/none/proto"] })).Hashes());
        Assert.Empty((await Archive.QueryAsync(new ArchiveQuery { PubsubTopic = Shard1, ContentTopics = ["/app/1/chat/proto"] })).Hashes());
    }

    [Fact]
    public async Task The_ends_of_time_can_be_asked_for()
    {
        var messages = new[] { Message(long.MinValue), Message(0), Message(long.MaxValue) };
        await Archive.AppendAsync(messages);

        Assert.Equal(messages.Hashes(), (await Archive.AllAsync()).Hashes());
        Assert.Equal(
            messages[2..].Hashes(), (await Archive.QueryAsync(new ArchiveQuery { Start = long.MaxValue, End = long.MaxValue })).Hashes());
        Assert.Equal(
            messages[..1].Hashes(), (await Archive.QueryAsync(new ArchiveQuery { Start = long.MinValue, End = long.MinValue })).Hashes());
        Assert.Empty((await Archive.QueryAsync(new ArchiveQuery { Start = 1, End = -1 })).Hashes());
    }

    [Fact]
    public async Task Presence_is_asked_for_by_hash_and_answered_without_data()
    {
        var messages = Series(150);
        await Archive.AppendAsync(messages);
        var asked = messages[20..60].Hashes().Append(Message(0).Hash).ToArray();

        var page = await Archive.QueryAsync(new ArchiveQuery { Hashes = asked, IncludesData = false, Limit = 5 });

        Assert.Equal(messages[20..60].Hashes(), page.Hashes());
        Assert.All(page!.Messages, message => Assert.Null(message.Message));
        Assert.Null(page.Cursor);
        var many = await Archive.QueryAsync(new ArchiveQuery { Hashes = [.. messages.Hashes()] });
        Assert.Equal(messages[..ArchiveQuery.MaxLimit], many!.Messages);
    }

    [Fact]
    public async Task What_is_kept_is_there_after_reopening()
    {
        var messages = Series(20);
        await Archive.AppendAsync(messages[..10]);

        await ReopenAsync();

        Assert.Equal(10, await Archive.AppendAsync(messages));
        Assert.Equal(messages, await Archive.AllAsync());
        Assert.Equal(20, (await Archive.QueryAsync(new ArchiveQuery { Hashes = [.. messages.Hashes()] }))!.Messages.Count);
    }

    [Fact]
    public async Task Any_query_pages_through_exactly_what_a_plain_list_has()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var model = new ArchiveModel();
        for (var round = 0; round < 10; round++)
        {
            var batch = Enumerable.Range(0, random.Next(1, 60)).Select(_ => ArchiveModel.RandomMessage(random)).ToList();
            batch.AddRange(model.InOrder.Where(_ => random.Next(10) == 0));
            Assert.Equal(model.Append(batch), await Archive.AppendAsync(batch));
            if (round == 5)
                await ReopenAsync();
            for (var i = 0; i < 6; i++)
                await CompareAsync(model, ArchiveModel.RandomQuery(random), random);
        }
    }

    [Fact]
    public async Task Readers_see_each_append_whole_while_it_goes_on()
    {
        const int Batch = 10;
        var messages = Series(600);
        var writing = Task.Run(async () =>
        {
            foreach (var batch in messages.Chunk(Batch))
                await Archive.AppendAsync(batch);
        });

        var seen = 0;
        while (seen < messages.Length)
        {
            var isDone = writing.IsCompleted;
            var page = await Archive.QueryAsync(new ArchiveQuery { Start = messages[seen].Time, IncludesData = false, Limit = 100 });
            Assert.Equal(0, page!.Messages.Count % Batch);
            seen += page.Messages.Count;
            foreach (var message in page.Messages.TakeLast(1))
                Assert.Single((await Archive.QueryAsync(new ArchiveQuery { Hashes = [message.Hash] }))!.Messages);
            Assert.False(isDone && page.Messages.Count == 0);
        }
        await writing;
    }

    [Fact]
    public async Task Messages_that_are_too_old_are_removed()
    {
        // The limit is a full hour, where partitions end.
        var messages = Enumerable.Range(0, 30).Select(i => Message(Noon + (i * 1200 * Second))).ToArray();
        var elsewhere = messages.Select(message => Message(message.Time, "/app/1/other/proto", Shard1)).ToArray();
        await Archive.AppendAsync([.. messages, .. elsewhere, Message(5, payload: "long ago")]);

        await Archive.RetainAsync(new RetentionPolicy { MaxAge = TimeSpan.FromHours(2) }, messages[18].Time);

        var expected = messages[12..].Concat(elsewhere[12..]);
        Assert.Equal(expected.Hashes().ToHashSet(), (await Archive.AllAsync()).Hashes().ToHashSet());
        Assert.Empty((await Archive.QueryAsync(new ArchiveQuery { Hashes = [messages[0].Hash] })).Hashes());
        Assert.Null(await Archive.QueryAsync(new ArchiveQuery { Cursor = messages[0].Hash }));
        Assert.Equal(1, await Archive.AppendAsync([messages[11], messages[12]]));
    }

    [Fact]
    public async Task The_oldest_of_too_many_messages_are_removed()
    {
        // Hours apart, so that they lie in several partitions.
        var messages = Enumerable.Range(0, 30).Select(i => Message(Noon + (i * 1200 * Second))).ToArray();
        await Archive.AppendAsync(messages);
        await Archive.AppendAsync(messages);

        await Archive.RetainAsync(new RetentionPolicy { MaxCount = 30 }, messages[^1].Time);
        Assert.Equal(messages.Hashes(), (await Archive.AllAsync()).Hashes());
        await Archive.RetainAsync(new RetentionPolicy { MaxCount = 7 }, messages[^1].Time);

        Assert.Equal(messages[23..].Hashes(), (await Archive.AllAsync()).Hashes());
        await ReopenAsync();
        Assert.Equal(1, await Archive.AppendAsync([messages[0], messages[29]]));
        await Archive.RetainAsync(new RetentionPolicy { MaxCount = 7 }, messages[^1].Time);
        Assert.Equal(messages[23..].Hashes(), (await Archive.AllAsync()).Hashes());
    }

    [Fact]
    public async Task The_oldest_messages_are_removed_when_they_take_too_much_space()
    {
        var random = new Random(1);
        var messages = Enumerable.Range(0, 400).Select(i => Message(Noon + (i * 60 * Second), payload: RandomText(random, 20_000))).ToArray();
        await Archive.AppendAsync(messages);
        var policy = new RetentionPolicy { MaxSize = 4_000_000 };

        await Archive.RetainAsync(policy, messages[^1].Time);

        var left = (await Archive.AllAsync()).Hashes().ToArray();
        Assert.InRange(left.Length, 1, 399);
        Assert.Equal(messages[^left.Length..].Hashes(), left);
        await Archive.RetainAsync(policy, messages[^1].Time);
        Assert.Equal(left, (await Archive.AllAsync()).Hashes());
    }

    [Fact]
    public async Task A_topic_can_be_used_again_after_all_its_messages_were_removed()
    {
        await Archive.AppendAsync([Message(Noon, "/app/1/old/proto"), Message(Noon + (60 * Second), "/app/1/new/proto")]);
        await Archive.RetainAsync(new RetentionPolicy { MaxCount = 1 }, Noon);
        var again = Message(Noon + (90 * Second), "/app/1/old/proto");

        await Archive.AppendAsync([again]);

        Assert.Equal([again], await Archive.AllAsync(new ArchiveQuery { ContentTopics = ["/app/1/old/proto"] }));
    }

    [Fact]
    public async Task A_call_after_the_end_is_refused()
    {
        await Archive.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => Archive.AppendAsync(Series(1)));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Archive.QueryAsync(new ArchiveQuery()));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Archive.RetainAsync(new RetentionPolicy { MaxCount = 1 }, Noon));
        await Archive.DisposeAsync();
    }

    /// <summary>Makes an archive over the same database each time.</summary>
    protected abstract IMessageArchive Open();

    protected void Renew() => Archive = Open();

    protected async Task ReopenAsync()
    {
        await Archive.DisposeAsync();
        Renew();
        await Archive.InitializeAsync();
    }

    async Task CompareAsync(ArchiveModel model, ArchiveQuery query, Random random)
    {
        var expected = model.Find(query).ToArray();
        var pages = await Archive.AllAsync(query);
        if (!query.IsForward)
            Assert.Equal(expected.Reverse().Chunk(query.Limit).SelectMany(page => page.Reverse()), pages);
        else
            Assert.Equal(expected, pages);

        var byHash = query with { Hashes = model.RandomHashes(random) };
        Assert.Equal(model.Find(byHash), (await Archive.QueryAsync(byHash))!.Messages);
    }
}
