using LogosActors.Actors;
using LogosActors.Actors.Persistence;
using LogosActors.Actors.Persistence.Journals;
using LogosActors.Actors.TestKit;
using LogosActors.Delivery.Sending;
using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Delivery.Tests.Sending;

/// <summary>Whatever crashes, and whenever: each request that was taken ends in one event.</summary>
public sealed class SendsCrashTests
{
    static readonly FaultPlan Crashes = new() { CrashProbability = 0.05, ClockStepProbability = 0.01 };

    static readonly TimeSpan Bound = new SendingOptions().Timeout + SendsActor.Grace + TimeSpan.FromSeconds(60);

    [Fact]
    public void Each_request_ends_once_whichever_actor_crashes() =>
        DeterministicHost.Explore(firstSeed: 1, count: 150, host => Run(host, journalId: null), faults: Crashes);

    [Fact]
    public void Each_request_that_is_stored_ends_once_whichever_actor_crashes_and_however_the_journal_fails() =>
        DeterministicHost.Explore(firstSeed: 1, count: 150, host => Run(host, "test/sends"), options => options with
        {
            Persistence = Persistence(new FaultyJournal(
                new InMemoryJournal(),
                new JournalFaults { FailBeforeWrite = 0.05, FailAfterWrite = 0.05, RejectWrite = 0.02, MaxDelay = TimeSpan.FromMilliseconds(300) },
                options.Time,
                options.Seed!.Value)),
        }, Crashes);

    [Fact]
    public void What_a_killed_process_has_not_ended_goes_on_in_the_next()
    {
        var journal = new InMemoryJournal();
        var requests = new List<RequestId>();
        using (var killed = Host(journal))
        {
            var scene = new SendsScene(killed, "test/sends") { Publish = static () => PublishOutcome.NoPeers };
            for (var i = 0; i < 10; i++)
                requests.Add(scene.Send());
            killed.RunFor(TimeSpan.FromMilliseconds(100));
            scene.Publish = static () => PublishOutcome.Sent;
            requests.Add(scene.Send());
            killed.RunFor(TimeSpan.FromMilliseconds(100));
            Assert.Equal(requests[^1], Assert.Single(scene.Events.OfType<MessageSent>()).Request);
        }

        using var host = Host(journal);
        var after = new SendsScene(host, "test/sends");
        host.RunFor(TimeSpan.FromSeconds(5));

        Assert.Equal(requests.SkipLast(1).Select(request => request.Value).Order(StringComparer.Ordinal), after.Events.OfType<MessageSent>().Select(sent => sent.Request.Value).Order(StringComparer.Ordinal));
        Assert.Equal(10, after.Published.Distinct().Count());
    }

    [Fact]
    public void The_history_is_short_however_much_is_sent()
    {
        var journal = new InMemoryJournal();
        using var host = Host(journal);
        var scene = new SendsScene(host, "test/sends");

        for (var i = 0; i < 3000; i++)
            scene.Send();
        host.RunFor(TimeSpan.FromSeconds(5));

        Assert.Equal(3000, scene.Events.OfType<MessageSent>().Count());
        var left = host.Await(journal.ReadAsync("test/sends", 1, long.MaxValue, 10_000, CancellationToken.None).AsTask());
        Assert.InRange(left.Count, 0, 2048);
    }

    [Fact]
    public void A_request_that_the_journal_does_not_take_is_refused_and_nothing_of_it_leaves()
    {
        using var host = DeterministicHost.Create(1, options => options with
        {
            Persistence = new PersistenceOptions { Journal = new InMemoryJournal() }, // without codecs
        });
        var scene = new SendsScene(host, "test/sends");

        var answer = host.Await(scene.SendAsync());
        host.RunFor(TimeSpan.FromSeconds(70));

        Assert.Equal(SendErrorKind.NotStored, answer.Error?.Kind);
        Assert.Empty(scene.Published);
        Assert.Empty(scene.Events);
    }

    [Fact]
    public void A_journal_that_fails_for_a_moment_delays_a_request_and_loses_none()
    {
        var journal = new ScriptedJournal { Write = static _ => throw new JournalException("disk full") };
        using var host = Host(journal);
        var scene = new SendsScene(host, "test/sends");
        var answer = scene.SendAsync();
        host.RunFor(TimeSpan.FromSeconds(5));
        Assert.False(answer.IsCompleted);
        Assert.Empty(scene.Published);

        journal.Write = null;
        host.RunFor(TimeSpan.FromSeconds(5));

        scene.AssertEndedOnce(host.Await(answer).Value);
    }

    [Fact]
    public void A_journal_that_fails_holds_up_an_end_for_a_few_seconds_only()
    {
        var journal = new ScriptedJournal();
        using var host = Host(journal);
        var scene = new SendsScene(host, "test/sends");
        var request = scene.Send();
        journal.Write = static _ => throw new JournalException("disk full");
        host.RunFor(TimeSpan.FromSeconds(3));
        Assert.Empty(scene.EventsOf(request).OfType<MessageSent>());

        host.RunFor(TimeSpan.FromSeconds(4));

        scene.AssertEndedOnce(request);
    }

    [Fact]
    public void A_request_that_was_refused_because_the_journal_is_slow_is_not_sent_later()
    {
        var journal = new ScriptedJournal();
        using (var host = Host(journal))
        {
            var (scene, time) = (new SendsScene(host, "test/sends"), host.Time);
            journal.Write = async inner =>
            {
                await Task.Delay(TimeSpan.FromSeconds(40), time);
                await inner();
            };
            Assert.Equal(SendErrorKind.NotStored, host.Await(scene.SendAsync()).Error?.Kind);
            host.RunFor(TimeSpan.FromSeconds(100));
            Assert.Empty(scene.Published);
            Assert.Empty(scene.Events);
        }

        journal.Write = null;
        using var next = Host(journal);
        var after = new SendsScene(next, "test/sends");
        next.RunFor(TimeSpan.FromSeconds(10));

        Assert.Empty(after.Published);
        Assert.Empty(after.Events);
    }

    static void Run(DeterministicHost host, string? journalId)
    {
        var random = new Random(host.Seed);
        var scene = new SendsScene(host, journalId)
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
                host.RunFor(TimeSpan.FromSeconds(5 * random.NextDouble()));
        }
        host.RunFor(Bound);

        Assert.All(answers, answer => Assert.True(answer.IsCompletedSuccessfully));
        RequestId[] taken = [.. answers.Select(answer => host.Await(answer)).Where(answer => answer.IsSuccess).Select(answer => answer.Value)];
        Assert.All(taken, scene.AssertEndedOnce);
        Assert.All(scene.Events, told => Assert.Contains(told.Request, taken));
        Assert.Equal(0, scene.Unfinished);
        if (journalId is null)
            Assert.Equal(answers.Count, taken.Length);
    }

    static DeterministicHost Host(IJournal journal) => DeterministicHost.Create(1, options => options with { Persistence = Persistence(journal) });

    static PersistenceOptions Persistence(IJournal journal) =>
        new() { Journal = journal, Serialization = EventSerialization.CreateBuilder().AddDelivery().Build() };
}
