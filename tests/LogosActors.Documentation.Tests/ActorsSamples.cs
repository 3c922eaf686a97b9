using Akka.Actor;
using Akka.Persistence;
using LogosActors.Actors;
using LogosActors.Actors.Persistence;
using LogosActors.Actors.Serialization;
using LogosActors.Tests;
using Microsoft.Extensions.Logging.Abstractions;
using Incremented = Google.Protobuf.WellKnownTypes.Empty;

namespace LogosActors.Documentation.Tests;

/// <summary>The code that docs/actors.md shows.</summary>
public sealed class ActorsSamples : Akka.TestKit.Xunit2.TestKit
{
    [Fact]
    public async Task A_task_that_fails_is_a_failure_of_its_actor()
    {
        var prices = new TaskCompletionSource<decimal>(TaskCreationOptions.RunContinuationsAsynchronously);
        var shop = Sys.ActorOf(Props.Create(() => new ShopActor(() => prices.Task)));
        shop.Tell(Shop.GetPrice.Instance, TestActor);
        prices.SetResult(7);
        Assert.Equal(7, (await ExpectMsgAsync<Shop.Price>()).Amount);

        var broken = Sys.ActorOf(Props.Create(() => new ShopActor(() => Task.FromException<decimal>(new TimeoutException("the price list")))));
        await EventFilter.Exception<TimeoutException>("the price list").ExpectOneAsync(() =>
        {
            broken.Tell(Shop.GetPrice.Instance);
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task A_count_survives_its_process_and_its_journals_failures()
    {
        using var folder = new TemporaryFolder();
        var path = folder["counter.db"];
        Assert.Equal(1, await CountAsync(path));
        Assert.Equal(2, await CountAsync(path));
    }

    static async Task<long> CountAsync(string path)
    {
        // sample: counter-system
        var plugins = PersistencePlugins.Named("counter");
        using var file = SqliteJournalFile.Open(path);                  // WAL; held by this process, a second one is refused
        var system = LogosSystem.Create("counting", NullLoggerFactory.Instance, JournalConfiguration.Sqlite(plugins, path));
        ProtobufSerializer.Install(system, new ProtobufTypes("counter", serializerId: 7_900).Add(Incremented.Parser, "incremented"));
        var counters = system.ActorOf(CountersActor.Props(plugins), "counters");
        // end sample
        var count = await counters.Ask<long>(Counter.Increment.Instance, TimeSpan.FromSeconds(30));
        await system.Terminate();
        return count;
    }
}

// sample: pipe
static class Shop                                               // the conversation: everything that may be said, in one place
{
    public sealed record GetPrice { public static readonly GetPrice Instance = new(); }
    public sealed record Price(decimal Amount);
}

sealed class ShopActor(Func<Task<decimal>> readPrice) : SupervisedActor
{
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Shop.GetPrice:
                PipeToSelf(readPrice(), amount => new Shop.Price(amount), sender: Sender);
                break;
            case Shop.Price price:
                Sender.Tell(price);
                break;
            default:
                Unhandled(message);                             // a PipeFailure comes here: it throws, and supervision decides
                break;
        }
    }
}
// end sample

static class Counter
{
    public sealed record Increment { public static readonly Increment Instance = new(); }
    public sealed record NotStored { public static readonly NotStored Instance = new(); }
}

// sample: counter
sealed class CounterActor(PersistencePlugins plugins) : SupervisedPersistentActor(plugins)
{
    long _count;

    public override string PersistenceId => "counter";

    protected override void OnRecover(object message)
    {
        if (message is Incremented)
            _count++;
    }

    protected override void OnCommand(object message)
    {
        switch (message)
        {
            case Counter.Increment:
                var (count, sender) = (++_count, Sender);               // decide and apply; the next command sees it
                PersistAsync(new Incremented(), _ => sender.Tell(count));       // effects run when the event is stored
                break;
            default:
                Unhandled(message);
                break;
        }
    }
}
// end sample

// sample: counters
sealed class CountersActor(PersistencePlugins plugins) : SupervisedActor
{
    static readonly ExponentialBackoff Backoff = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
    RecreatedChild _counter = null!;

    public static Props Props(PersistencePlugins plugins) => Akka.Actor.Props.Create(() => new CountersActor(plugins));

    protected override SupervisorStrategy SupervisorStrategy() => new BackoffStrategy(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10));

    protected override void PreStart() => _counter = new RecreatedChild(
        Context, Akka.Actor.Props.Create(() => new CounterActor(plugins)), "counter", Backoff,
        created: _ => { },                                              // siblings are given the new reference here
        overflow: (message, sender) => sender.Tell(Counter.NotStored.Instance));

    protected override void OnReceive(object message)
    {
        if (!_counter.TryHandle(message))
            _counter.Tell(message, Sender);                             // now, or when it is there again: at most 1,000 wait
    }

    protected override void PostStop() => _counter.Stop();
}
// end sample
