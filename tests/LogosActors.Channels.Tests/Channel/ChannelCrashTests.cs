using LogosActors.Delivery;
using LogosActors.TestKit;
using LogosActors.Tests;

namespace LogosActors.Channels.Tests.Channel;

/// <summary>Whatever crashes, and whenever: every message that was accepted comes once to everybody, in order, and its request ends once.</summary>
public sealed class ChannelCrashTests
{
    const int Messages = 8;

    static readonly SimulationFaults Crashes = new() { CrashProbability = 0.03, MayCrash = static path => path.StartsWith("/user/channels", StringComparison.Ordinal) };

    internal static readonly StorageFaults Faulty = new()
    {
        WriteFailure = 0.03,
        WriteFailureAfterCommit = 0.03,
        RecoveryFailure = 0.03,
        SnapshotLoadFailure = 0.03,
        SnapshotSaveFailure = 0.2,
        DeletionFailure = 0.2,
        MaxLatency = TimeSpan.FromMilliseconds(100),
    };

    static int Seeds => Tier.Of(25, full: 500);

    [Fact]
    public void Every_message_comes_once_whichever_actor_crashes() =>
        Simulation.Explore(Seeds, simulation => Run(simulation, StorageFaults.None), ChannelScene.Options);

    [Fact]
    public void Every_message_comes_once_however_the_journal_fails() =>
        Simulation.Explore(Seeds, simulation => Run(simulation, Faulty), ChannelScene.Options);

    [Fact]
    public void No_message_is_missed_whenever_the_process_is_killed() => Simulation.Explore(
        Seeds,
        simulation =>
        {
            var random = new Random(simulation.Seed);
            var scene = new ChannelScene(simulation, participants: 2, options => options with
            {
                Segmentation = new SegmentationOptions { ChunkSizeBytes = 1024, EnableReedSolomon = simulation.Seed % 2 == 0 },
                Sds = new SdsOptions { JoinTimeout = new SdsOptions().DependencyTimeout },
            })
            {
                Loss = 0.1,
            };
            simulation.Storage.Faults = new StorageFaults { MaxLatency = TimeSpan.FromMilliseconds(50) };
            var accepted = new List<(ChannelScene.Participant From, string Text, RequestId Request)>();
            for (var i = 0; i < Messages; i++)
            {
                foreach (var participant in scene.Participants)
                {
                    var text = $"{participant.Name}: {i}{new string('.', random.Next(3) == 0 ? 3000 : 0)}";
                    if (participant.TrySend(text) is { } request)
                        accepted.Add((participant, text, request));
                }
                simulation.RunFor(TimeSpan.FromMilliseconds(random.Next(200)));
                scene.Kill();
            }
            scene.Loss = 0;
            simulation.RunFor(TimeSpan.FromMinutes(15));

            foreach (var participant in scene.Participants)
            {
                // What was being handled may be told again.
                var received = participant.Received.Distinct(StringComparer.Ordinal).ToList();
                Assert.Equal(accepted.Where(one => one.From != participant).Select(static one => one.Text), received);
                foreach (var (_, text, request) in accepted.Where(one => one.From == participant))
                    Assert.True(EndsOf(participant, request) >= 1, $"{text.TrimEnd('.')} has not ended");
            }
        },
        ChannelScene.Options);

    internal static void Run(Simulation simulation, StorageFaults storage)
    {
        var random = new Random(simulation.Seed);
        // All are there from the beginning.
        var scene = new ChannelScene(simulation, participants: 3, options => options with
        {
            Segmentation = new SegmentationOptions { ChunkSizeBytes = 1024, EnableReedSolomon = simulation.Seed % 2 == 0 },
            Sds = new SdsOptions { JoinTimeout = new SdsOptions().DependencyTimeout },
            RateLimit = new RateLimitOptions { IsEnabled = simulation.Seed % 3 == 0, EpochSize = TimeSpan.FromSeconds(10), MessagesPerEpoch = 4 },
        })
        {
            Loss = 0.1,
        };
        foreach (var participant in scene.Participants)
            Assert.Equal(0, participant.Status.UnfinishedRequests);
        simulation.Faults = Crashes;
        simulation.Storage.Faults = storage;
        var accepted = new List<(string From, string Text, RequestId? Request)>();
        for (var i = 0; i < Messages; i++)
        {
            foreach (var participant in scene.Participants)
            {
                var text = $"{participant.Name}: {i}{new string('.', random.Next(3) == 0 ? 3000 : 0)}";
                accepted.Add((participant.Name, text, participant.TrySend(text)));
            }
            simulation.RunFor(TimeSpan.FromMilliseconds(random.Next(500)));
        }
        simulation.Faults = SimulationFaults.None;
        simulation.Storage.Faults = StorageFaults.None;
        scene.Loss = 0;

        for (var end = simulation.Now + TimeSpan.FromMinutes(30); simulation.Now < end && !scene.Participants.All(HasAll);)
            simulation.RunFor(TimeSpan.FromSeconds(1));

        foreach (var participant in scene.Participants)
        {
            var received = participant.Received.ToList();
            foreach (var (from, text, request) in accepted.Where(one => one.From != participant.Name))
                if (received.Count(one => one == text) != 1 && (request is not null || received.Contains(text)))
                    Assert.Fail($"{participant.Name} has {text.TrimEnd('.')} {received.Count(one => one == text)} times: {participant.Status} {string.Join("; ", participant.Of<ChannelProblemFound>())}; {string.Join("; ", scene.Participants.First(one => one.Name == from).Of<ReliableSendEvent>().Where(told => told.RequestId == request))}");
            foreach (var sender in scene.Participants.Where(sender => sender != participant))
                AssertInOrder(accepted.Where(one => one.From == sender.Name && one.Request is not null).Select(one => one.Text), received, participant.Name);
            foreach (var (_, text, request) in accepted.Where(one => one.From == participant.Name && one.Request is not null))
                if (EndsOf(participant, request!.Value) != 1)
                    Assert.Fail($"{text.TrimEnd('.')} has ended {EndsOf(participant, request.Value)} times: {participant.Status} {string.Join("; ", participant.Of<ReliableSendEvent>().Where(told => told.RequestId == request))}");
        }

        bool HasAll(ChannelScene.Participant participant) =>
            accepted.TrueForAll(one => one.Request is null || (one.From == participant.Name ? EndsOf(participant, one.Request.Value) > 0 : participant.Received.Contains(one.Text)));
    }

    // One that its sender had no answer to may have been accepted after the next.
    static void AssertInOrder(IEnumerable<string> sent, List<string> received, string name)
    {
        var expected = sent.Where(received.Contains).ToList();
        Assert.True(expected.SequenceEqual(received.Where(expected.Contains)), $"{name} has {string.Join(", ", received.Select(static text => text.TrimEnd('.')))}");
    }

    static int EndsOf(ChannelScene.Participant participant, RequestId request) =>
        participant.Of<ReliableSendEvent>().Count(told => told is ReliableMessageDelivered or ReliableMessageSendError && told.RequestId == request);
}
