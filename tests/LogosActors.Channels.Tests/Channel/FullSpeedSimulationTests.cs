using LogosActors.Delivery;
using LogosActors.TestKit;
using LogosActors.Tests;

namespace LogosActors.Channels.Tests.Channel;

/// <summary>Senders that are faster than the receiver, on a network that loses nothing and mixes everything up: each message takes up to 200 ms.</summary>
public sealed class FullSpeedSimulationTests
{
    /// <summary>How many messages are sent before any answer is waited for.</summary>
    const int Batch = 250;

    static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    static readonly string Large = new('.', 1_000_000);

    [Fact]
    public void Every_message_that_is_sent_at_full_speed_is_confirmed()
    {
        var count = Tier.Of(5_000, full: 100_000);
        using var simulation = new Simulation(ChannelScene.Options with { Seed = 1, MaxSteps = long.MaxValue });
        var scene = new ChannelScene(simulation, participants: 2);
        var began = simulation.Now;

        SendAll(simulation, scene.Participants[..1], count);

        AllIsConfirmed(scene.Participants[0], scene.Participants[1], count);
        // Nearly nothing was sent twice, and no time-out was waited for but at the end.
        Assert.InRange(scene.Posted, count, count + (count / 20));
        Assert.InRange(simulation.Now - began, TimeSpan.Zero, TimeSpan.FromSeconds((count / 1000) + 20));
    }

    [Fact]
    public void Every_message_is_confirmed_when_all_participants_send_at_full_speed()
    {
        var count = Tier.Of(2_000, full: 20_000);
        using var simulation = new Simulation(ChannelScene.Options with { Seed = 1, MaxSteps = long.MaxValue });
        var scene = new ChannelScene(simulation, participants: 3);
        var began = simulation.Now;

        SendAll(simulation, scene.Participants, count);

        foreach (var sender in scene.Participants)
        {
            foreach (var receiver in scene.Participants.Where(participant => participant != sender))
                AllIsConfirmed(sender, receiver, count);
        }
        Assert.InRange(simulation.Now - began, TimeSpan.Zero, TimeSpan.FromSeconds((count / 200) + 60));
    }

    [Fact]
    public void Messages_that_name_many_others_are_confirmed_at_full_speed()
    {
        var count = Tier.Of(2_000, full: 10_000);
        using var simulation = new Simulation(ChannelScene.Options with { Seed = 1, MaxSteps = long.MaxValue });
        var scene = new ChannelScene(simulation, participants: 2, options => options with { Sds = new SdsOptions { CausalHistorySize = 200 } });
        var began = simulation.Now;

        SendAll(simulation, scene.Participants[..1], count);

        AllIsConfirmed(scene.Participants[0], scene.Participants[1], count);
        Assert.InRange(scene.Posted, count, count + (count / 10));
        Assert.InRange(simulation.Now - began, TimeSpan.Zero, TimeSpan.FromSeconds((count / 200) + 20));
    }

    [Fact]
    public void What_was_sent_while_the_receiver_was_away_is_confirmed_soon_after_it_is_back()
    {
        var count = Tier.Of(5_000, full: 9_000);
        using var simulation = new Simulation(ChannelScene.Options with { Seed = 1, MaxSteps = long.MaxValue });
        var scene = new ChannelScene(simulation, participants: 2);
        var (sender, receiver) = (scene.Participants[0], scene.Participants[1]);
        scene.Loss = 1;
        for (var number = 0; number < count; number++)
            sender.Send(TextOf(sender, number));
        simulation.RunFor(TimeSpan.FromSeconds(20));
        Assert.Empty(receiver.Received);

        scene.Loss = 0;
        var back = simulation.Now;
        for (var end = back + Patience; EndsOf(sender) < count && simulation.Now < end;)
            simulation.RunFor(TimeSpan.FromSeconds(1));

        AllIsConfirmed(sender, receiver, count);
        Assert.InRange(simulation.Now - back, TimeSpan.Zero, TimeSpan.FromSeconds(60));
    }

    static void SendAll(Simulation simulation, ChannelScene.Participant[] senders, int count)
    {
        foreach (var batch in Enumerable.Range(0, count).Chunk(Batch))
        {
            var sends = senders.SelectMany(sender => batch.Select(number => (Sender: sender, Text: TextOf(sender, number), Answer: sender.SendAsync(TextOf(sender, number))))).ToList();
            foreach (var (sender, text, answer) in sends)
            {
                // Whatever is refused is sent once there is room.
                var isAccepted = simulation.Wait(answer).Result.IsSuccess;
                for (var end = simulation.Now + Patience; !isAccepted && simulation.Now < end;)
                {
                    isAccepted = sender.TrySend(text) is not null;
                    if (!isAccepted)
                        simulation.RunFor(TimeSpan.FromMilliseconds(100));
                }
                Assert.True(isAccepted);
            }
        }
        for (var end = simulation.Now + Patience; !Array.TrueForAll(senders, sender => EndsOf(sender) >= count) && simulation.Now < end;)
            simulation.RunFor(TimeSpan.FromSeconds(1));
    }

    static void AllIsConfirmed(ChannelScene.Participant sender, ChannelScene.Participant receiver, int count)
    {
        var received = receiver.Of<ReliableMessageReceived>().Where(message => message.SenderId == sender.Name).Select(message => message.RequestId).ToList();
        Assert.Empty(sender.Of<ReliableMessageSendError>());
        Assert.Equal(count, EndsOf(sender));
        Assert.Equal(count, received.Count);
        Assert.Equal(count, received.Distinct().Count());
    }

    /// <summary>One of 500 is a large message.</summary>
    static string TextOf(ChannelScene.Participant sender, int number) => $"{sender.Name}: {number}{(number % 500 == 499 ? Large : "")}";

    static int EndsOf(ChannelScene.Participant participant) => participant.Events.Count(static told => told is ReliableMessageDelivered or ReliableMessageSendError);
}
