using System.Collections.Concurrent;
using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.StoreSync;
using LogosActors.Delivery.Tests.Hosting;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using static LogosActors.Delivery.Tests.Node;

namespace LogosActors.Delivery.Tests.StoreSync;

/// <summary>Stores over sockets that synchronize.</summary>
public sealed class SyncedNodeTests : IDisposable
{
    static readonly PubsubTopic Shard = new(0, 0);

    static readonly StoreSyncOptions Soon = new() { Interval = TimeSpan.FromSeconds(1), RelayJitter = TimeSpan.Zero };

    /// <summary>Begins nothing for as long as a test takes.</summary>
    static readonly StoreSyncOptions Late = Soon with { Interval = TimeSpan.FromDays(1) };

    readonly string _path = Directory.CreateTempSubdirectory("logos-").FullName;

    public void Dispose() => Directory.Delete(_path, recursive: true);

    [Fact]
    public async Task Two_stores_that_lack_messages_of_each_other_are_equal_after_a_while()
    {
        await using var one = await ArchiveAsync("one", [.. Messages(0, 300), .. Messages(1000, 40)]);
        await using var other = await ArchiveAsync("other", [.. Messages(0, 250), .. Messages(2000, 7)]);
        await using var first = await StartAsync(Store(one, Soon));
        await using var second = await StartAsync(Store(other, Late), first);

        await UntilAsync(async () => await one.CountAsync() == 347 && await other.CountAsync() == 347);
        Assert.Equal(await HashesAsync(one), await HashesAsync(other));
    }

    [Fact]
    public async Task A_store_that_begins_empty_has_what_the_other_kept_and_serves_it()
    {
        await using var full = await ArchiveAsync("full", [.. Messages(0, 500)]);
        await using var empty = await ArchiveAsync("empty", []);
        await using var first = await StartAsync(Store(full, Late));
        await using var second = await StartAsync(Store(empty, Soon), first);

        await UntilAsync(async () => await empty.CountAsync() == 500);
        Assert.Equal(await HashesAsync(full), await HashesAsync(empty));
    }

    [Fact]
    public async Task What_is_older_than_the_range_is_not_synchronized()
    {
        var old = Message(1) with { Timestamp = UnixNanoseconds.Now(TimeProvider.System) - UnixNanoseconds.Of(TimeSpan.FromHours(2)) };
        await using var one = await ArchiveAsync("one", [old, Message(2)]);
        await using var other = await ArchiveAsync("other", []);
        await using var first = await StartAsync(Store(one, Late));
        await using var second = await StartAsync(Store(other, Soon), first);

        await UntilAsync(async () => await other.CountAsync() > 0);
        Assert.Equal(MessageHash.Compute(Shard.ToString(), Message(2)), Assert.Single(await HashesAsync(other)));
    }

