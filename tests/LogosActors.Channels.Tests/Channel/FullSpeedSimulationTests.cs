using LogosActors.Delivery;
using LogosActors.TestKit;
using LogosActors.Tests;

namespace LogosActors.Channels.Tests.Channel;

/// <summary>A sender that is faster than the receiver, on a network that loses nothing and mixes everything up.</summary>
public sealed class FullSpeedSimulationTests
{
    static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    static readonly string Large = new('.', 1_000_000);

    [Fact]
    public void Every_message_that_is_sent_at_full_speed_is_confirmed()
    {
        var count = Tier.Of(5_000, full: 100_000);
        using var simulation = new Simulation(ChannelScene.Options with { Seed = 1, MaxSteps = long.MaxValue });
        var scene = new ChannelScene(simulation, participants: 2);
        var (alice, bob) = (scene.Participants[0], scene.Participants[1]);

        foreach (var batch in Enumerable.Range(0, count).Chunk(250))
        {
            var answers = batch.Select(number => (Text: TextOf(number), Answer: alice.SendAsync(TextOf(number)))).ToList();
            foreach (var (text, answer) in answers)
            {
                // Whatever is refused is sent once there is room.
                var isAccepted = simulation.Wait(answer).Result.IsSuccess;
                for (var end = simulation.Now + Patience; !isAccepted && simulation.Now < end; isAccepted = alice.TrySend(text) is not null)
                    simulation.RunFor(TimeSpan.FromSeconds(1));
                Assert.True(isAccepted);
            }
        }

        for (var end = simulation.Now + Patience; EndsOf(alice) < count && simulation.Now < end;)
            simulation.RunFor(TimeSpan.FromSeconds(1));

        Assert.Empty(alice.Of<ReliableMessageSendError>());
        Assert.Equal(count, EndsOf(alice));
        Assert.Equal(count, bob.Received.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(count, bob.Received.Count());
    }

    /// <summary>One of 500 is a large message.</summary>
    static string TextOf(int number) => number % 500 == 499 ? $"{number}{Large}" : $"{number}";

    static int EndsOf(ChannelScene.Participant participant) => participant.Events.Count(static told => told is ReliableMessageDelivered or ReliableMessageSendError);
}
