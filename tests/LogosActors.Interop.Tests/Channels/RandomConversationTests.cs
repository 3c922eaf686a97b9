using LogosActors.Channels;
using LogosActors.Channels.Sds;
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

        var all = ours.Concat<IParticipant>(theirs).ToArray();

        var messages = random.Next(5, 20);
        for (var i = 0; i < messages; i++)
        {
            await all[random.Next(all.Length)].SendAsync($"message {i}");
            await network.RunAsync(TimeSpan.FromMilliseconds(random.Next(2000)));
        }
        var log = await network.UntilSettledAsync();

        Assert.Equal(messages, log.Count);
        foreach (var participant in ours)
            AssertInOrder(participant, log);
        output.WriteLine($"settled after {network.Now - SdsNetwork.Start} ms, {network.Sent.Count} messages sent");
    }

    /// <summary>Each was delivered once, after all that it names.</summary>
    static void AssertInOrder(OurParticipant participant, IReadOnlyList<string> log)
    {
        var had = log.Except(participant.Delivered, StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal);
        foreach (var effect in participant.Of(SdsEffectKind.Deliver))
        {
            Assert.Superset(effect.Message!.CausalHistory.Select(name => name.MessageId).ToHashSet(StringComparer.Ordinal), had);
            Assert.True(had.Add(effect.Message.MessageId), $"{participant.Id} delivers {effect.Message.MessageId} twice.");
        }
    }
}
