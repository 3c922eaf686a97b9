using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Akka.Actor;
using LogosActors.Delivery;
using LogosActors.Tests;
using Xunit.Abstractions;
using static LogosActors.Channels.Tests.TwoNodes;

namespace LogosActors.Channels.Tests;

/// <summary>What the failure of actors costs an application whose node and channels are under load: nothing.</summary>
public sealed class FailingActorsTests(ITestOutputHelper output) : IDisposable
{
    readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("logos-");

    static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public void Dispose() => _directory.Delete(recursive: true);

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

        await UntilAsync(() => received.Count >= expected.Count);
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whichever_actor_of_an_open_channel_fails_or_is_killed_each_message_comes_once_and_each_request_ends_once(bool isKilled)
    {
        await using var nodes = await StartAsync();
        var (alice, bob) = await nodes.OpenAsync(options => options with
        {
            HistoryBackend = HistoryBackend.SqliteAt(Path.Combine(_directory.FullName, $"{options.SenderId}.db")),
            RateLimit = new RateLimitOptions { EpochSize = TimeSpan.FromSeconds(10), MessagesPerEpoch = 10_000 },
        });
        var (received, ended) = (new ConcurrentQueue<string>(), new ConcurrentQueue<RequestId>());
        bob.MessageReceived += (_, told) => received.Enqueue(Encoding.UTF8.GetString(told.Payload.Span));
        alice.MessageDelivered += (_, told) => ended.Enqueue(told.RequestId);
        var (sent, requests) = (new List<string>(), new List<RequestId>());

        foreach (var channel in (ReliableChannel[])[alice, bob])
        {
            var failed = await ActorFailure.FailAllAsync(
                ((ActorRefWithCell)channel.Actor).Underlying.System, actor => IsOurs(actor) && !(isKilled && ActorFailure.IsRoot(actor)),
                isKilled ? ActorFailure.Kill : ActorFailure.Fail, SendAsync);
            output.WriteLine(string.Join('\n', failed));
            Assert.Contains(failed, static path => path.EndsWith("/sds", StringComparison.Ordinal));
        }

        await UntilAsync(() => received.Count >= sent.Count && ended.Count >= requests.Count);
        Assert.Equal(sent, received);
        Assert.Equal(requests.Select(static request => request.Value).Order(StringComparer.Ordinal), ended.Select(static request => request.Value).Order(StringComparer.Ordinal));

        async Task SendAsync()
        {
            sent.Add($"{sent.Count}");
            requests.Add((await alice.SendAsync(Encoding.UTF8.GetBytes(sent[^1]))).Value);
        }
    }

    static bool IsOurs(IActorRef actor) =>
        ((ActorRefWithCell)actor).Underlying.Props.Type.Namespace?.StartsWith("LogosActors", StringComparison.Ordinal) == true;

    static async Task UntilAsync(Func<bool> condition)
    {
        for (var late = Stopwatch.StartNew(); !condition() && late.Elapsed < Patience;)
            await Task.Delay(10);
    }
}
