using System.Buffers.Binary;
using System.Runtime.InteropServices;
using LogosActors.Actors.Persistence;
using LogosActors.Actors.Persistence.Journals;
using LogosActors.Actors.TestKit;
using Xunit.Abstractions;

namespace LogosActors.Actors.Tests.Properties;

/// <summary>Random programs of tells, failures, stops, watches, stashes, timers and persists, run on the deterministic host.</summary>
public sealed class RandomProgramTests(ITestOutputHelper output)
{
    const int Parts = 8;
    const int SeedsPerTest = 10_000;

    static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    static readonly EventSerialization Serialization = EventSerialization.CreateBuilder()
        .Add<long>("number", WriteNumber, bytes => BinaryPrimitives.ReadInt64LittleEndian(bytes.Span))
        .Add<Numbers>("numbers", WriteNumbers, bytes => new Numbers(MemoryMarshal.Cast<byte, long>(bytes.Span).ToArray()))
        .Build();

    [Fact]
    public void Random_programs_keep_the_invariants() => Explore(1, FaultPlan.None, new JournalFaults());

    [Fact]
    public void Random_programs_keep_the_invariants_while_actors_crash() =>
        Explore(1_000_000, new FaultPlan { CrashProbability = 0.03 }, new JournalFaults());

    [Fact]
    public void Random_programs_keep_the_invariants_while_the_journal_fails() =>
        Explore(2_000_000, FaultPlan.None, FaultyJournals);

    [Fact]
    public void Random_programs_keep_the_invariants_while_all_of_it_fails_and_the_clock_is_stepped() =>
        Explore(3_000_000, new FaultPlan { CrashProbability = 0.02, ClockStepProbability = 0.2 }, FaultyJournals);

    static JournalFaults FaultyJournals => new()
    {
        FailBeforeWrite = 0.03,
        FailAfterWrite = 0.03,
        RejectWrite = 0.03,
        FailRead = 0.03,
        MaxDelay = TimeSpan.FromMilliseconds(300),
    };