    [Fact]
    public async Task What_nobody_asked_for_is_not_kept_and_what_was_asked_for_is()
    {
        await using var archive = await ArchiveAsync("archive", [Message(1)]);
        await using var store = await StartAsync(Store(archive, Late));
        await using var peer = await TestHost.StartAsync();
        INodeHost host = peer.Host;
        Assert.True((await host.DialAsync(store.Addresses[0])).IsConnected);
        var (wanted, unasked) = (Message(2), Message(3));
        var reached = UnixNanoseconds.Now(TimeProvider.System);

        await TransferAsync(unasked);
        // Until its ids are read, the store answers that it has nothing to say.
        var index = new ReconciliationIndex(100);
        index.Add(Shard.ToString(), wanted.ContentTopic, new ArchivePosition(wanted.Timestamp!.Value, MessageHash.Compute(Shard.ToString(), wanted)));
        Reconciliation side;
        do
        {
            side = new Reconciliation(index, [Shard.ToString()]);
            await using var conversation = await host.OpenConversationAsync(store.PeerId, StoreSyncProtocols.Reconciliation, default);
            var exchange = new ReconciliationExchange(TimeProvider.System, payload =>
            {
                var answer = side.Answer(payload);
                return Task.FromResult(new Synchronization.Answer(answer, side.IsOver));
            });
            await exchange.RunAsync(conversation, side.Begin(reached - UnixNanoseconds.Of(TimeSpan.FromHours(1)), reached), default);
        }
        while (side.Rounds == 0);
        Assert.Equal(MessageHash.Compute(Shard.ToString(), wanted), Assert.Single(side.ToSend));
        Assert.Equal(1, side.Expected.Count);
        await TransferAsync(unasked, wanted, unasked);

        await UntilAsync(async () => await archive.CountAsync() == 2);
        Assert.Equal(
            new[] { Message(1), wanted }.Select(message => MessageHash.Compute(Shard.ToString(), message)).Order(), (await HashesAsync(archive)).Order());

        async Task TransferAsync(params WakuMessage[] messages)
        {
            await using var stream = await host.OpenMessagesAsync(store.PeerId, StoreSyncProtocols.TransferId, default);
            foreach (var message in messages)
                await stream.WriteAsync(TransferCodec.Frame(new TransferredMessage(Shard.ToString(), message)), default);
        }
    }

    [Fact]
    public async Task The_largest_message_of_the_network_comes_too_and_after_the_others()
    {
        var largest = Message(5) with { Payload = new byte[WakuMessageLimits.MessageSize - 100] };
        largest = largest with { Payload = new byte[largest.Payload.Length + WakuMessageLimits.MessageSize - WakuMessageCodec.SizeOf(largest)] };
        Assert.Equal(WakuMessageLimits.MessageSize, WakuMessageCodec.SizeOf(largest));
        await using var full = await ArchiveAsync("full", [largest, .. Messages(10, 40)]);
        await using var peer = await TestHost.StartAsync();
        await using var sender = await TestHost.StartAsync();
        await sender.ConnectAsync(peer);
        var received = new ConcurrentQueue<int>();
        ((INodeHost)peer.Host).Receive(StoreSyncProtocols.Transfer(WakuMessageLimits.MessageSize), (_, message, _) =>
        {
            received.Enqueue(message.Length);
            return default;
        });

        var length = WakuMessageLimits.MessageSize + StoreSyncLimits.TransferOverhead;
        var sent = await new MessageTransfer(sender.Host, full, length, TimeProvider.System).SendAsync(peer.Id, await HashesAsync(full), default);

        Assert.Equal(41, sent);
        await TestHost.Until(() => received.Count == 41);
        Assert.True(received.Last() > WakuMessageLimits.MessageSize);
        Assert.All(received.SkipLast(1), size => Assert.True(size < 1000));
    }

    [Fact]
    public async Task A_store_that_joins_no_shard_synchronizes_those_that_it_is_given()
    {
        await using var full = await ArchiveAsync("full", [.. Messages(0, 30)]);
        await using var alone = await ArchiveAsync("alone", []);
        await using var first = await StartAsync(Store(full, Late));
        await using var second = await StartAsync(Store(alone, Soon with { Shards = [Shard] }) with { Shards = [] }, first);

        await UntilAsync(async () => await alone.CountAsync() == 30);
    }

    [Fact]
    public async Task When_the_actor_that_synchronizes_was_killed_the_next_one_has_the_archives_ids()
    {
        using var system = LogosSystem.Create("full", NullLoggerFactory.Instance);
        await using var full = await ArchiveAsync("full", [.. Messages(0, 150)]);
        await using var empty = await ArchiveAsync("empty", []);
        await using (var first = await MessagingNode.CreateAsync(Store(full, Late), NullLoggerFactory.Instance, system))
        {
            await first.StartAsync();
            // A node has started before its store's children have.
            IActorRef? sync = null;
            await UntilAsync(async () => (sync = await FindAsync(system, "/user/*/node/store/sync")) is not null);
            sync.Tell(Kill.Instance);

            await using var second = await StartAsync(Store(empty, Soon), first);
            await UntilAsync(async () => await empty.CountAsync() == 150);
        }
        await system.Terminate();
    }

