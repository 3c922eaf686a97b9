using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Akka.Actor;
using LogosActors.Delivery;
using LogosActors.Tests;
using static LogosActors.Channels.Tests.TwoNodes;

namespace LogosActors.Channels.Tests;

/// <summary>What the failure of a node's own actor costs its application and the channels that are open on it: nothing.</summary>
public sealed class NodeFailureTests
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_node_whose_actor_fails_or_is_killed_goes_on_sending_and_receiving_and_so_do_its_open_channels(bool isKilled)
    {
        Action<IActorRef> fail = isKilled ? ActorFailure.Kill : ActorFailure.Fail;
        await using var nodes = await StartAsync();
        var (alice, bob) = await nodes.OpenAsync();
        var (received, expected) = (new ConcurrentQueue<string>(), new List<string>());
        Observe("alice", nodes.Alice, alice);
        Observe("bob", nodes.Bob, bob);
        await nodes.Alice.SubscribeAsync([Topic]);
        await nodes.Bob.SubscribeAsync([Topic]);
        var actor = await FindAsync();

        for (var i = 0; i < 20; i++)
        {
            fail(actor);
            await SendAsync("alice", nodes.Alice, alice, i);
            await SendAsync("bob", nodes.Bob, bob, i);
        }

        for (var late = Stopwatch.StartNew(); received.Count < expected.Count && late.Elapsed < Patience;)
            await Task.Delay(10);
        await nodes.Bob.FlushAsync().WaitAsync(Patience);
        Assert.Equal(expected.Order(StringComparer.Ordinal), received.Order(StringComparer.Ordinal));
        Assert.Equal(actor, await FindAsync());

        void Observe(string name, MessagingNode node, ReliableChannel channel)
        {
            node.MessageReceived += (_, told) =>
            {
                // The channel's own messages are on the topic, too.
                if (Encoding.UTF8.GetString(told.Message.Payload.Span) is { } text && text.StartsWith("message", StringComparison.Ordinal))
                    received.Enqueue($"{text} to {name}");
            };
            channel.MessageReceived += (_, told) => received.Enqueue($"{Encoding.UTF8.GetString(told.Payload.Span)} to {name}");
        }

        async Task SendAsync(string name, MessagingNode node, ReliableChannel channel, int i)
        {
            var (message, chunk) = ($"message {i} of {name}", $"channel's {i} of {name}");
            Assert.True((await node.SendAsync(new MessageEnvelope(Topic, Encoding.UTF8.GetBytes(message)))).IsSuccess);
            Assert.True((await channel.SendAsync(Encoding.UTF8.GetBytes(chunk))).IsSuccess);
            var other = name == "bob" ? "alice" : "bob";
            expected.AddRange([$"{message} to {other}", $"{chunk} to {other}"]);
        }

        Task<IActorRef> FindAsync() => nodes.Bob.System.ActorSelection($"/user/logos-{nodes.Bob.PeerId}-*/node").ResolveOne(Patience);
    }
}