    static ReadOnlyMemory<byte> WriteNumber(long value)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return bytes;
    }

    static ReadOnlyMemory<byte> WriteNumbers(Numbers numbers) => MemoryMarshal.AsBytes(numbers.Values.ToArray().AsSpan()).ToArray();

    void Explore(int firstSeed, FaultPlan faults, JournalFaults journalFaults)
    {
        var (handled, acknowledged, crashes) = (0L, 0L, 0L);
        Observer observer = new();
        DeterministicHost.Explore(
            firstSeed, SeedsPerTest,
            host =>
            {
                host.MaxTurns = 100_000;
                Play(host, observer);
                handled += observer.Handled;
                acknowledged += observer.Acknowledged;
                crashes += observer.Crashes;
            },
            options =>
            {
                observer = new Observer();
                return Configure(options, observer, journalFaults);
            },
            faults with { MayCrash = path => !path.EndsWith("/ears", StringComparison.Ordinal) });
        output.WriteLine($"{SeedsPerTest} programs: {handled} letters handled, {acknowledged} events acknowledged, {crashes} crashes");
        Assert.True(handled > SeedsPerTest && acknowledged > SeedsPerTest);
        Assert.Equal(faults.CrashProbability > 0, crashes > 0);
    }

    static ActorSystemOptions Configure(ActorSystemOptions options, Observer observer, JournalFaults journalFaults) => options with
    {
        RootStrategy = new OneForOneStrategy { Decider = observer.Decide },
        Persistence = new PersistenceOptions
        {
            Journal = new FaultyJournal(new InMemoryJournal(), journalFaults, options.Time, options.Seed!.Value),
            Snapshots = new InMemorySnapshotStore(),
            Serialization = Serialization,
            MaxConcurrentRecoveries = 2,
        },
    };

    static void Play(DeterministicHost host, Observer observer)
    {
        var system = host.System;
        system.EventStream.Subscribe<DeadLetter>(system.Spawn(Props.Create(() => new Ears(observer)), "ears"));
        var cast = new Cast(observer, Parts);
        var stages = Stages(cast, observer).Select((stage, i) => system.Spawn(stage, $"stage-{i}")).ToArray();
        Perform(host, cast);
        observer.NothingWrong();
        Settle(host, cast, stages);
        observer.AllDeathsHeard([.. system.Tree().Select(info => info.Actor)]);
        foreach (var stage in stages)
            host.Await(system.StopAsync(stage, Second));
        host.RunUntilIdle();
        observer.AllLettersAccountedFor();
        host.Await(system.TerminateAsync());
        Assert.Empty(system.Tree());
        Reread(host.Seed, observer, system.Options.Persistence);
        observer.NothingWrong();
    }

    static IEnumerable<Props> Stages(Cast cast, Observer observer)
    {
        const int Half = Parts / 2;
        SupervisorStrategy patient = new OneForOneStrategy
        {
            Decider = observer.Decide,
            Backoff = new ExponentialBackoff(TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(200)),
        };
        SupervisorStrategy strict = new AllForOneStrategy
        {
            Decider = cause => cause is OrderedFailureException ? Directive.Escalate : observer.Decide(cause),
            MaxRestarts = 3,
            Within = Second,
        };
        yield return Props.Create(() => new StageActor(cast, 0, Half, patient));
        yield return Props.Create(() => new StageActor(cast, Half, Half, strict));
    }

    /// <summary>Tells random players random letters, while a random time passes between them.</summary>
    static void Perform(DeterministicHost host, Cast cast)
    {
        var random = new Random(host.Seed);
        var letters = 0;
        for (var act = random.Next(5, 25); act > 0; act--)
        {
            host.RunFor(TimeSpan.FromMilliseconds(random.Next(0, 100)));
            for (var told = random.Next(1, 10); told > 0; told--)
            {
                if (cast.Parts[random.Next(Parts)] is { } player)
                    cast.Observer.Tell(player, Write(random, ref letters), sender: null);
            }
        }
    }

    static Letter Write(Random random, ref int letters)
    {
        var deed = (Deed)random.Next((int)Deed.Rival + 1);
        // Failures and ends are common enough, but most letters should meet somebody.
        if (deed is Deed.Fail or Deed.StopSelf or Deed.StopOther && random.Next(3) > 0)
            deed = Deed.Pass;
        var next = deed == Deed.Pass ? Write(random, ref letters) : null;
        return new Letter(++letters, deed, random.Next(Parts), next, TimeSpan.FromMilliseconds(random.Next(1, 200)));
    }

    /// <summary>When nothing goes wrong any more, everybody is there and answers.</summary>
    static void Settle(DeterministicHost host, Cast cast, ActorRef[] stages)
    {
        host.Faults = FaultPlan.None;
        ((FaultyJournal)host.System.Options.Persistence.Journal!).IsFaulty = false;
        host.RunFor(30 * Second);
        foreach (var actor in stages.Concat(cast.Parts.Select(part => part!)))
            Assert.IsType<Ping>(host.Await(actor.Ask<Ping>(Ping.Instance, Second)));
    }

    /// <summary>Another system reads the same histories.</summary>
    static void Reread(int seed, Observer observer, PersistenceOptions persistence)
    {
        using var host = DeterministicHost.Create(seed, options => options with { Persistence = persistence });
        var cast = new Cast(observer, 1);
        foreach (var id in observer.Histories)
        {
            var reader = host.System.Spawn(Props.Create(() => new DurablePlayer(cast, id)));
            Assert.IsType<Ping>(host.Await(reader.Ask<Ping>(Ping.Instance, Second)));
        }
    }

    sealed class Ears(Observer observer) : Actor
    {
        protected override void Receive(object message) => observer.DeadLetter((DeadLetter)message);
    }
}
