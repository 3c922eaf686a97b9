using LogosActors.Actors;
using LogosActors.Actors.Persistence;
using LogosActors.Actors.Persistence.Journals;
using LogosActors.Actors.TestKit;
using LogosActors.Delivery;

namespace LogosActors.Channels.Tests.Channel;

/// <summary>Whatever crashes, and whenever: every message that was taken comes once to everybody, in order, and its request ends once.</summary>
public sealed class ChannelCrashTests
{
    const int Messages = 8;

    // The network is the test's own.
    static readonly FaultPlan Crashes = new() { CrashProbability = 0.03, MayCrash = static path => !path.Contains("network", StringComparison.Ordinal) };

    [Fact]
    public void Every_message_comes_once_whichever_actor_crashes() =>
        DeterministicHost.Explore(firstSeed: 1, count: 25, host => Run(host, journal: null), options => options with
        {
            Persistence = Persistence(new InMemoryJournal()),
        }, Crashes);

    [Fact]
    public void Every_message_comes_once_however_the_journal_fails()
    {
        FaultyJournal? journal = null;
        DeterministicHost.Explore(firstSeed: 1, count: 25, host => Run(host, journal), options => options with
        {
            Persistence = Persistence(journal = new FaultyJournal(
                new InMemoryJournal(),
                new JournalFaults { FailBeforeWrite = 0.03, FailAfterWrite = 0.03, FailRead = 0.03, MaxDelay = TimeSpan.FromMilliseconds(100) },
                options.Time,
                options.Seed!.Value)),
        }, Crashes);
    }

    static PersistenceOptions Persistence(IJournal journal) => new()
    {
        Journal = journal,
        Snapshots = new InMemorySnapshotStore(),
        Serialization = EventSerialization.CreateBuilder().AddChannels().Build(),
    };

    static void Run(DeterministicHost host, FaultyJournal? journal)
    {
        var random = new Random(host.Seed);
        // All are there from the beginning.
        host.Faults = FaultPlan.None;
        journal?.IsFaulty = false;
        var scene = new ChannelScene(host, participants: 3, options => options with
        {
            Segmentation = new SegmentationOptions { ChunkSizeBytes = 1024, EnableReedSolomon = host.Seed % 2 == 0 },
            Sds = new SdsOptions { JoinTimeout = new SdsOptions().DependencyTimeout },
        })
        {
            Loss = 0.1,
        };
        foreach (var participant in scene.Participants)
            Assert.Equal(0, participant.Status.UnfinishedRequests);
        host.Faults = Crashes;
        journal?.IsFaulty = true;
        var taken = new List<(string From, string Text, RequestId? Request)>();
        for (var i = 0; i < Messages; i++)
        {
            foreach (var participant in scene.Participants)
            {
                var text = $"{participant.Name}: {i}{new string('.', random.Next(3) == 0 ? 3000 : 0)}";
                taken.Add((participant.Name, text, participant.TrySend(text)));
            }
            host.RunFor(TimeSpan.FromMilliseconds(random.Next(500)));
        }
        host.Faults = FaultPlan.None;
        journal?.IsFaulty = false;
        scene.Loss = 0;

        host.TryRunUntil(() => scene.Participants.All(HasAll), TimeSpan.FromMinutes(30));

        foreach (var participant in scene.Participants)
        {
            var received = participant.Received.ToList();
            foreach (var (from, text, request) in taken.Where(one => one.From != participant.Name))
                Assert.True(received.Count(one => one == text) == 1 || (request is null && !received.Contains(text)), $"{participant.Name} has {text.TrimEnd('.')} {received.Count(one => one == text)} times: {participant.Status} {string.Join("; ", participant.Of<ChannelProblemFound>())}; {string.Join("; ", scene.Participants.First(one => one.Name == from).Of<ReliableSendEvent>().Where(told => told.RequestId == request))}");
            foreach (var sender in scene.Participants.Where(sender => sender != participant))
                Assert.Equal(taken.Where(one => one.From == sender.Name && received.Contains(one.Text)).Select(one => one.Text), received.Where(text => text.StartsWith(sender.Name, StringComparison.Ordinal)));
            foreach (var (_, text, request) in taken.Where(one => one.From == participant.Name && one.Request is not null))
                Assert.True(EndsOf(participant, request!.Value) == 1, $"{text.TrimEnd('.')} has ended {EndsOf(participant, request.Value)} times: {participant.Status} {string.Join("; ", participant.Of<ReliableSendEvent>().Where(told => told.RequestId == request))}");
        }

        bool HasAll(ChannelScene.Participant participant) =>
            taken.All(one => one.Request is null || (one.From == participant.Name ? EndsOf(participant, one.Request.Value) > 0 : participant.Received.Contains(one.Text)));
    }

    static int EndsOf(ChannelScene.Participant participant, RequestId request) =>
        participant.Of<ReliableSendEvent>().Count(told => told is ReliableMessageDelivered or ReliableMessageSendError && told.RequestId == request);
}
