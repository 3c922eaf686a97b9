using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Store;
using LogosActors.Delivery.Tests.Hosting;
using LogosActors.Delivery.Tests.Store;
using LogosActors.Libp2p.Gossipsub;
using static LogosActors.Delivery.Tests.Node;

namespace LogosActors.Delivery.Tests.Sending;

public sealed class SendingNodeTests : IDisposable
{
    readonly string _directory = Directory.CreateTempSubdirectory("logos-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_message_that_is_sent_before_there_is_a_peer_comes_to_the_first()
    {
        await using var alice = await StartAsync();
        await using var told = alice.Events().GetAsyncEnumerator();
        var request = (await alice.SendAsync(Text("is anybody there?"))).Value;

        await using var bob = await StartAsync(alice);
        await using var received = bob.Events().GetAsyncEnumerator();
        await bob.SubscribeAsync([Topic]);

        Assert.Equal("is anybody there?", TextOf(await received.NextAsync<MessageReceived>()));
        Assert.Equal(request, (await told.NextAsync<MessageSent>()).Request);
    }

    [Fact]
    public async Task Many_messages_all_come_and_each_request_ends_once()
    {
        const int Count = 5000;
        await using var alice = await StartAsync();
        await using var bob = await StartAsync(alice);
        await using var told = alice.Events().GetAsyncEnumerator();
        await using var received = bob.Events().GetAsyncEnumerator();
        await bob.SubscribeAsync([Topic]);
        await alice.SubscribeAsync([Topic]);
        await alice.HasPeersAsync(1);

        var requests = new List<RequestId>();
        for (var i = 0; i < Count; i++)
            requests.Add((await alice.SendAsync(new MessageEnvelope(Topic, BitConverter.GetBytes(i)))).Value);

        var sent = new List<RequestId>();
        var came = new HashSet<int>();
        for (var i = 0; i < Count; i++)
        {
            sent.Add((await told.NextAsync<MessageSent>()).Request);
            came.Add(BitConverter.ToInt32((await received.NextAsync<MessageReceived>()).Message.Payload.Span));
        }
        Assert.Equal(requests.ToHashSet(), sent.ToHashSet());
        Assert.Equal(Count, came.Count);
    }

    [Fact]
    public async Task A_message_that_a_store_has_is_confirmed()
    {
        var archive = new ListArchive();
        using var service = new StoreService(archive, new StoreServiceOptions(), TimeProvider.System, Akka.Event.NoLogger.Instance);
        await using var store = await TestHost.StartAsync();
        service.Serve(store.Host);
        await using var subscription = await store.Host.UseGossipsub(GossipsubPresets.Relay).SubscribeAsync(ListArchive.Topic, received =>
        {
            Assert.True(WakuMessageCodec.TryDecode(received.Data.Span, out var message, out _));
            archive.Add([message]);
        });
        await using var alice = await MessagingNode.CreateAsync(Options with { StoreNodes = [store.Host.ListenAddresses[0]] });
        await using var told = alice.Events().GetAsyncEnumerator();
        await alice.StartAsync();
        await alice.HasPeersAsync(1);
        await TestHost.Until(() => alice.HasStore);

        var request = (await alice.SendAsync(Text("for the store"))).Value;

        var sent = await told.NextAsync<MessageSent>();
        Assert.Equal((request, true), (sent.Request, sent.IsStored));
        Assert.Equal(archive.Messages.Single().Hash, sent.Hash);
    }

    [Fact]
    public async Task A_node_that_stops_ends_its_requests()
    {
        var node = await MessagingNode.CreateAsync(Options);
        await using var told = node.Events().GetAsyncEnumerator();
        await node.StartAsync();
        var request = (await node.SendAsync(Text("hello"))).Value;

        await node.DisposeAsync();

        Assert.Equal(request, (await told.NextAsync<MessageError>()).Request);
    }

    [Fact]
    public async Task A_node_with_a_data_directory_goes_on_with_its_requests_after_a_restart()
    {
        var options = Options with { DataDirectory = _directory };
        RequestId request;
        await using (var alice = await StartAsync(options))
            request = (await alice.SendAsync(Text("later"))).Value;
        await using var bob = await StartAsync();
        await using var received = bob.Events().GetAsyncEnumerator();
        await bob.SubscribeAsync([Topic]);

        await using var again = await MessagingNode.CreateAsync(options with { EntryNodes = [bob.Addresses[0]] });
        await using var told = again.Events().GetAsyncEnumerator();
        await again.StartAsync();

        Assert.Equal("later", TextOf(await received.NextAsync<MessageReceived>()));
        Assert.Equal(request, (await told.NextAsync<MessageSent>()).Request);
    }
}
