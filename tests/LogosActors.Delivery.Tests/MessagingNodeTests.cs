using static LogosActors.Delivery.Tests.Node;

namespace LogosActors.Delivery.Tests;

public sealed class MessagingNodeTests
{
    [Fact]
    public async Task A_message_of_one_node_comes_to_another_once()
    {
        await using var alice = await StartAsync();
        await using var bob = await StartAsync(alice);
        await using var events = bob.Events().GetAsyncEnumerator();
        Assert.Empty(await alice.SubscribeAsync([Topic]));
        Assert.Empty(await bob.SubscribeAsync([Topic]));
        await alice.HasPeersAsync(1);

        var sent = await alice.SendAsync(Text("hello") with { Meta = new byte[] { 1 } });
        await alice.SendAsync(Text("bye"));

        Assert.True(sent.IsSuccess);
        var first = await events.NextAsync<MessageReceived>();
        Assert.Equal("hello", TextOf(first));
        Assert.Equal([1], first.Message.Meta.ToArray());
        Assert.Equal("bye", TextOf(await events.NextAsync<MessageReceived>()));
    }

    [Fact]
    public async Task A_request_that_peers_have_taken_ends_in_sent()
    {
        await using var alice = await StartAsync();
        await using var bob = await StartAsync(alice);
        await using var events = alice.Events().GetAsyncEnumerator();
        await bob.SubscribeAsync([Topic]);
        await alice.SubscribeAsync([Topic]);
        await alice.HasPeersAsync(1);

        var request = (await alice.SendAsync(Text("hello"))).Value;

        var propagated = await events.NextAsync<SendEvent>();
        var sent = await events.NextAsync<SendEvent>();
        Assert.IsType<MessagePropagated>(propagated);
        Assert.Equal((request, false), (sent.Request, Assert.IsType<MessageSent>(sent).IsStored));
        Assert.Equal(propagated.Hash, sent.Hash);
    }

    [Fact]
    public async Task Only_messages_of_subscribed_content_topics_come()
    {
        const string Other = "/test/1/kitchen/proto";
        await using var alice = await StartAsync();
        await using var bob = await StartAsync(alice);
        await using var events = bob.Events().GetAsyncEnumerator();
        await alice.SubscribeAsync([Topic]);
        await bob.SubscribeAsync([Topic, Other]);
        Assert.Empty(await bob.UnsubscribeAsync([Other]));
        await alice.HasPeersAsync(1);

        await alice.SendAsync(Text("not for bob", Other));
        await alice.SendAsync(Text("for bob"));

        Assert.Equal("for bob", TextOf(await events.NextAsync<MessageReceived>()));
    }

    [Fact]
    public async Task What_cannot_be_sent_is_refused_with_the_reason()
    {
        await using var node = await StartAsync();

        Assert.Equal(SendErrorKind.InvalidContentTopic, await ErrorAsync(new MessageEnvelope("lobby", new byte[1])));
        Assert.Equal(SendErrorKind.InvalidContentTopic, await ErrorAsync(new MessageEnvelope("/7/test/1/lobby/proto", new byte[1])));
        Assert.Equal(SendErrorKind.EmptyPayload, await ErrorAsync(new MessageEnvelope(Topic, default)));
        Assert.Equal(SendErrorKind.TooLarge, await ErrorAsync(new MessageEnvelope(Topic, new byte[150 * 1024])));
        Assert.Equal(SendErrorKind.MetaTooLong, await ErrorAsync(new MessageEnvelope(Topic, new byte[1]) { Meta = new byte[65] }));
        await node.StopAsync();
        Assert.Equal(SendErrorKind.NotStarted, await ErrorAsync(new MessageEnvelope(Topic, new byte[1])));

        async Task<SendErrorKind?> ErrorAsync(MessageEnvelope message) => (await node.SendAsync(message)).Error?.Kind;
    }

    [Fact]
    public async Task What_cannot_be_subscribed_to_is_refused_with_the_reason()
    {
        await using var node = await StartAsync(Options with { Receiving = new ReceivingOptions { MaxContentTopics = 1 } });

        Assert.Equal(SubscriptionErrorKind.InvalidContentTopic, Assert.Single(await node.SubscribeAsync(["lobby", Topic])).Kind);
        Assert.Equal(SubscriptionErrorKind.TooManyContentTopics, Assert.Single(await node.SubscribeAsync([Topic, "/test/1/kitchen/proto"])).Kind);
        Assert.Empty(await node.UnsubscribeAsync([Topic]));
        Assert.Equal(SubscriptionErrorKind.NotSubscribed, Assert.Single(await node.UnsubscribeAsync([Topic])).Kind);
        await node.StopAsync();
        Assert.Equal(SubscriptionErrorKind.NotStarted, Assert.Single(await node.SubscribeAsync([Topic])).Kind);
    }

    [Fact]
    public async Task A_node_that_was_stopped_can_be_started_again()
    {
        await using var alice = await StartAsync();
        await alice.StopAsync();
        Assert.False(alice.IsStarted);
        await alice.StartAsync();
        await using var bob = await StartAsync(alice);
        await using var events = alice.Events().GetAsyncEnumerator();
        await alice.SubscribeAsync([Topic]);
        await bob.SubscribeAsync([Topic]);
        await bob.HasPeersAsync(1);

        await bob.SendAsync(Text("welcome back"));

        Assert.Equal("welcome back", TextOf(await events.NextAsync<MessageReceived>()));
    }

    [Fact]
    public async Task A_handler_that_throws_costs_nothing_but_its_own_call()
    {
        await using var alice = await StartAsync();
        await using var bob = await StartAsync(alice);
        var received = new List<string>();
        var second = new TaskCompletionSource();
        bob.MessageReceived += (_, told) =>
        {
            received.Add(TextOf(told));
            if (received.Count == 2)
                second.SetResult();
            throw new InvalidOperationException("the application's own");
        };
        await alice.SubscribeAsync([Topic]);
        await bob.SubscribeAsync([Topic]);
        await alice.HasPeersAsync(1);

        await alice.SendAsync(Text("one"));
        await alice.SendAsync(Text("two"));

        await second.Task.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(["one", "two"], received);
    }
}
