using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Receiving;
using LogosActors.Delivery.Topics;
using LogosActors.TestKit;
using static LogosActors.Delivery.Tests.Receiving.ReceivingWorld;

namespace LogosActors.Delivery.Tests.Receiving;

public sealed class ReceivingActorTests
{
    static readonly TimeSpan Settled = TimeSpan.FromMinutes(5);

    [Fact]
    public void A_message_that_the_relay_loses_comes_from_a_store_within_the_interval_and_once()
    {
        using var host = new Simulation(SimulatedSystems.Options with { Seed = 1 });
        var world = new ReceivingWorld(host);
        world.Subscribe();
        var (first, lost, last) = (world.Send(), world.Send(isLost: true), world.Send());
        host.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal([first, last], world.Told);

        host.RunFor(world.Options.StoreInterval * 1.2);
        Assert.Equal([first, last, lost], world.Told);

        host.RunFor(Settled);
        Assert.Equal([first, last, lost], world.Told);
    }

    [Fact]
    public void What_was_missed_comes_as_soon_as_there_is_a_store()
    {
        using var host = new Simulation(SimulatedSystems.Options with { Seed = 1 });
        var world = new ReceivingWorld(host);
        var store = world.Stores.Choose(new Random(1))!;
        world.Stores.Remove(store);
        world.Subscribe();
        var lost = world.Send(isLost: true);
        host.RunFor(Settled);
        Assert.Empty(world.Told);

        world.Stores.Add(store);
        host.RunUntilIdle();

        Assert.Equal([lost], world.Told);
    }

