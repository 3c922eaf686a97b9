using LogosActors.Delivery.Sending;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.TestKit;

namespace LogosActors.Delivery.Tests.Sending;

/// <summary>Whatever crashes, and whenever: each request that was accepted ends in one event.</summary>
public sealed class SendsCrashTests
{
    /// <summary>Actors whose message at a crash is lost, as an exception in handling it would lose it. The actor of sends itself refuses a message
    /// of which it fails: it is crashed between two.</summary>
    static readonly SimulationFaults Crashes = new()
    {
        CrashProbability = 0.05,
        ClockStepProbability = 0.01,
        MayCrash = static path => path is "/user/node/router" or "/user/node/subscriptions" or "/user/node/sends/confirmation",
    };

    static readonly TimeSpan Bound = new SendingOptions().Timeout + SendsActor.Grace + TimeSpan.FromSeconds(60);

    [Fact]
    public void Each_request_ends_once_whichever_actor_crashes() =>
        Simulation.Explore(150, simulation => Run(simulation, isStored: false), SimulatedSystems.Options with { Faults = Crashes });

    [Fact]
    public void Each_request_that_is_stored_ends_once_whichever_actor_crashes_and_however_the_journal_fails() =>
        Simulation.Explore(150, simulation => Run(simulation, isStored: true), SimulatedSystems.Options with
        {
            Faults = Crashes,
            StorageFaults = new StorageFaults
            {
                WriteFailure = 0.05,
                WriteFailureAfterCommit = 0.05,
                WriteRejection = 0.02,
                RecoveryFailure = 0.05,
                DeletionFailure = 0.1,
                MaxLatency = TimeSpan.FromMilliseconds(300),
            },
        });

    [Fact]
    public void What_a_killed_process_has_not_ended_goes_on_in_the_next()
    {
        var requests = new List<RequestId>();
        using var simulation = Begin();
        var scene = new SendsScene(simulation, isStored: true) { Publish = static () => PublishOutcome.NoPeers };
        for (var i = 0; i < 10; i++)
            requests.Add(scene.Send());
        simulation.RunFor(TimeSpan.FromMilliseconds(100));
        scene.Publish = static () => PublishOutcome.Sent;
        requests.Add(scene.Send());
        simulation.RunFor(TimeSpan.FromMilliseconds(100));
        Assert.Equal(requests[^1], Assert.Single(scene.Events.OfType<MessageSent>()).Request);
        simulation.Kill(scene.System);

        var after = new SendsScene(simulation, isStored: true, system: simulation.Start("next"));
        simulation.RunFor(TimeSpan.FromSeconds(5));

        Assert.Equal(requests.SkipLast(1).Select(request => request.Value).Order(StringComparer.Ordinal), after.Events.OfType<MessageSent>().Select(sent => sent.Request.Value).Order(StringComparer.Ordinal));
        Assert.Equal(10, after.Published.Distinct().Count());
    }

    [Fact]
    public void What_a_node_has_not_ended_when_it_stops_goes_on_at_its_next_start()
    {
        using var simulation = Begin();
        var scene = new SendsScene(simulation, isStored: true) { Publish = static () => PublishOutcome.NoPeers };
        var (stored, ephemeral) = (scene.Send(), scene.Send(isEphemeral: true));
        simulation.RunFor(TimeSpan.FromSeconds(1));

        scene.Close();

        Assert.IsType<MessageError>(Assert.Single(scene.EventsOf(ephemeral)));
        Assert.Empty(scene.EventsOf(stored));
        Assert.Equal(0, scene.Unfinished);
        Assert.Single(simulation.Storage.Events(SendsScene.Id));
    }

    [Fact]
    public void The_history_is_short_however_much_is_sent()
    {
        using var simulation = Begin();
        var scene = new SendsScene(simulation, isStored: true);

        for (var i = 0; i < 3000; i++)
            scene.Send();
        simulation.RunFor(TimeSpan.FromSeconds(5));

        Assert.Equal(3000, scene.Events.OfType<MessageSent>().Count());
        Assert.InRange(simulation.Storage.Events(SendsScene.Id).Count, 0, 2048);
    }

