using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Relay;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Tests;
using Microsoft.Extensions.Logging.Abstractions;
using static LogosActors.Delivery.Tests.Node;

namespace LogosActors.Delivery.Tests;

/// <summary>Nodes with an archive, and nodes that ask them.</summary>
public sealed class ArchivingNodeTests : IDisposable
{
    readonly string _path = Directory.CreateTempSubdirectory("logos-").FullName;

    public void Dispose() => Directory.Delete(_path, recursive: true);

    [Fact]
    public async Task A_message_is_sent_when_a_store_has_it_and_found_again_by_those_who_come_later()
    {
        await using var archive = Archive();
        await using var store = await StartAsync(Options with { Archive = archive });
        await store.SubscribeAsync([Topic]);
        await using var alice = await StartAsync(store);
        await using var events = alice.Events().GetAsyncEnumerator();
        await alice.SubscribeAsync([Topic]);
        await alice.HasPeersAsync(1);
        await UntilAsync(() => alice.HasStore);

        await alice.SendAsync(Text("kept"));
        await alice.SendAsync(Text("not kept") with { IsEphemeral = true });

        var stored = await events.NextAsync<MessageSent>(sent => sent.IsStored);
        await using var late = await StartAsync(store);
        await UntilAsync(() => late.HasStore);
        var history = await late.Store.QueryAsync(new StoreQuery { ContentTopics = [Topic] });
        var found = Assert.Single(history.Value!.Messages);
        Assert.Equal(stored.Hash, found.Hash);
        Assert.Equal("kept", System.Text.Encoding.UTF8.GetString(found.Message!.Payload.Span));
    }

    [Fact]
    public async Task A_store_that_serves_is_a_peer_that_is_liked_better()
    {
        await using var archive = Archive();
        await using var store = await StartAsync(Options with { Archive = archive });
        await using var alice = await StartAsync(store);
        await UntilAsync(() => alice.KnowsStore);

        Assert.True((await alice.Store.QueryAsync(new StoreQuery { ContentTopics = [Topic] })).IsSuccess);

        await UntilAsync(() => alice.Host!.Find(store.PeerId)?.Score > 0);
    }

    [Fact]
    public async Task Who_does_not_want_stores_to_be_asked_is_told_at_once_that_a_message_is_sent()
    {
        await using var archive = Archive();
        await using var store = await StartAsync(Options with { Archive = archive });
        await store.SubscribeAsync([Topic]);
        await using var alice = await StartAsync(Options with { Sending = new SendingOptions { AsksStores = false } }, store);
        await using var events = alice.Events().GetAsyncEnumerator();
        await alice.SubscribeAsync([Topic]);
        await alice.HasPeersAsync(1);
        await UntilAsync(() => alice.KnowsStore);

        await alice.SendAsync(Text("sent"));

        Assert.False((await events.NextAsync<MessageSent>()).IsStored);
    }

    [Fact]
    public async Task A_publishers_own_archive_keeps_what_the_archives_of_others_keep()
    {
        await using var archive = Archive();
        await using var own = new SqliteArchive(new SqliteArchiveOptions { Path = Path.Combine(_path, "own.db") });
        await using var store = await StartAsync(Options with { Archive = archive });
        await store.SubscribeAsync([Topic]);
        await using var publisher = await StartAsync(Options with { Archive = own }, store);
        await publisher.SubscribeAsync([Topic]);
        await publisher.HasPeersAsync(1);
        var now = UnixNanoseconds.Now(TimeProvider.System);
        var hour = UnixNanoseconds.Of(TimeSpan.FromHours(1));
        var timely = new WakuMessage { ContentTopic = Topic, Payload = new byte[] { 1 }, Timestamp = now };

        foreach (var message in new[] { timely with { Timestamp = now + hour }, timely with { Timestamp = now - hour }, timely with { Timestamp = null }, timely })
            Assert.Equal(PublishOutcome.Sent, await publisher.PublishAsync(publisher.ShardOf(Topic), message));

        foreach (var one in new[] { archive, own })
        {
            // Messages are kept in the order in which they come: the timely one is the last.
            await UntilAsync(async () => (await one.QueryAsync(new ArchiveQuery()))!.Messages.Any(kept => kept.Time == now));
            Assert.Equal([now], (await one.QueryAsync(new ArchiveQuery()))!.Messages.Select(kept => kept.Time));
        }
    }

