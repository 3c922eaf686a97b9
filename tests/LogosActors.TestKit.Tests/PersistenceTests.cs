using Akka.Actor;
using Akka.Persistence;

namespace LogosActors.TestKit.Tests;

public sealed class PersistenceTests
{
    [Fact]
    public void What_was_persisted_is_there_after_a_kill()
    {
        using var simulation = new Simulation(1);
        var sum = simulation.System.ActorOf(SumActor.Props("a"));
        Assert.Equal(3, simulation.Ask<int>(sum, 3));
        Assert.Equal(7, simulation.Ask<int>(sum, 4));

        simulation.Kill(simulation.System);
        var next = simulation.CreateSystem("next", simulation.Storage);

        Assert.Equal(7, simulation.Ask<int>(next.ActorOf(SumActor.Props("a")), "get"));
        Assert.Equal([3, 4], simulation.Storage.Events("a").Select(stored => (int)stored.Payload));
        Assert.Equal((2L, 2, 0, 0L), (simulation.Storage.WriteCount, simulation.Storage.EventCount, simulation.Storage.SnapshotCount, simulation.Storage.Bytes));
        Assert.Equal(["a"], simulation.Storage.PersistenceIds);
    }

    [Fact]
    public void A_storage_outlives_its_simulation()
    {
        var storage = new SimulatedStorage();
        for (var i = 1; i <= 3; i++)
        {
            using var simulation = new Simulation(i);
            var system = simulation.CreateSystem("node", storage);
            Assert.Equal(i, simulation.Ask<int>(system.ActorOf(SumActor.Props("a")), 1));
        }
    }

    [Fact]
    public void A_failed_write_stops_the_actor_and_stores_nothing()
    {
        using var simulation = new Simulation(1);
        var (sum, probe) = (simulation.System.ActorOf(SumActor.Props("a")), simulation.CreateProbe());
        probe.Watch(sum);
        Assert.Equal(1, simulation.Ask<int>(sum, 1));
        simulation.Storage.FailNextWrites();

        probe.Send(sum, 2);

        probe.ExpectTerminated(sum);
        Assert.Single(simulation.Storage.Events("a"));
        Assert.Equal(3, simulation.Ask<int>(simulation.System.ActorOf(SumActor.Props("a")), 2));
    }

    [Fact]
    public void A_write_that_fails_after_its_commit_stops_the_actor_and_is_there_afterwards()
    {
        using var simulation = new Simulation(1);
        var (sum, probe) = (simulation.System.ActorOf(SumActor.Props("a")), simulation.CreateProbe());
        probe.Watch(sum);
        simulation.Storage.FailNextWrites(isCommitted: true);

        probe.Send(sum, new[] { 2, 3 });

        probe.ExpectTerminated(sum);
        Assert.Equal(5, simulation.Ask<int>(simulation.System.ActorOf(SumActor.Props("a")), "get"));
    }

    [Fact]
    public void A_rejected_write_goes_on_without_the_event()
    {
        using var simulation = new Simulation(1);
        var sum = simulation.System.ActorOf(SumActor.Props("a"));
        simulation.Storage.RejectNextWrites();

        Assert.IsType<StorageFailedException>(simulation.Ask<Exception>(sum, 2));
        Assert.Equal(3, simulation.Ask<int>(sum, 3));
        Assert.Equal([2L], simulation.Storage.Events("a").Select(stored => stored.SequenceNr));
    }

    [Fact]
    public void A_failed_recovery_stops_the_actor()
    {
        using var simulation = new Simulation(1);
        var probe = simulation.CreateProbe();
        simulation.Storage.FailNextRecoveries(affects: id => id == "a");

        var sum = simulation.System.ActorOf(SumActor.Props("a"));
        probe.Watch(sum);

        probe.ExpectTerminated(sum);
        Assert.Equal(0, simulation.Ask<int>(simulation.System.ActorOf(SumActor.Props("b")), "get"));
    }

    [Fact]
    public void The_highest_sequence_number_is_kept_when_events_are_deleted()
    {
        using var simulation = new Simulation(1);
        var (sum, probe) = (simulation.System.ActorOf(SumActor.Props("a")), simulation.CreateProbe());
        simulation.System.EventStream.Subscribe(probe.Ref, typeof(DeleteMessagesSuccess));
        Assert.Equal(1, simulation.Ask<int>(sum, 1));
        Assert.Equal(3, simulation.Ask<int>(sum, 2));
        sum.Tell("delete");
        Assert.Equal(2, probe.ExpectMessage<DeleteMessagesSuccess>().ToSequenceNr);

        Assert.Empty(simulation.Storage.Events("a"));
        Assert.Equal(2, simulation.Storage.HighestSequenceNr("a"));
        sum.Tell(new InvalidOperationException());
        Assert.Equal(3, simulation.Ask<int>(sum, 3));
        Assert.Equal([3L], simulation.Storage.Events("a").Select(stored => stored.SequenceNr));
    }

