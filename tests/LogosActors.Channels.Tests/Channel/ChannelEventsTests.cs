using LogosActors.TestKit;

namespace LogosActors.Channels.Tests.Channel;

/// <summary>What the application is told, and what counts as handled.</summary>
public sealed class ChannelEventsTests
{
    [Fact]
    public void A_handler_that_throws_costs_its_own_call()
    {
        using var simulation = new Simulation(ChannelScene.Options with { Seed = 3 });
        var scene = new ChannelScene(simulation, participants: 2);
        var (alice, bob) = (scene.Participants[0], scene.Participants[1]);
        Action<ReliableMessageReceived> throwing = static _ => throw new InvalidOperationException("a test's");
        bob.Publisher.Add(throwing, throwing);

        for (var i = 0; i < 3; i++)
            alice.Send($"{i}");
        simulation.RunFor(TimeSpan.FromSeconds(30));

        Assert.Equal(["0", "1", "2"], bob.Received);
        Assert.Equal(3, alice.Of<ReliableMessageDelivered>().Count());
    }

    [Fact]
    public void A_participant_that_is_closed_and_opened_again_tells_nothing_twice()
    {
        using var simulation = new Simulation(ChannelScene.Options with { Seed = 3 });
        var scene = new ChannelScene(simulation, participants: 2);
        var (alice, bob) = (scene.Participants[0], scene.Participants[1]);
        for (var i = 0; i < 5; i++)
        {
            alice.Send($"{i}");
            simulation.RunFor(TimeSpan.FromSeconds(5));
            bob.Close();
            bob.Open();
        }
        simulation.RunFor(TimeSpan.FromMinutes(1));

        Assert.Equal(["0", "1", "2", "3", "4"], bob.Received);
    }

    [Fact]
    public void A_history_of_45_000_messages_is_one_snapshot_and_what_came_since()
    {
        using var simulation = new Simulation(ChannelScene.Options with { Seed = 3, Trace = false });
        var scene = new ChannelScene(simulation, participants: 2);
        var alice = scene.Participants[0];
        var text = new string('.', 100);
        for (var i = 0; i < 450; i++)
        {
            var answers = Enumerable.Range(0, 100).Select(_ => alice.SendAsync(text)).ToList();
            simulation.RunFor(TimeSpan.FromSeconds(2));
            Assert.All(answers, answer => Assert.True(simulation.Wait(answer).Result.IsSuccess));
        }
        simulation.RunFor(TimeSpan.FromMinutes(2));

        Assert.Equal(45_000, scene.Participants[1].Of<ReliableMessageReceived>().Count());
        foreach (var participant in scene.Participants)
        {
            var snapshot = Assert.Single(simulation.Storage.Snapshots(participant.PersistenceId));
            var events = simulation.Storage.Events(participant.PersistenceId);
            Assert.True(events.Sum(static stored => (long)stored.Bytes) <= Math.Max(4 << 20, 3L * snapshot.Bytes), $"{events.Sum(static stored => (long)stored.Bytes)} bytes of events, a snapshot of {snapshot.Bytes}");
            Assert.InRange(snapshot.Bytes, 1, 8 << 20);
        }
    }
}
