using LogosActors.Actors;
using LogosActors.Channels.Dispatch;
using LogosActors.Channels.RateLimits;
using static LogosActors.Channels.Tests.TwoNodes;

namespace LogosActors.Channels.Tests;

/// <summary>A channel goes on when a part of it fails.</summary>
public sealed class ChannelFailureTests
{
    [Fact]
    public async Task What_waits_in_a_part_that_fails_is_handed_in_again()
    {
        await using var nodes = await StartAsync();
        var (alice, _) = await nodes.OpenAsync(options => options with
        {
            RateLimit = new RateLimitOptions { EpochSize = TimeSpan.FromDays(1), MessagesPerEpoch = 1 },
        });
        await using var told = alice.Events().GetAsyncEnumerator();
        var first = await alice.SendAsync("today"u8.ToArray());
        await NextAsync<ReliableMessageDelivered>(told, delivered => delivered.RequestId == first.Value);
        var waiting = await alice.SendAsync("tomorrow"u8.ToArray());
        await NextAsync<ChannelBackPressure>(told, pressure => pressure.RequestId == waiting.Value);

        foreach (var type in (Type[])[typeof(RateLimitActor), typeof(DispatcherActor)])
        {
            // What no part can handle.
            object poison = type == typeof(RateLimitActor) ? new RateLimiting.Offer(null!) : new PipeFailure(new InvalidOperationException("a test's"));
            var failing = PartOf(alice, type);
            failing!.Tell(poison);

            using var late = new CancellationTokenSource(TimeSpan.FromMinutes(1));
            while (PartOf(alice, type) is not { } anew || anew == failing || (await alice.GetStatusAsync(late.Token)).WaitingForEpoch != 1)
                await Task.Delay(10, late.Token);
        }

        Assert.Equal([waiting.Value], await alice.GetUnfinishedRequestsAsync());
    }

    static ActorRef? PartOf(ReliableChannel channel, Type type) => channel.System.Tree().SingleOrDefault(actor => actor.ActorType == type)?.Actor;
}