    [Fact]
    public void A_store_that_fails_is_asked_again_until_it_answers()
    {
        using var host = new Simulation(SimulatedSystems.Options with { Seed = 1 });
        var world = new ReceivingWorld(host) { IsStoreUp = false };
        world.Subscribe();
        var lost = world.Send(isLost: true);
        host.RunFor(Settled);

        world.IsStoreUp = true;
        host.RunFor(TimeSpan.FromMinutes(2));

        Assert.Equal([lost], world.Told);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_a_store_has_missed_comes_from_another_one_later_also_after_a_kill(bool isKilled)
    {
        using var host = new Simulation(SimulatedSystems.Options with { Seed = 1 });
        var world = new ReceivingWorld(host, isStored: true);
        var (complete, cutOff) = (world.Stores.Choose(new Random(1))!, NewPeer());
        world.OtherStores.Add(cutOff, new FakeStore(Shard));
        world.Subscribe();
        host.RunFor(Settled);
        world.Stores.Add(cutOff);
        world.Stores.Remove(complete);
        MessageHash[] missed = [.. Enumerable.Range(0, 20).Select(_ =>
        {
            host.RunFor(TimeSpan.FromMinutes(1));
            return world.Send(isLost: true);
        })];
        host.RunFor(Settled);
        Assert.Empty(world.Told);

        if (isKilled)
        {
            // What a snapshot keeps must do, too.
            for (var i = 0; i < ReceivingJournalActor.SnapshotEvents; i++)
                world.Subscribe("/test/1/" + i + "/proto");
            world.Kill();
            world.Start();
        }
        world.Stores.Add(complete);
        host.RunFor(Settled);

        Assert.Equal(missed, world.Told);
    }

    [Theory]
    [InlineData(24, false, false)]
    [InlineData(24, false, true)]
    [InlineData(24, true, false)]
    [InlineData(24, true, true)]
    [InlineData(-24, false, false)]
    [InlineData(-24, false, true)]
    [InlineData(-24, true, false)]
    [InlineData(-24, true, true)]
    public void What_was_missed_is_fetched_when_a_clock_that_was_wrong_is_put_right(int hoursAhead, bool isSubscribedBefore, bool isKilled)
    {
        using var host = new Simulation(SimulatedSystems.Options with { Seed = 1 });
        var world = new ReceivingWorld(host, isStored: true);
        if (isSubscribedBefore)
        {
            world.Subscribe();
            host.RunFor(Settled);
        }
        host.StepClock(TimeSpan.FromHours(hoursAhead));
        if (!isSubscribedBefore)
            world.Subscribe();
        // Stores are asked up to a time that is wrong.
        host.RunFor(Settled);

        if (isKilled)
            world.Kill();
        host.StepClock(-TimeSpan.FromHours(hoursAhead));
        var missed = world.Send(isLost: true);
        if (isKilled)
            world.Start();
        host.RunFor(Settled);
        Assert.Equal([missed], world.Told);

        var later = world.Send(isLost: true);
        host.RunFor(Settled);
        Assert.Equal([missed, later], world.Told);
    }

    [Fact]
    public void A_time_that_a_wrong_clock_has_given_is_not_believed_when_it_has_come()
    {
        using var host = new Simulation(SimulatedSystems.Options with { Seed = 1 });
        var world = new ReceivingWorld(host, isStored: true);
        world.Subscribe();
        host.StepClock(TimeSpan.FromHours(24));
        host.RunFor(Settled);
        host.StepClock(-TimeSpan.FromHours(24));
        host.RunFor(Settled);

        world.Kill();
        var missed = world.Send(isLost: true);
        host.RunFor(TimeSpan.FromHours(30));
        world.Start();
        host.RunFor(Settled);

        Assert.Equal([missed], world.Told);
    }

    [Fact]
    public void The_nodes_own_messages_do_not_come_back_from_a_store()
    {
        using var host = new Simulation(SimulatedSystems.Options with { Seed = 1 });
        var world = new ReceivingWorld(host);
        world.Subscribe();
        world.Send(isOwn: true);

        host.RunFor(Settled);

        Assert.Empty(world.Told);
    }

    [Fact]
    public void What_is_unsubscribed_from_does_not_come_and_a_new_subscription_begins_anew()
    {
        using var host = new Simulation(SimulatedSystems.Options with { Seed = 1 });
        var world = new ReceivingWorld(host);
        world.Subscribe();
        Assert.Null(world.Ask(new Subscriptions.Unsubscribe(ContentTopic.Parse(Lobby))).Error);
        world.Send();
        host.RunFor(Settled);
        world.Subscribe();
        var wanted = world.Send(isLost: true);

        host.RunFor(Settled);

        Assert.Equal([wanted], world.Told);
    }

    [Fact]
    public void Receivers_get_each_message_once_and_the_application_what_it_has_subscribed_to()
    {
        using var host = new Simulation(SimulatedSystems.Options with { Seed = 1 });
        var world = new ReceivingWorld(host);
        var probe = host.CreateProbe(system: world.System);
        Assert.Null(world.Ask(new Subscriptions.Attach(ContentTopic.Parse(Lobby), Shard, probe.Ref)).Error);
        Assert.Null(world.Ask(new Subscriptions.Attach(ContentTopic.Parse(Lobby), Shard, probe.Ref)).Error);
        var (first, lost) = (world.Send(), world.Send(isLost: true));
        host.RunFor(Settled);
        Assert.Empty(world.Told);

        world.Subscribe();
        var both = world.Send();
        host.RunUntilIdle();
        Assert.Null(world.Ask(new Subscriptions.Detach(ContentTopic.Parse(Lobby), probe.Ref)).Error);
        var last = world.Send();
        host.RunFor(Settled);

        Assert.Equal([first, lost, both], probe.Of<Subscriptions.Arrived>().Select(arrived => arrived.Hash));
        Assert.Equal([both, last], world.Told);
        Assert.Null(world.Ask(new Subscriptions.Unsubscribe(ContentTopic.Parse(Lobby))).Error);
        Assert.Empty(host.Ask<Subscriptions.Listed>(world.Actor, Subscriptions.List.Instance).ContentTopics);
    }

    [Fact]
    public void What_comes_while_a_receiver_is_away_comes_from_a_store_when_it_attaches_again()
    {
        using var host = new Simulation(SimulatedSystems.Options with { Seed = 1 });
        var world = new ReceivingWorld(host, isStored: true);
        var (gone, next) = (host.CreateProbe(system: world.System), host.CreateProbe(system: world.System));
        world.Ask(new Subscriptions.Attach(ContentTopic.Parse(Lobby), Shard, gone.Ref));
        world.System.Stop(gone.Ref);
        host.RunUntilIdle();
        var missed = world.Send();
        host.RunFor(TimeSpan.FromSeconds(1));

        world.Ask(new Subscriptions.Attach(ContentTopic.Parse(Lobby), Shard, next.Ref));
        host.RunFor(Settled);

        Assert.Equal([missed], next.Of<Subscriptions.Arrived>().Select(arrived => arrived.Hash));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Subscriptions_receivers_and_what_was_received_outlive_a_stop(bool isStored)
    {
        using var host = new Simulation(SimulatedSystems.Options with { Seed = 1 });
        var world = new ReceivingWorld(host, isStored);
        var probe = host.CreateProbe(system: world.System);
        world.Subscribe();
        world.Ask(new Subscriptions.Attach(ContentTopic.Parse("/test/1/kitchen/proto"), Shard, probe.Ref));
        var (told, arrived) = (world.Send(), world.Send("/test/1/kitchen/proto"));
        host.RunFor(TimeSpan.FromSeconds(1));

        world.Stop();
        var (missed, alsoMissed) = (world.Send(isLost: true), world.Send("/test/1/kitchen/proto", isLost: true));
        world.Start();
        host.RunFor(Settled);

        Assert.Equal([told, missed], world.Told);
        Assert.Equal([arrived, alsoMissed], probe.Of<Subscriptions.Arrived>().Select(one => one.Hash));
    }

    [Fact]
    public void No_message_is_lost_or_told_twice_whichever_actors_crash() =>
        Simulation.Explore(60, host => RunThrough(host, new ReceivingWorld(host)), SimulatedSystems.Options);

    [Fact]
    public void Nor_with_a_journal_whichever_actors_crash_and_however_it_fails() =>
        Simulation.Explore(60, host => RunThrough(host, new ReceivingWorld(host, isStored: true)), SimulatedSystems.Options with
        {
            StorageFaults = new StorageFaults
            {
                WriteFailure = 0.03,
                WriteFailureAfterCommit = 0.03,
                WriteRejection = 0.01,
                RecoveryFailure = 0.1,
                SnapshotSaveFailure = 0.1,
                DeletionFailure = 0.1,
                MaxLatency = TimeSpan.FromMilliseconds(50),
            },
        });

    [Fact]
    public void After_a_kill_the_subscriptions_are_there_and_nothing_is_told_twice() =>
        Simulation.Explore(20, host =>
        {
            var world = new ReceivingWorld(host, isStored: true);
            world.Subscribe();
            var expected = new HashSet<MessageHash>();
            for (var life = 0; life < 4; life++)
            {
                for (var i = 0; i < 30; i++)
                    expected.Add(world.Send(isLost: i % 3 == 0));
                host.RunFor(TimeSpan.FromSeconds(1));
                world.Kill();
                expected.Add(world.Send(isLost: true));
                host.RunFor(TimeSpan.FromMinutes(life));
                world.Start();
                host.RunFor(TimeSpan.FromSeconds(10));
            }

            Assert.Equal(world.Told.Count, world.Told.Distinct().Count());
            Assert.True(expected.SetEquals(world.Told));
        }, SimulatedSystems.Options);

    [Fact]
    public void What_was_missed_comes_although_the_store_removes_messages_between_its_pages()
    {
        using var host = new Simulation(SimulatedSystems.Options with { Seed = 1 });
        var world = new ReceivingWorld(host) { IsStoreUp = false };
        world.Subscribe();
        MessageHash[] missed = [.. Enumerable.Range(0, 350).Select(_ => world.Send(isLost: true))];
        world.Store.RemovedCursors = 2;
        world.IsStoreUp = true;

        host.RunFor(TimeSpan.FromMinutes(5));

        Assert.Equal(0, world.Store.RemovedCursors);
        Assert.Equal(missed.Order(), world.Told.Order());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_is_unsubscribed_from_does_not_come_back_after_a_kill(bool hasReceiver)
    {
        Simulation.Explore(10, host =>
        {
            var world = new ReceivingWorld(host, isStored: true);
            world.Subscribe();
            if (hasReceiver)
                Assert.Null(world.Ask(new Subscriptions.Attach(ContentTopic.Parse(Lobby), Shard, host.CreateProbe(system: world.System).Ref)).Error);
            Assert.Null(world.Ask(new Subscriptions.Unsubscribe(ContentTopic.Parse(Lobby))).Error);

            world.Kill();
            world.Start();
            world.Send();
            host.RunFor(Settled);

            Assert.Empty(world.Told);
        }, SimulatedSystems.Options with { StorageFaults = new StorageFaults { MaxLatency = TimeSpan.FromMilliseconds(50) } });
    }

    [Fact]
    public void Whoever_waits_for_the_recovery_finds_all_that_was_subscribed_to()
    {
        using var host = new Simulation(SimulatedSystems.Options with { Seed = 1, StorageFaults = new StorageFaults { MaxLatency = TimeSpan.FromSeconds(1) } });
        var world = new ReceivingWorld(host, isStored: true) { IsStoreUp = false };
        world.Subscribe();
        world.Kill();
        world.Start();

        Assert.Null(world.Ask(Subscriptions.AwaitRecovery.Instance).Error);

        var sent = world.Send();
        host.RunFor(TimeSpan.FromSeconds(10));
        Assert.Equal([sent], world.Told);
    }

    [Fact]
    public void Unsubscribing_waits_for_no_journal_that_is_away()
    {
        using var host = new Simulation(SimulatedSystems.Options with { Seed = 1 });
        var world = new ReceivingWorld(host, isStored: true);
        world.Subscribe();
        host.Storage.IsDown = true;

        Assert.Null(world.Ask(new Subscriptions.Unsubscribe(ContentTopic.Parse(Lobby))).Error);
    }

    [Fact]
    public void A_journal_that_is_away_for_a_minute_holds_up_nothing_and_is_told_what_it_has_missed()
    {
        using var host = new Simulation(SimulatedSystems.Options with { Seed = 1 });
        var world = new ReceivingWorld(host, isStored: true) { IsStoreUp = false };
        world.Subscribe();
        host.Storage.IsDown = true;
        MessageHash[] sent = [.. Enumerable.Range(0, 100).Select(_ => world.Send())];
        host.RunFor(TimeSpan.FromMinutes(1));
        Assert.Equal(sent, world.Told);

        host.Storage.IsDown = false;
        host.RunFor(TimeSpan.FromMinutes(2));
        world.Kill();
        world.Start();
        foreach (var (hash, message) in world.Store.Messages)
            world.Relay(hash, message);
        host.RunFor(TimeSpan.FromSeconds(1));

        Assert.Equal(sent, world.Told);
    }

    [Fact]
    public void A_history_of_many_messages_stays_short()
    {
        using var host = new Simulation(SimulatedSystems.Options with { Seed = 1 });
        var world = new ReceivingWorld(host, isStored: true, new ReceivingOptions { MaxRemembered = 100 }) { IsStoreUp = false };
        world.Subscribe();
        for (var i = 0; i < 3000; i++)
        {
            world.Send();
            host.RunUntilIdle();
        }

        world.Kill();

        Assert.InRange(host.Storage.Events(Id).Count, 1, ReceivingJournalActor.SnapshotEvents + 10);
        Assert.Single(host.Storage.Snapshots(Id));
        var told = world.Told.ToArray();
        foreach (var (hash, message) in world.Store.Messages.TakeLast(100))
            world.Relay(hash, message);
        world.Start();
        foreach (var (hash, message) in world.Store.Messages.TakeLast(100))
            world.Relay(hash, message);
        host.RunUntilIdle();
        Assert.Equal(told, world.Told);
    }

    /// <summary>Messages come, some by the relay and all by the store, while things fail; then all settles.</summary>
    static void RunThrough(Simulation host, ReceivingWorld world)
    {
        string[] topics = [Lobby, "/test/1/kitchen/proto", "/test/1/garden/proto"];
        foreach (var topic in topics)
            world.Subscribe(topic);
        var random = new Random(host.Seed);
        host.Faults = Crashes(0.03);
        var expected = new HashSet<MessageHash>();
        for (var i = 0; i < 200; i++)
        {
            expected.Add(world.Send(topics[random.Next(3)], isLost: random.Next(4) == 0));
            if (random.Next(3) == 0)
                host.RunFor(TimeSpan.FromMilliseconds(random.Next(3000)));
            if (random.Next(10) == 0)
                world.CrashSome();
        }

        (host.Faults, host.Storage.Faults) = (SimulationFaults.None, StorageFaults.None);
        host.RunFor(Settled);
        Assert.Empty(expected.Except(world.Told));
        Assert.Equal(world.Told.Count, world.Told.Distinct().Count());
    }
}
