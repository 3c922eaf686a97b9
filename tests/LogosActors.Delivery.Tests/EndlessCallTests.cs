using System.Collections.Concurrent;
using System.Diagnostics;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.Tests.Hosting;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Tests;
using Microsoft.Extensions.Logging;
using static LogosActors.Delivery.Tests.Node;

namespace LogosActors.Delivery.Tests;

/// <summary>Tests that hold threads of the pool, on which others would wait in vain.</summary>
[CollectionDefinition(nameof(HeldThreads), DisableParallelization = true)]
public sealed class HeldThreads;

/// <summary>What the application is called for and never returns from: it costs what waits for that call, and nothing else.</summary>
[Collection(nameof(HeldThreads))]
public sealed class EndlessCallTests : IDisposable
{
    readonly ManualResetEventSlim _release = new();
    readonly CapturedLogs _logs = new();

    public void Dispose()
    {
        _release.Set();
        _logs.Dispose();
    }

    [Fact]
    public async Task A_handler_that_never_returns_loses_its_own_events_and_holds_up_no_handler_no_send_and_no_dispose()
    {
        await using var alice = await StartAsync();
        var bob = await CreateAsync(Options with { EntryNodes = [alice.Addresses[0]], EventCapacity = 10 });
        var received = new ConcurrentQueue<string>();
        bob.MessageReceived += (_, _) => _release.Wait();
        bob.MessageReceived += (_, told) => received.Enqueue(TextOf(told));
        await bob.SubscribeAsync([Topic]);
        await alice.SubscribeAsync([Topic]);
        await alice.HasPeersAsync(1);
        await using var toAlice = alice.Messages().GetAsyncEnumerator();

        for (var i = 0; i < 20; i++)
        {
            Assert.True((await alice.SendAsync(Text($"{i}"))).IsSuccess);
            await TestHost.Until(() => received.Count == i + 1);
        }

        // One is in its hands, and ten wait.
        Assert.Equal(9, bob.MissedEvents);
        await TestHost.Until(() => _logs.Has(LogLevel.Warning, "A handler of MessageReceived is too slow or does not return: 10 events wait"));
        Assert.True((await bob.SendAsync(Text("from bob"))).IsSuccess);
        Assert.True(await toAlice.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60)));
        // 5 s for the handler, and 5 s for its actor; the rest is a busy machine.
        Assert.InRange(await DisposeAsync(bob), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(20));
        Assert.True(_logs.Has(LogLevel.Warning, "A handler of MessageReceived has not returned within 00:00:05"), string.Join('\n', _logs.Lines));
    }

    [Fact]
    public async Task A_validator_that_never_decides_has_5_s_for_each_message_and_no_message_passes_meanwhile()
    {
        var bob = await CreateAsync(Options with { Validation = new MessageValidationOptions { Validator = async (_, _) => await Never } });
        await using var alice = await StartAsync(bob);
        await bob.SubscribeAsync([Topic]);
        await alice.SubscribeAsync([Topic]);
        await alice.HasPeersAsync(1);
        await using var told = bob.Events().GetAsyncEnumerator();

        Assert.True((await alice.SendAsync(Text("to bob"))).IsSuccess);
        var request = (await bob.SendAsync(Text("from bob"))).Value;

        Assert.Equal(request, (await told.NextAsync<MessageError>()).Request);
        await TestHost.Until(() => _logs.Has(LogLevel.Warning, "has not decided about"));
        // The node itself has not noticed.
        await bob.HasPeersAsync(1);
        Assert.InRange(await DisposeAsync(bob), TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_validator_that_blocks_holds_up_the_relay_and_not_the_dispose()
    {
        var isBlocked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var bob = await CreateAsync(Options with
        {
            Validation = new MessageValidationOptions
            {
                Validator = (_, _) =>
                {
                    isBlocked.TrySetResult();
                    _release.Wait(CancellationToken.None);
                    return ValueTask.FromResult(ValidationResult.Accept);
                },
            },
        });
        await using var alice = await StartAsync(bob);
        await bob.SubscribeAsync([Topic]);
        await alice.SubscribeAsync([Topic]);
        await alice.HasPeersAsync(1);

        Assert.True((await alice.SendAsync(Text("to bob"))).IsSuccess);
        await isBlocked.Task.WaitAsync(TimeSpan.FromSeconds(60));

        Assert.True((await bob.SendAsync(Text("taken, and not sent"))).IsSuccess);
        Assert.InRange(await DisposeAsync(bob), TimeSpan.Zero, TimeSpan.FromSeconds(60));
        Assert.True(_logs.Has(LogLevel.Warning, "does not return: its actor is left behind"), string.Join('\n', _logs.Lines));
    }

    static Task<ValidationResult> Never { get; } = new TaskCompletionSource<ValidationResult>().Task;

    async Task<MessagingNode> CreateAsync(NodeOptions options)
    {
        var node = await MessagingNode.CreateAsync(options, _logs);
        await node.StartAsync();
        return node;
    }

    static async Task<TimeSpan> DisposeAsync(MessagingNode node)
    {
        var started = Stopwatch.GetTimestamp();
        await node.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(2));
        return Stopwatch.GetElapsedTime(started);
    }
}
