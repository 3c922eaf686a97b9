using System.Collections.Concurrent;
using System.Diagnostics;
using LogosActors.Delivery;
using LogosActors.Tests;
using Xunit.Abstractions;
using static LogosActors.Channels.Tests.TwoNodes;

namespace LogosActors.Channels.Tests;

/// <summary>A sender that is faster than the receiver: what has arrived is never reported as failed.</summary>
public sealed class FullSpeedTests(ITestOutputHelper output)
{
    /// <summary>Every so many-th message has 1 MiB, the others 1 KiB.</summary>
    const int LargeEvery = 500;

    static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    [Fact]
    public Task Every_message_is_confirmed_when_it_is_sent_at_full_speed() => AllAreConfirmedAsync(Tier.Of(10_000, full: 100_000), LargeEvery, handling: TimeSpan.Zero);

    [Fact]
    public Task Every_message_is_confirmed_when_more_is_sent_than_a_receiver_lets_wait() => AllAreConfirmedAsync(Tier.Of(64, full: 512), largeEvery: 1, handling: TimeSpan.Zero);

    [Fact]
    public Task Every_message_is_confirmed_when_the_receiver_takes_its_time() =>
        AllAreConfirmedAsync(Tier.Of(30, full: 240), largeEvery: 1, handling: TimeSpan.FromMilliseconds(400));

    async Task AllAreConfirmedAsync(int count, int largeEvery, TimeSpan handling)
    {
        await using var nodes = await StartAsync();
        var (alice, bob) = await nodes.OpenAsync(static options => options with { RateLimit = new RateLimitOptions { IsEnabled = false } });
        var ends = new ConcurrentDictionary<RequestId, ReliableSendEvent>();
        var received = new ConcurrentDictionary<RequestId, int>();
        alice.MessageDelivered += (_, ended) => ends.TryAdd(ended.RequestId, ended);
        alice.MessageSendError += (_, ended) => ends.TryAdd(ended.RequestId, ended);
        bob.MessageReceived += (_, message) =>
        {
            Thread.Sleep(handling);
            received.AddOrUpdate(message.RequestId, 1, static (_, times) => times + 1);
        };
        var (small, large) = (RandomBytes(1024), RandomBytes(SegmentationOptions.MaxMessageSize));
        var watch = Stopwatch.StartNew();

        for (var i = 1; i <= count; i++)
        {
            var payload = i % largeEvery == 0 ? large : small;
            while ((await alice.SendAsync(payload)) is { IsSuccess: false } refused)
            {
                Assert.Equal(ChannelSendErrorKind.TooManyUnfinished, refused.Error.Kind);
                await Task.Delay(10);
            }
        }
        var sent = watch.Elapsed;
        using var late = new CancellationTokenSource(Patience);
        while (ends.Count < count || received.Count < count)
            await Task.Delay(50, late.Token);

        output.WriteLine($"{count} messages: sent {sent}, confirmed {watch.Elapsed}, dropped {bob.DroppedMessages}");
        Assert.Empty(ends.Values.OfType<ReliableMessageSendError>());
        Assert.Equal((count, count), (ends.Count, received.Count));
        Assert.All(received.Values, static times => Assert.Equal(1, times));
    }
}