    [Fact]
    public async Task What_the_nodes_validator_rejects_is_not_kept_though_it_was_asked_for()
    {
        await using var full = await ArchiveAsync("full", [.. Messages(0, 20)]);
        await using var strict = await ArchiveAsync("strict", []);
        var rejected = MessageHash.Compute(Shard.ToString(), Message(7));
        var validation = new MessageValidationOptions
        {
            Validator = (message, _) => ValueTask.FromResult(message.Hash == rejected ? ValidationResult.Reject : ValidationResult.Accept),
        };
        await using var first = await StartAsync(Store(full, Late));
        await using var second = await StartAsync(Store(strict, Soon) with { Validation = validation }, first);

        await UntilAsync(async () => await strict.CountAsync() == 19);
        Assert.DoesNotContain(rejected, await HashesAsync(strict));
    }

    [Fact]
    public async Task A_store_that_does_not_synchronize_does_not_speak_the_protocols()
    {
        await using var archive = await ArchiveAsync("archive", []);
        await using var store = await StartAsync(Store(archive, null));
        await using var peer = await TestHost.StartAsync();
        var dialed = await peer.Host.DialAsync(store.Addresses[0]);
        Assert.True(dialed.IsConnected);
        await TestHost.Until(() => peer.Host.IdentityOf(store.PeerId) is not null);
        Assert.DoesNotContain(StoreSyncProtocols.Reconciliation.Id, peer.Host.IdentityOf(store.PeerId)!.Protocols);
        Assert.DoesNotContain(StoreSyncProtocols.TransferId, peer.Host.IdentityOf(store.PeerId)!.Protocols);
    }

    static NodeOptions Store(IMessageArchive archive, StoreSyncOptions? sync) => Options with { Archive = archive, StoreSync = sync, Shards = [Shard] };

    async Task<SqliteArchive> ArchiveAsync(string name, IReadOnlyList<WakuMessage> messages)
    {
        var archive = new SqliteArchive(new SqliteArchiveOptions { Path = Path.Combine(_path, $"{name}.db") });
        await archive.InitializeAsync();
        await archive.AppendAsync([.. messages.Select(message => new ArchivedMessage(
            MessageHash.Compute(Shard.ToString(), message), Shard.ToString(), message.Timestamp!.Value, message))]);
        return archive;
    }

    static IEnumerable<WakuMessage> Messages(int first, int count) => Enumerable.Range(first, count).Select(Message);

    static readonly long Now = UnixNanoseconds.Now(TimeProvider.System);

    /// <summary>Messages of the last half hour, one every 500 ms backwards, the same in every store.</summary>
    static WakuMessage Message(int number) => new()
    {
        ContentTopic = Topic,
        Payload = BitConverter.GetBytes(number),
        Timestamp = Now - UnixNanoseconds.Of(TimeSpan.FromMilliseconds(1000 + (500L * number))),
    };

    static async Task<IReadOnlyList<MessageHash>> HashesAsync(SqliteArchive archive)
    {
        List<MessageHash> hashes = [];
        var query = new ArchiveQuery { Limit = ArchiveQuery.MaxLimit, IncludesData = false };
        while (true)
        {
            var page = (await archive.QueryAsync(query))!;
            hashes.AddRange(page.Messages.Select(message => message.Hash));
            if (page.Cursor is null)
                return hashes;
            query = query with { Cursor = page.Cursor };
        }
    }

    static async Task<IActorRef?> FindAsync(ActorSystem system, string path)
    {
        try
        {
            return await system.ActorSelection(path).ResolveOne(TimeSpan.FromMilliseconds(200));
        }
        catch (ActorNotFoundException)
        {
            return null;
        }
    }

    static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await condition())
            await Task.Delay(10, late.Token);
    }
}