    [Fact]
    public void A_recovery_begins_with_the_newest_snapshot()
    {
        using var simulation = new Simulation(1);
        var (sum, probe) = (simulation.System.ActorOf(SumActor.Props("a")), simulation.CreateProbe());
        simulation.System.EventStream.Subscribe(probe.Ref, typeof(SaveSnapshotSuccess));
        foreach (var number in new[] { 1, 2, 3 })
        {
            simulation.Ask<int>(sum, number);
            sum.Tell("snapshot");
            Assert.Equal(number, probe.ExpectMessage<SaveSnapshotSuccess>().Metadata.SequenceNr);
        }

        simulation.Ask<int>(sum, 4);
        sum.Tell("delete");
        simulation.RunUntilIdle();
        sum.Tell(new InvalidOperationException());

        // The fourth event was deleted with the others, and no snapshot has it.
        Assert.Equal(6, simulation.Ask<int>(sum, "get"));
        Assert.Equal([1, 3, 6], simulation.Storage.Snapshots("a").Select(stored => (int)stored.Snapshot));
        Assert.Equal(simulation.Time.GetUtcNow().UtcDateTime, simulation.Storage.Snapshots("a")[0].Metadata.Timestamp);
        sum.Tell("delete snapshots");
        simulation.RunUntilIdle();
        Assert.Empty(simulation.Storage.Snapshots("a"));
    }

    [Fact]
    public void Snapshots_and_deletions_fail_on_demand()
    {
        using var simulation = new Simulation(1);
        var (sum, probe) = (simulation.System.ActorOf(SumActor.Props("a")), simulation.CreateProbe());
        simulation.System.EventStream.Subscribe(probe.Ref, typeof(SaveSnapshotFailure));
        simulation.System.EventStream.Subscribe(probe.Ref, typeof(DeleteMessagesFailure));
        simulation.Ask<int>(sum, 1);
        simulation.Storage.FailNextSnapshotSaves();
        simulation.Storage.FailNextDeletions();

        sum.Tell("snapshot");
        Assert.IsType<StorageFailedException>(probe.ExpectMessage<SaveSnapshotFailure>().Cause);
        sum.Tell("delete");
        Assert.IsType<StorageFailedException>(probe.ExpectMessage<DeleteMessagesFailure>().Cause);
        Assert.Equal((1, 0), (simulation.Storage.EventCount, simulation.Storage.SnapshotCount));

        sum.Tell("snapshot");
        simulation.RunUntilIdle();
        simulation.Storage.FailNextSnapshotLoads();
        sum.Tell(new InvalidOperationException());
        probe.Watch(sum);
        probe.ExpectTerminated(sum);
    }

    [Fact]
    public void Of_what_is_under_way_at_a_kill_some_is_stored_and_nothing_confirmed()
    {
        var outcomes = new HashSet<int>();
        for (var seed = 0; seed < 40; seed++)
        {
            using var simulation = new Simulation(new SimulationOptions
            {
                Seed = seed,
                StorageFaults = new StorageFaults { MinLatency = TimeSpan.FromMilliseconds(5), MaxLatency = TimeSpan.FromMilliseconds(10) },
            });
            var probe = simulation.CreateProbe();
            var sums = Enumerable.Range(0, 3).Select(i => simulation.System.ActorOf(SumActor.Props($"{i}"))).ToList();
            simulation.RunFor(TimeSpan.FromSeconds(1));
            foreach (var sum in sums)
                probe.Send(sum, 1);
            simulation.RunFor(TimeSpan.FromMilliseconds(2));
            Assert.Equal(0, simulation.Storage.EventCount);

            simulation.Kill(simulation.System);
            simulation.RunFor(TimeSpan.FromSeconds(1));

            Assert.Empty(probe.Messages);
            outcomes.Add(simulation.Storage.EventCount);
        }

        Assert.Equal([0, 1, 2, 3], outcomes.Order());
    }

    [Fact]
    public void Two_writers_of_one_persistence_id_do_not_mix_their_events()
    {
        using var simulation = new Simulation(1);
        var probe = simulation.CreateProbe();
        var (first, second) = (simulation.System.ActorOf(SumActor.Props("a")), simulation.System.ActorOf(SumActor.Props("a")));
        Assert.Equal(0, simulation.Ask<int>(second, "get"));
        Assert.Equal(1, simulation.Ask<int>(first, 1));
        probe.Watch(second);

        second.Tell(2);

        probe.ExpectTerminated(second);
        Assert.Equal(3, simulation.Ask<int>(first, 2));
    }

