using System.Globalization;
using System.Net;
using System.Net.Sockets;
using LogosActors.Tests;
using Xunit.Abstractions;

namespace LogosActors.Channels.Tests.Kills;

/// <summary>Processes with a channel whose history is on disk, killed with SIGKILL at random instants and started again.</summary>
public sealed class ChannelKillTests(ITestOutputHelper output) : IDisposable
{
    readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("logos-channel-kill-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public Task What_a_killed_sender_has_accepted_comes_once_and_ends_once() => RunAsync(killsSender: true, killsReceiver: false);

    [Fact]
    public Task What_a_killed_receiver_has_handled_does_not_come_again() => RunAsync(killsSender: false, killsReceiver: true);

    [Fact]
    public Task Nothing_is_lost_whichever_is_killed() => RunAsync(killsSender: true, killsReceiver: true);

    async Task RunAsync(bool killsSender, bool killsReceiver)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("LOGOS_SEED"), CultureInfo.InvariantCulture, out var chosen) ? chosen : Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var (senders, receivers) = (new List<WorkerProcess>(), new List<WorkerProcess>());
        var port = FreePort();
        try
        {
            receivers.Add(StartReceiver(port));
            var address = (await receivers[^1].NextAsync("ready"))[0];
            senders.Add(StartSender(address, first: 0));
            for (var kill = 0; kill < Tier.Of(3, full: 100); kill++)
            {
                var (sender, receiver) = (senders[^1], receivers[^1]);
                var (more, accepted) = (random.Next(1, 400), sender.CountOf("accepted"));
                await receiver.UntilAsync(() => receiver.CountOf("received") > 0);
                await sender.UntilAsync(() => sender.CountOf("accepted") >= accepted + more);
                if (killsSender && (!killsReceiver || random.Next(2) == 0))
                {
                    await sender.KillAsync();
                    senders.Add(StartSender(address, first: senders.Sum(static one => one.CountOf("trying"))));
                    await senders[^1].NextAsync("ready");
                }
                else
                {
                    await receiver.KillAsync();
                    receivers.Add(StartReceiver(port));
                    await receivers[^1].NextAsync("ready");
                }
            }
            await senders[^1].StopSendingAsync();

            List<string[]> accepteds = [.. senders.SelectMany(static one => one.Of("accepted"))];
            // Counted first: it is asked a hundred times a second.
            await senders[^1].UntilAsync(() => receivers.Sum(static one => one.CountOf("received")) >= accepteds.Count && EndedIn(senders).IsSupersetOf(accepteds.Select(static one => one[1])) && ReceivedIn(receivers).IsSupersetOf(accepteds.Select(static one => long.Parse(one[0], CultureInfo.InvariantCulture))));
            Judge(senders, receivers, accepteds.Count);
        }
        finally
        {
            foreach (var process in senders.Concat(receivers))
                await process.DisposeAsync();
        }
    }

    void Judge(List<WorkerProcess> senders, List<WorkerProcess> receivers, int accepted)
    {
        // A number is sent once: in each life of the receiver they ascend, so that none comes twice, and what comes again in the next life is the last of
        // the one before, which was in hand when it was killed.
        foreach (var life in receivers.Select(Received))
            Assert.Equal(life.Distinct().Order(), life);
        // The same holds for what senders are told; an end that is told again is the same one.
        Assert.All(senders, static life => Assert.Equal(life.CountOf("ended"), life.Of("ended").DistinctBy(static end => end[0]).Count()));
        Assert.All(senders.SelectMany(static life => life.Of("ended")), static end => Assert.Equal("confirmed", end[1]));
        var (received, ended) = (receivers.Sum(static life => life.CountOf("received")), senders.Sum(static life => life.CountOf("ended")));
        output.WriteLine($"{accepted} accepted, {received} received, {received - ReceivedIn(receivers).Count} of them again, {ended} ended, {ended - EndedIn(senders).Count} of them again");
        if (receivers.Count == 1)
            Assert.Equal(ReceivedIn(receivers).Count, received);
        if (senders.Count == 1)
            Assert.Equal(EndedIn(senders).Count, ended);
    }

    WorkerProcess StartReceiver(string port) => WorkerProcess.Start("receiver", Path.Combine(_directory.FullName, "receiver"), port: port);

    WorkerProcess StartSender(string entry, int first) =>
        WorkerProcess.Start("sender", Path.Combine(_directory.FullName, "sender"), entry: entry, first: first.ToString(CultureInfo.InvariantCulture));

    static List<long> Received(WorkerProcess life) => [.. life.Of("received").Select(static report => long.Parse(report[0], CultureInfo.InvariantCulture))];

    static HashSet<long> ReceivedIn(List<WorkerProcess> lives) => [.. lives.SelectMany(Received)];

    static HashSet<string> EndedIn(List<WorkerProcess> lives) => lives.SelectMany(static life => life.Of("ended")).Select(static end => end[0]).ToHashSet(StringComparer.Ordinal);

    static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }
}