    [Fact]
    public void Many_requests_at_once_share_few_events()
    {
        using var simulation = Begin();
        simulation.Storage.Faults = new StorageFaults { MinLatency = TimeSpan.FromMilliseconds(10) };
        var scene = new SendsScene(simulation, isStored: true);

        Task<Result<RequestId, SendError>>[] answers = [.. Enumerable.Range(0, 500).Select(_ => scene.SendAsync())];
        simulation.RunFor(TimeSpan.FromSeconds(1));

        Assert.All(answers, answer => scene.AssertEndedOnce(simulation.Wait(answer).Value));
        Assert.InRange(simulation.Storage.WriteCount, 1, 12);
    }

    [Fact]
    public void An_ephemeral_message_is_not_stored()
    {
        using var simulation = Begin();
        var scene = new SendsScene(simulation, isStored: true);

        scene.Send(isEphemeral: true);
        simulation.RunFor(TimeSpan.FromSeconds(1));

        Assert.Single(scene.Events.OfType<MessageSent>());
        Assert.Empty(simulation.Storage.Events(SendsScene.Id));
    }

    [Fact]
    public void A_request_that_the_journal_rejects_is_refused_and_nothing_of_it_leaves()
    {
        using var simulation = Begin();
        var scene = new SendsScene(simulation, isStored: true);
        simulation.Storage.RejectNextWrites();

        var answer = simulation.Wait(scene.SendAsync());
        simulation.RunFor(TimeSpan.FromSeconds(70));

        Assert.Equal(SendErrorKind.NotStored, answer.Error?.Kind);
        Assert.Empty(scene.Published);
        Assert.Empty(scene.Events);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_journal_that_fails_for_a_moment_delays_a_request_and_loses_none(bool isCommitted)
    {
        using var simulation = Begin();
        var scene = new SendsScene(simulation, isStored: true);
        if (isCommitted)
            simulation.Storage.FailNextWrites(isCommitted: true);
        else
            simulation.Storage.IsDown = true;
        var answer = scene.SendAsync();
        simulation.RunFor(TimeSpan.FromSeconds(isCommitted ? 0 : 1));
        Assert.False(answer.IsCompleted);
        Assert.Empty(scene.Published);

        simulation.Storage.IsDown = false;
        simulation.RunFor(TimeSpan.FromSeconds(15));

        scene.AssertEndedOnce(simulation.Wait(answer).Value);
        Assert.Single(scene.Published.Distinct());
    }

    [Fact]
    public void Whoever_sends_while_the_journal_is_away_has_an_answer_after_three_seconds()
    {
        using var simulation = Begin();
        var scene = new SendsScene(simulation, isStored: true);
        simulation.Storage.IsDown = true;

        var answer = scene.SendAsync();
        simulation.RunFor(SendIntake.StoreTimeout);

        Assert.Equal(SendErrorKind.NotStored, simulation.Wait(answer).Error?.Kind);
        Assert.Equal(TimeSpan.FromSeconds(3), SendIntake.StoreTimeout);
    }

    [Fact]
    public void A_request_whose_end_cannot_be_stored_ends_when_the_journal_is_back()
    {
        using var simulation = Begin();
        var scene = new SendsScene(simulation, isStored: true) { Publish = static () => null };
        var request = scene.Send();
        simulation.Storage.IsDown = true;
        scene.Publish = static () => PublishOutcome.Sent;
        simulation.RunFor(TimeSpan.FromSeconds(60));
        Assert.Empty(scene.EventsOf(request).OfType<MessageSent>());

        simulation.Storage.IsDown = false;
        simulation.RunFor(TimeSpan.FromSeconds(15));

        scene.AssertEndedOnce(request);
        Assert.Equal(0, scene.Unfinished);
    }

    [Fact]
    public void What_is_more_than_can_wait_for_the_journal_is_refused()
    {
        using var simulation = Begin();
        var scene = new SendsScene(simulation, isStored: true);
        simulation.Storage.IsDown = true;
        simulation.Wait(Task.CompletedTask);
        var first = scene.SendAsync();
        simulation.RunFor(TimeSpan.FromMilliseconds(10));

        Task<Result<RequestId, SendError>>[] more = [.. Enumerable.Range(0, 1200).Select(_ => scene.SendAsync())];
        simulation.RunFor(TimeSpan.FromMilliseconds(10));
        Assert.All(more.Where(answer => answer.IsCompleted), answer => Assert.Equal(SendErrorKind.NotStored, simulation.Wait(answer).Error?.Kind));
        Assert.InRange(more.Count(answer => answer.IsCompleted), 150, 250);
        simulation.Storage.IsDown = false;
        simulation.RunFor(TimeSpan.FromSeconds(20));

        scene.AssertEndedOnce(simulation.Wait(first).Value);
        Assert.Equal(1001, scene.Events.OfType<MessageSent>().Count());
        Assert.Equal(0, scene.Unfinished);
    }

    [Fact]
    public void A_request_that_was_refused_because_the_journal_is_slow_is_not_sent_later()
    {
        using var simulation = Begin();
        var scene = new SendsScene(simulation, isStored: true);
        simulation.Storage.Faults = new StorageFaults { MinLatency = TimeSpan.FromSeconds(40), CallTimeout = TimeSpan.FromMinutes(2) };
        Assert.Equal(SendErrorKind.NotStored, simulation.Wait(scene.SendAsync()).Error?.Kind);
        simulation.RunFor(TimeSpan.FromSeconds(100));
        Assert.Empty(scene.Published);
        Assert.Empty(scene.Events);
        simulation.Kill(scene.System);

        simulation.Storage.Faults = StorageFaults.None;
        var after = new SendsScene(simulation, isStored: true, system: simulation.Start("next"));
        simulation.RunFor(TimeSpan.FromSeconds(10));

        Assert.Empty(after.Published);
        Assert.Empty(after.Events);
    }

    [Fact]
    public void While_the_history_cannot_be_read_requests_are_refused_in_time()
    {
        using var simulation = Begin();
        var scene = new SendsScene(simulation, isStored: true) { Publish = static () => PublishOutcome.NoPeers };
        scene.Send();
        simulation.Storage.FailNextRecoveries(count: int.MaxValue);
        simulation.Storage.FailNextWrites();
        var answer = scene.SendAsync();
        simulation.RunFor(TimeSpan.FromSeconds(31));

        Assert.Equal(SendErrorKind.NotStored, simulation.Wait(answer).Error?.Kind);
    }

    static void Run(Simulation simulation, bool isStored)
    {
        var random = new Random(simulation.Seed);
        var scene = new SendsScene(simulation, isStored)
        {
            HasStore = random.Next(2) == 0,
            Publish = () => random.Next(6) switch
            {
                0 => PublishOutcome.NoPeers,
                1 => PublishOutcome.Congested,
                2 => null,
                _ => PublishOutcome.Sent,
            },
            Ask = () => (Presence)random.Next(3),
        };
        var answers = new List<Task<Result<RequestId, SendError>>>();
        for (var i = 0; i < 20; i++)
        {
            answers.Add(scene.SendAsync(isEphemeral: random.Next(4) == 0));
            if (random.Next(3) == 0)
                simulation.RunFor(TimeSpan.FromSeconds(5 * random.NextDouble()));
            if (random.Next(5) == 0)
                simulation.Crash(scene.Actor);
        }
        simulation.RunFor(Bound);

        Assert.All(answers, answer => Assert.True(answer.IsCompletedSuccessfully));
        RequestId[] taken = [.. answers.Select(answer => simulation.Wait(answer)).Where(answer => answer.IsSuccess).Select(answer => answer.Value)];
        Assert.All(taken, scene.AssertEndedOnce);
        Assert.All(scene.Events, told => Assert.Contains(told.Request, taken));
        Assert.Equal(0, scene.Unfinished);
        if (!isStored)
            Assert.Equal(answers.Count, taken.Length);
    }

    static Simulation Begin() => new(SimulatedSystems.Options with { Seed = 1 });
}