    [Fact]
    public async Task What_a_node_publishes_is_in_its_own_archive_when_it_has_stopped()
    {
        await using var archive = Archive();
        await using (var node = await StartAsync(Options with { Archive = archive }))
        {
            var published = 0;
            using var watching = node.WatchRelay(_ => Interlocked.Increment(ref published));
            await node.SubscribeAsync([Topic]);
            for (var i = 0; i < 100; i++)
                await node.SendAsync(Text($"message {i}"));
            // What has not come that far ends in an error.
            await UntilAsync(() => Volatile.Read(ref published) == 100);
        }

        var kept = await archive.QueryAsync(new ArchiveQuery { Limit = ArchiveQuery.MaxLimit });
        Assert.Equal(100, kept!.Messages.Count);
    }

    [Fact]
    public async Task What_is_published_right_after_the_start_is_kept()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            await using var archive = new SqliteArchive(new SqliteArchiveOptions { Path = Path.Combine(_path, $"{i}.db") });
            await using (var node = await StartAsync(Options with { Archive = archive }))
            {
                var message = new WakuMessage { ContentTopic = Topic, Payload = new byte[] { 1 }, Timestamp = UnixNanoseconds.Now(TimeProvider.System) };
                await node.PublishAsync(node.ShardOf(Topic), message);
            }