    [Fact]
    public void A_write_that_takes_longer_than_the_call_timeout_is_reported_as_failed_and_stored_all_the_same()
    {
        using var simulation = new Simulation(1);
        var (sum, probe) = (simulation.System.ActorOf(SumActor.Props("a")), simulation.CreateProbe());
        Assert.Equal(0, simulation.Ask<int>(sum, "get"));
        probe.Watch(sum);
        simulation.Storage.Faults = new StorageFaults { MinLatency = TimeSpan.FromSeconds(40) };

        probe.Send(sum, 1);

        probe.ExpectTerminated(sum, TimeSpan.FromSeconds(10));
        Assert.Equal(TimeSpan.FromSeconds(10), simulation.Now);
        Assert.Empty(simulation.Storage.Events("a"));
        simulation.RunFor(TimeSpan.FromSeconds(30));
        Assert.Single(simulation.Storage.Events("a"));
    }

    [Fact]
    public void An_outage_fails_everything_until_it_ends()
    {
        using var simulation = new Simulation(1);
        var (sum, probe) = (simulation.System.ActorOf(SumActor.Props("a")), simulation.CreateProbe());
        Assert.Equal(1, simulation.Ask<int>(sum, 1));
        probe.Watch(sum);
        simulation.Storage.IsDown = true;
        probe.Send(sum, 2);
        probe.ExpectTerminated(sum);
        sum = simulation.System.ActorOf(SumActor.Props("a"));
        probe.Watch(sum);
        probe.ExpectTerminated(sum);

        simulation.Storage.IsDown = false;

        Assert.Equal(3, simulation.Ask<int>(simulation.System.ActorOf(SumActor.Props("a")), 2));
    }

    [Fact]
    public void Failures_at_random_follow_the_seed_and_concern_only_whom_they_affect()
    {
        Assert.Equal(Failures(1), Failures(1));
        Assert.NotEqual(Failures(1), Failures(2));

        static string Failures(int seed)
        {
            using var simulation = new Simulation(new SimulationOptions
            {
                Seed = seed,
                StorageFaults = new StorageFaults { WriteFailure = 0.2, WriteRejection = 0.2, Affects = id => id.StartsWith("bad", StringComparison.Ordinal) },
            });
            foreach (var id in Enumerable.Range(0, 20))
            {
                simulation.System.ActorOf(SumActor.Props($"bad-{id}")).Tell(1);
                simulation.System.ActorOf(SumActor.Props($"good-{id}")).Tell(1);
            }

            simulation.RunUntilIdle();
            Assert.Equal(20, simulation.Storage.PersistenceIds.Count(id => id.StartsWith("good", StringComparison.Ordinal)));
            Assert.InRange(simulation.Storage.EventCount, 21, 39);
            return string.Join(' ', simulation.Storage.PersistenceIds);
        }
    }

    [Fact]
    public void An_event_that_no_serializer_takes_is_rejected_when_events_are_serialized()
    {
        using var simulation = new Simulation(new SimulationOptions
        {
            Seed = 1,
            Serialize = true,
            Config = "akka.actor.serialization-settings.allow-unregistered-types = false\nakka.actor.serialization-bindings { \"System.Int32\" = json }",
        });
        var sum = simulation.System.ActorOf(SumActor.Props("a"));

        Assert.IsNotType<StorageFailedException>(simulation.Ask<Exception>(sum, new SumActor.Event(() => { })));
        Assert.Equal(3, simulation.Ask<int>(sum, 3));
        sum.Tell("snapshot");
        simulation.RunUntilIdle();
        Assert.Equal(7, simulation.Ask<int>(sum, 4));
        Assert.InRange(simulation.Storage.Bytes, 3, 1000);
        Assert.All(simulation.Storage.Events("a"), stored => Assert.InRange(stored.Bytes, 1, 100));

        sum.Tell(new InvalidOperationException());
        Assert.Equal(7, simulation.Ask<int>(sum, "get"));
    }

    [Fact]
    public void Plugins_that_the_application_names_are_served()
    {
        using var simulation = new Simulation(new SimulationOptions
        {
            Seed = 1,
            JournalPluginIds = ["app.journal"],
            SnapshotPluginIds = ["app.snapshots"],
        });
        var sum = simulation.System.ActorOf(SumActor.Props("a", "app.journal", "app.snapshots"));
        Assert.Equal(3, simulation.Ask<int>(sum, 3));
        sum.Tell("snapshot");
        simulation.RunUntilIdle();

        Assert.Equal((1, 1), (simulation.Storage.EventCount, simulation.Storage.SnapshotCount));
        sum.Tell(new InvalidOperationException());
        Assert.Equal(3, simulation.Ask<int>(sum, "get"));
    }
}
