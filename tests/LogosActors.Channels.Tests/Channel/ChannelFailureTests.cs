using LogosActors.Channels.Channel;
using LogosActors.Delivery;
using LogosActors.TestKit;

namespace LogosActors.Channels.Tests.Channel;

/// <summary>What the failure of each actor of a channel costs, while messages flow: see docs/actor-hierarchy.md.</summary>
public sealed class ChannelFailureTests
{
    public static TheoryData<string> Actors => ["", "/sds", "/rate-limit", "/retrieval"];

    [Theory]
    [MemberData(nameof(Actors))]
    public void Nothing_is_lost_or_doubled_when_an_actor_fails(string part)
    {
        using var simulation = new Simulation(ChannelScene.Options with { Seed = 7 });
        var scene = new ChannelScene(simulation, participants: 2, options => options with
        {
            RateLimit = new RateLimitOptions { EpochSize = TimeSpan.FromSeconds(10), MessagesPerEpoch = 5 },
            Sds = new SdsOptions { JoinTimeout = new SdsOptions().DependencyTimeout },
        })
        {
            Loss = part == "/retrieval" ? 0.3 : 0,
        };
        var (alice, bob) = (scene.Participants[0], scene.Participants[1]);
        var sent = new List<RequestId>();
        var crashes = 0;
        for (var i = 0; i < 20; i++)
        {
            sent.Add(alice.Send($"{i}"));
            bob.Send($"bob {i}");
            simulation.RunFor(TimeSpan.FromMilliseconds(part == "/retrieval" ? 2_000 : 50));
            if (i % 4 == 2 && scene.Find(part) is { } victim)
            {
                crashes++;
                simulation.Crash(victim);
            }
        }

        simulation.RunFor(TimeSpan.FromMinutes(20));

        Assert.InRange(crashes, 1, 5);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{i}"), bob.Received);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"bob {i}"), alice.Received);
        Assert.Equal(sent.Select(static request => request.Value).Order(), alice.Of<ReliableMessageDelivered>().Select(static told => told.RequestId.Value).Order());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(-25)]
    [InlineData(25)]
    public void A_request_ends_when_it_would_have_whatever_the_wall_clock_is_set_to_meanwhile(int hours)
    {
        Assert.Equal(EndOf(0), EndOf(hours));

        static (TimeSpan Retransmitted, TimeSpan Ended) EndOf(int hours)
        {
            using var simulation = new Simulation(ChannelScene.Options with { Seed = 1 });
            var scene = new ChannelScene(simulation, participants: 1);
            var alice = scene.Participants[0];
            alice.Send("anybody?");
            simulation.RunFor(TimeSpan.FromSeconds(1));
            var posted = scene.Posted;
            simulation.StepClock(TimeSpan.FromHours(hours));
            Assert.True(simulation.RunUntil(() => scene.Posted > posted, TimeSpan.FromMinutes(30)));
            var retransmitted = simulation.Now;
            Assert.True(simulation.RunUntil(() => alice.Of<ReliableMessageSendError>().Any(), TimeSpan.FromMinutes(30)));
            return (retransmitted, simulation.Now);
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void What_waits_for_the_limit_goes_out_with_the_next_epoch_whatever_the_wall_clock_is_set_to_meanwhile(int hours)
    {
        using var simulation = new Simulation(ChannelScene.Options with { Seed = 1 });
        var scene = new ChannelScene(simulation, participants: 2, options => options with
        {
            RateLimit = new RateLimitOptions { EpochSize = TimeSpan.FromMinutes(1), MessagesPerEpoch = 2 },
        });
        var (alice, bob) = (scene.Participants[0], scene.Participants[1]);
        for (var i = 0; i < 4; i++)
            alice.Send($"{i}");
        simulation.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(["0", "1"], bob.Received);

        simulation.StepClock(TimeSpan.FromHours(hours));
        simulation.RunFor(TimeSpan.FromMinutes(1));
        Assert.Equal(["0", "1", "2", "3"], bob.Received);
    }

    [Fact]
    public void What_waits_for_the_limit_in_an_actor_that_fails_is_offered_again()
    {
        using var simulation = new Simulation(ChannelScene.Options with { Seed = 1 });
        var scene = new ChannelScene(simulation, participants: 2, options => options with
        {
            RateLimit = new RateLimitOptions { EpochSize = TimeSpan.FromDays(1), MessagesPerEpoch = 1 },
        });
        var alice = scene.Participants[0];
        alice.Send("today");
        simulation.RunFor(TimeSpan.FromSeconds(10));
        var waiting = alice.Send("tomorrow");
        simulation.RunUntilIdle();
        Assert.Contains(alice.Of<ChannelBackPressure>(), pressure => pressure.RequestId == waiting);

        foreach (var part in (string[])["/rate-limit", "/sds", ""])
        {
            simulation.Crash(scene.Find(part)!);
            simulation.RunFor(TimeSpan.FromMinutes(1));
            Assert.Equal(1, alice.Status.WaitingForEpoch);
        }

        Assert.Equal([waiting], simulation.Ask<Conversation.Unfinished>(alice.Sds, Conversation.GetUnfinished.Instance).Requests);
        simulation.RunFor(TimeSpan.FromDays(1));
        Assert.Equal(["today", "tomorrow"], scene.Participants[1].Received);
    }

    [Fact]
    public void A_journal_that_is_away_is_waited_for_and_what_is_over_1000_messages_is_refused()
    {
        using var simulation = new Simulation(ChannelScene.Options with { Seed = 1 });
        var scene = new ChannelScene(simulation, participants: 2);
        var (alice, bob) = (scene.Participants[0], scene.Participants[1]);
        simulation.Storage.IsDown = true;
        simulation.Storage.FailNextWrites(1);

        var answers = Enumerable.Range(0, 1_500).Select(i => simulation.AskAsync<Conversation.SendAnswer>(
            alice.Sds, new Conversation.Send(RequestId.New(), BitConverter.GetBytes(i), IsEphemeral: false))).ToList();
        simulation.RunFor(TimeSpan.FromSeconds(60));

        var refused = answers.Where(static answer => answer.IsCompletedSuccessfully).Select(answer => simulation.Wait(answer).Result.Error?.Kind).ToList();
        Assert.NotEmpty(refused);
        Assert.All(refused, kind => Assert.Equal(ChannelSendErrorKind.NotStored, kind));

        simulation.Storage.IsDown = false;
        simulation.RunFor(TimeSpan.FromMinutes(2));

        Assert.All(answers, static answer => Assert.True(answer.IsCompletedSuccessfully));
        Assert.Equal(answers.Count(answer => simulation.Wait(answer).Result.IsSuccess), bob.Received.Count());
    }

    [Fact]
    public void A_request_whose_write_was_stored_and_reported_as_failed_is_sent_once()
    {
        using var simulation = new Simulation(ChannelScene.Options with { Seed = 1 });
        var scene = new ChannelScene(simulation, participants: 2);
        simulation.Storage.FailNextWrites(1, isCommitted: true);

        var request = scene.Participants[0].Send("once");
        simulation.RunFor(TimeSpan.FromMinutes(1));

        Assert.Equal(["once"], scene.Participants[1].Received);
        Assert.Equal(request, Assert.Single(scene.Participants[0].Of<ReliableMessageDelivered>()).RequestId);
    }

    [Fact]
    public void A_send_is_stored_with_one_write_before_anything_of_it_leaves()
    {
        using var simulation = new Simulation(ChannelScene.Options with { Seed = 1 });
        var scene = new ChannelScene(simulation, participants: 1, options => options with { RateLimit = new RateLimitOptions() });
        simulation.RunFor(TimeSpan.FromSeconds(1));
        var writes = simulation.Storage.WriteCount;
        simulation.Storage.Faults = new StorageFaults { MinLatency = TimeSpan.FromSeconds(1), MaxLatency = TimeSpan.FromSeconds(1) };

        var sent = simulation.AskAsync<Conversation.SendAnswer>(scene.Participants[0].Sds, new Conversation.Send(RequestId.New(), "text"u8.ToArray(), IsEphemeral: false));
        simulation.RunFor(TimeSpan.FromMilliseconds(900));
        Assert.Equal(0, scene.Posted);
        simulation.RunFor(TimeSpan.FromMilliseconds(200));

        Assert.True(sent.IsCompletedSuccessfully);
        Assert.Equal(1, scene.Posted);
        Assert.Equal(writes + 1, simulation.Storage.WriteCount);
    }

    [Fact]
    public void A_node_that_refuses_for_now_is_asked_again()
    {
        using var simulation = new Simulation(ChannelScene.Options with { Seed = 1 });
        var scene = new ChannelScene(simulation, participants: 2) { Refuses = SendErrorKind.TooManyUnfinished };
        scene.Participants[0].Send("patience");
        simulation.RunFor(TimeSpan.FromSeconds(2));
        Assert.Equal(0, scene.Posted);

        scene.Refuses = null;
        simulation.RunFor(TimeSpan.FromSeconds(2));

        Assert.Equal(["patience"], scene.Participants[1].Received);
    }

    [Fact]
    public void An_event_of_a_newer_version_fails_the_opening_with_the_reason()
    {
        using var simulation = new Simulation(ChannelScene.Options with { Seed = 1 });
        var scene = new ChannelScene(simulation, participants: 1);
        var alice = scene.Participants[0];
        alice.Send("text");
        alice.Close();
        scene.AppendUnknownEvent(alice.PersistenceId);

        alice.Open();

        Assert.Contains("newer", alice.Openings[^1]?.Message, StringComparison.Ordinal);
    }
}