            Assert.Single((await archive.QueryAsync(new ArchiveQuery()))!.Messages);
        }));
    }

    [Fact]
    public async Task A_store_that_was_away_gets_what_it_has_missed_from_another_one_and_serves_it()
    {
        await using var archive = Archive();
        await using var other = new SqliteArchive(new SqliteArchiveOptions { Path = Path.Combine(_path, "other.db") });
        await using var store = await StartAsync(Options with { Archive = archive });
        await store.SubscribeAsync([Topic]);
        // What comes late is not of the time that is asked of the relay.
        var away = Options with { Archive = other, Archiving = new ArchiveWriterOptions { MaxTimeDifference = TimeSpan.FromMilliseconds(1) } };
        await using var healed = await StartAsync(away, store);
        await healed.SubscribeAsync([Topic]);
        await healed.StopAsync();
        var missed = new WakuMessage { ContentTopic = Topic, Payload = "missed"u8.ToArray(), Timestamp = UnixNanoseconds.From(DateTimeOffset.UtcNow) };
        await store.PublishAsync(store.ShardOf(Topic), missed);
        var hash = MessageHash.Compute(store.ShardOf(Topic).ToString(), missed);
        var query = new ArchiveQuery { Hashes = [hash] };
        await UntilAsync(async () => (await archive.QueryAsync(query))!.Messages.Count == 1);

        await healed.StartAsync();

        await UntilAsync(async () => (await other.QueryAsync(query))!.Messages.Count == 1);
        await using var late = await StartAsync(healed);
        await UntilAsync(() => late.HasStore);
        Assert.Equal([hash], (await late.Store.QueryAsync(new StoreQuery { ContentTopics = [Topic] })).Value!.Messages.Select(found => found.Hash));
    }

    [Fact]
    public async Task A_store_whose_actor_fails_or_is_killed_keeps_what_comes_then_and_goes_on_serving()
    {
        using var system = LogosSystem.Create("store", NullLoggerFactory.Instance);
        await using var archive = Archive();
        await using (var store = await MessagingNode.CreateAsync(Options with { Archive = archive }, NullLoggerFactory.Instance, system))
        {
            await store.StartAsync();
            await store.SubscribeAsync([Topic]);
            await using var alice = await StartAsync(store);
            await alice.SubscribeAsync([Topic]);
            await alice.HasPeersAsync(1);

            for (var i = 0; i < 5; i++)
            {
                var kept = 10 * (i + 1);
                var actor = ActorFailure.TreeOf(system).Single(static actor => actor.Path.Name == "store");
                if (i % 2 == 0)
                    ActorFailure.Fail(actor);
                else
                    ActorFailure.Kill(actor);
                for (var sent = 0; sent < 10; sent++)
                    await alice.SendAsync(Text($"{i}: {sent}"));

                await UntilAsync(async () => (await archive.QueryAsync(new ArchiveQuery { Limit = ArchiveQuery.MaxLimit }))!.Messages.Count == kept);
            }

            await UntilAsync(() => alice.HasStore);
            Assert.Equal(50, (await alice.Store.QueryAsync(new StoreQuery { ContentTopics = [Topic], Limit = 100 })).Value!.Messages.Count);
        }
        await system.Terminate();
    }

    [Fact]
    public async Task An_archive_that_cannot_be_used_stops_the_start_with_the_reason()
    {
        await File.WriteAllTextAsync(Path.Combine(_path, "archive.db"), new string('x', 5000));
        await using var archive = Archive();
        await using var node = await MessagingNode.CreateAsync(Options with { Archive = archive });

        var refused = await Assert.ThrowsAsync<NodeStartException>(() => node.StartAsync());

        Assert.Equal(NodeStartFailure.Archive, refused.Failure);
        Assert.False(node.IsStarted);
    }

    [Fact]
    public async Task What_the_validator_refuses_reaches_nobody()
    {
        RelayValidator refuse = (message, _) => ValueTask.FromResult(
            message.Message.Meta.IsEmpty ? ValidationResult.Accept : ValidationResult.Ignore);
        await using var alice = await StartAsync();
        await using var bob = await StartAsync(Options with { Validation = new MessageValidationOptions { Validator = refuse } }, alice);
        await using var events = bob.Events().GetAsyncEnumerator();
        await alice.SubscribeAsync([Topic]);
        await bob.SubscribeAsync([Topic]);
        await alice.HasPeersAsync(1);

        await alice.SendAsync(Text("refused") with { Meta = new byte[] { 1 } });
        await alice.SendAsync(Text("accepted"));

        Assert.Equal("accepted", TextOf(await events.NextAsync<MessageReceived>()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_the_validator_of_the_sender_refuses_is_not_sent_and_not_kept(bool throws)
    {
        RelayValidator refuse = async (message, _) =>
        {
            await Task.Yield();
            Assert.Null(message.From);
            return message.Message.Meta.IsEmpty ? ValidationResult.Accept : throws ? throw new FormatException("No proof.") : ValidationResult.Reject;
        };
        await using var archive = Archive();
        await using (var alice = await StartAsync(Options with { Archive = archive, Validation = new MessageValidationOptions { Validator = refuse } }))
        {
            await using var bob = await StartAsync(alice);
            await using var told = alice.Events().GetAsyncEnumerator();
            await using var received = bob.Events().GetAsyncEnumerator();
            await alice.SubscribeAsync([Topic]);
            await bob.SubscribeAsync([Topic]);
            await alice.HasPeersAsync(1);

            var refused = await alice.SendAsync(Text("refused") with { Meta = new byte[] { 1 } });
            Assert.Equal(refused.Value, (await told.NextAsync<MessageError>()).Request);
            await alice.SendAsync(Text("accepted"));

            Assert.Equal("accepted", TextOf(await received.NextAsync<MessageReceived>()));
        }
        Assert.Single((await archive.QueryAsync(new ArchiveQuery()))!.Messages);
    }

    [Fact]
    public async Task A_peer_of_another_cluster_is_left_alone()
    {
        await using var alice = await StartAsync();
        await using var stranger = await StartAsync(Options with { Network = new(9, 1) });
        await stranger.SubscribeAsync([Topic]);
        await alice.SubscribeAsync([Topic]);
        await using var bob = await StartAsync(Options, alice, stranger);
        await bob.SubscribeAsync([Topic]);
        await bob.HasPeersAsync(1);

        await UntilAsync(() => !bob.ConnectedPeers.Contains(stranger.PeerId) && bob.ConnectedPeers.Contains(alice.PeerId));
    }

    SqliteArchive Archive() => new(new SqliteArchiveOptions { Path = Path.Combine(_path, "archive.db") });

    static Task UntilAsync(Func<bool> condition) => UntilAsync(() => Task.FromResult(condition()));

    static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await condition())
            await Task.Delay(10, late.Token);
    }
}
