using LogosActors.Actors;
using LogosActors.Actors.Persistence;
using LogosActors.Actors.Persistence.Journals;
using LogosActors.Actors.TestKit;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Topics;
using static LogosActors.Delivery.Tests.Receiving.ReceivingWorld;

namespace LogosActors.Delivery.Tests.Receiving;

public sealed class ReceivingActorTests
{
    static readonly TimeSpan Settled = TimeSpan.FromMinutes(5);

    [Fact]
    public void A_message_that_the_relay_loses_comes_from_a_store_within_the_interval_and_once()
    {
        using var host = DeterministicHost.Create(1);
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
        using var host = DeterministicHost.Create(1);
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
    public void What_was_missed_comes_as_soon_as_the_relay_has_restarted()
    {
        using var host = DeterministicHost.Create(1);
        var world = new ReceivingWorld(host);
        world.Subscribe();
        var lost = world.Send(isLost: true);

        world.RestartRelay();
        host.RunUntilIdle();

        Assert.Equal([lost], world.Told);
    }

    [Fact]
    public void A_store_that_fails_is_asked_again_until_it_answers()
    {
        using var host = DeterministicHost.Create(1);
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
        var journal = new InMemoryJournal();
        using var host = DeterministicHost.Create(1, options => options with { Persistence = Durable(journal) });
        var world = new ReceivingWorld(host, isDurable: true);
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
            for (var i = 0; i < Delivery.Receiving.ReceivingJournalActor.SnapshotEvents; i++)
                world.Subscribe("/test/1/" + i + "/proto");
            world.Kill();
            world.Start();
        }
        world.Stores.Add(complete);
        host.RunFor(Settled);

        Assert.Equal(missed, world.Told);
    }

    [Fact]
    public void The_nodes_own_messages_do_not_come_back_from_a_store()
    {
        using var host = DeterministicHost.Create(1);
        var world = new ReceivingWorld(host);
        world.Subscribe();
        world.Send(isOwn: true);

        host.RunFor(Settled);

        Assert.Empty(world.Told);
    }

    [Fact]
    public void What_is_unsubscribed_from_does_not_come_and_a_new_subscription_begins_anew()
    {
        using var host = DeterministicHost.Create(1);
        var world = new ReceivingWorld(host);
        world.Subscribe();
        var gone = world.Subscriptions.Ask<Delivery.Receiving.Subscriptions.Answer>(
            new Delivery.Receiving.Subscriptions.Unsubscribe(ContentTopic.Parse(Lobby)), Settled);
        Assert.Null(host.Await(gone).Error);
        world.Send();
        host.RunFor(Settled);
        world.Subscribe();
        var wanted = world.Send(isLost: true);

        host.RunFor(Settled);

        Assert.Equal([wanted], world.Told);
    }

    [Fact]
    public void No_message_is_lost_or_told_twice_whichever_actors_crash() =>
        DeterministicHost.Explore(firstSeed: 1, count: 60, host =>
        {
            var world = new ReceivingWorld(host);
            RunThrough(host, world);
        });

    [Fact]
    public void Nor_with_a_journal_whichever_actors_crash_and_however_it_fails() =>
        DeterministicHost.Explore(
            firstSeed: 1, count: 60,
            host =>
            {
                var world = new ReceivingWorld(host, isDurable: true);
                RunThrough(host, world);
            },
            options => options with { Persistence = Faulty(options) });

    [Fact]
    public void After_a_kill_the_subscriptions_are_there_and_nothing_is_told_twice() =>
        DeterministicHost.Explore(
            firstSeed: 1, count: 20,
            host =>
            {
                var world = new ReceivingWorld(host, isDurable: true);
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
            },
            options => options with { Persistence = Durable(new InMemoryJournal()) });

    [Fact]
    public void A_history_of_many_messages_stays_short()
    {
        var journal = new InMemoryJournal();
        using var host = DeterministicHost.Create(1, options => options with { Persistence = Durable(journal) });
        var world = new ReceivingWorld(host, isDurable: true, new ReceivingOptions { MaxRemembered = 100 }) { IsStoreUp = false };
        world.Subscribe();
        for (var i = 0; i < 3000; i++)
        {
            world.Send();
            host.RunUntilIdle();
        }

        world.Kill();
        var stored = host.Await(journal.ReadAsync("received", 1, long.MaxValue, int.MaxValue, CancellationToken.None).AsTask());

        Assert.InRange(stored.Count, 1, Delivery.Receiving.ReceivingJournalActor.SnapshotEvents + 10);
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
    static void RunThrough(DeterministicHost host, ReceivingWorld world)
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
        }

        host.Faults = FaultPlan.None;
        if (host.System.Options.Persistence.Journal is FaultyJournal journal)
            journal.IsFaulty = false;
        host.RunFor(Settled);
        Assert.Empty(expected.Except(world.Told));
        Assert.Equal(world.Told.Count, world.Told.Distinct().Count());
    }

    static PersistenceOptions Durable(IJournal journal) => new()
    {
        Journal = journal,
        Snapshots = new InMemorySnapshotStore(),
        Serialization = EventSerialization.CreateBuilder().AddDelivery().Build(),
    };

    static PersistenceOptions Faulty(ActorSystemOptions options) => Durable(new FaultyJournal(
        new InMemoryJournal(),
        new JournalFaults { FailBeforeWrite = 0.03, FailAfterWrite = 0.03, RejectWrite = 0.01, FailRead = 0.1, MaxDelay = TimeSpan.FromMilliseconds(50) },
        options.Time,
        options.Seed!.Value));
}
