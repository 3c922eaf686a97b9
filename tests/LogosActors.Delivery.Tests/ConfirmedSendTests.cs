using static LogosActors.Delivery.Tests.Node;

namespace LogosActors.Delivery.Tests;

/// <summary>Sends whose end is awaited.</summary>
public sealed class ConfirmedSendTests
{
    [Fact]
    public async Task A_confirmed_send_returns_when_peers_have_taken_the_message()
    {
        await using var alice = await StartAsync();
        await using var bob = await StartAsync(alice);
        await using var events = alice.Events().GetAsyncEnumerator();
        await bob.SubscribeAsync([Topic]);
        await alice.SubscribeAsync([Topic]);
        await alice.HasPeersAsync(1);

        var sent = await alice.SendAndConfirmAsync(Text("hello"));

        Assert.Equal(await events.NextAsync<MessageSent>(), sent.Value);
    }

    [Fact]
    public async Task A_confirmed_send_that_no_peer_takes_says_so()
    {
        await using var alone = await StartAsync(Options with { Sending = new SendingOptions { Timeout = TimeSpan.FromSeconds(1) } });

        var sent = await alone.SendAndConfirmAsync(Text("hello"));

        Assert.Equal(SendErrorKind.NotSent, sent.Error?.Kind);
    }

    [Fact]
    public async Task A_confirmed_send_that_is_refused_returns_at_once()
    {
        await using var node = await StartAsync();
        Assert.Equal(SendErrorKind.EmptyPayload, (await node.SendAndConfirmAsync(new MessageEnvelope(Topic, default))).Error?.Kind);
        await node.StopAsync();
        Assert.Equal(SendErrorKind.NotStarted, (await node.SendAndConfirmAsync(Text("hello"))).Error?.Kind);
    }

    [Fact]
    public async Task A_confirmed_send_ends_when_the_node_is_stopped()
    {
        await using var alone = await StartAsync();
        var sending = alone.SendAndConfirmAsync(Text("hello"));

        await alone.StopAsync();

        Assert.False((await sending).IsSuccess);
    }

    [Fact]
    public async Task Whoever_stops_waiting_for_a_confirmed_send_is_told_by_events()
    {
        await using var alone = await StartAsync(Options with { Sending = new SendingOptions { Timeout = TimeSpan.FromSeconds(1) } });
        await using var events = alone.Events().GetAsyncEnumerator();
        using var enough = new CancellationTokenSource();
        var sending = alone.SendAndConfirmAsync(Text("hello"), enough.Token);

        await enough.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        Assert.IsType<MessageError>(await events.NextAsync<SendEvent>());
    }
}
