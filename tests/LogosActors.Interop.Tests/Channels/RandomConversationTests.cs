using LogosActors.Channels;
using LogosActors.Interop.Tests.Channels.Conversations;
using LogosActors.Interop.Tests.Peers;
using Xunit.Abstractions;

namespace LogosActors.Interop.Tests.Channels;

/// <summary>Participants of ours and of @waku/sds over a bad network.</summary>
public sealed class RandomConversationTests(JsSdsPeerFixture peer, ITestOutputHelper output) : IClassFixture<JsSdsPeerFixture>
{
    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    public async Task All_end_with_the_same_history_whatever_is_lost_doubled_or_overtaken(int firstSeed)
    {
        for (var seed = firstSeed; seed < firstSeed + 10; seed++)
        {
            output.WriteLine($"seed {seed}");
            await ConverseAsync(seed);
        }
    }

    async Task ConverseAsync(int seed)
    {
        var network = new SdsNetwork(peer.Peer, seed) { HasStore = true };
        var random = network.Random;
        var (loss, doubling, delay) = (random.NextDouble() * 0.3, random.NextDouble() * 0.1, random.Next(5, 1500));
        network.Delays = (_, _) => random.NextDouble() < loss ? [] : [.. Enumerable.Range(0, random.NextDouble() < doubling ? 2 : 1).Select(_ => random.Next(delay))];
        var ours = Enumerable.Range(0, random.Next(1, 3)).Select(i => network.JoinOurs($"ours {i}", new SdsOptions { MaxRetransmissions = 100 })).ToArray();
        var theirs = new TheirParticipant[random.Next(1, 3)];
        for (var i = 0; i < theirs.Length; i++)
            theirs[i] = await network.JoinTheirsAsync($"theirs {i}", new JsSdsOptions { Repair = new JsSdsRepair(), CausalHistorySize = random.Next(2) == 0 ? null : 5 });

        var messages = random.Next(5, 20);
        for (var i = 0; i < messages; i++)
        {
            if (random.Next(2) == 0)
                ours[random.Next(ours.Length)].Send($"message {i}");
            else
                await theirs[random.Next(theirs.Length)].SendAsync($"message {i}");
            await network.RunAsync(TimeSpan.FromMilliseconds(random.Next(2000)));
        }
        var log = await network.UntilSettledAsync();

        Assert.Equal(messages, log.Count);
        foreach (var participant in ours)
            Assert.Equal(participant.Delivered.Count, participant.Delivered.Distinct(StringComparer.Ordinal).Count());
        output.WriteLine($"settled after {network.Now - SdsNetwork.Start} ms, {network.Sent.Count} messages sent");
    }
}
