using System.Globalization;
using LogosActors.Node.Tests;
using LogosActors.Soak.Tests.Attacks;
using LogosActors.Tests;

namespace LogosActors.Soak.Tests;

/// <summary>The program as it ships, attacked by strangers who have as much of the machine as it has: each attack alone, then all at once.</summary>
public sealed class SoakTests
{
    /// <summary>A node of 512 MB has so much, and some to spare.</summary>
    const long MaxResident = 400L << 20;

    /// <summary>Half of a node of 512 MB for the managed heap (DOTNET_GCHeapHardLimit): on a machine with much memory the runtime lets garbage
    /// lie, which says nothing about the bounds; and a node whose bounds did not hold would end here for want of memory.</summary>
    const long MaxHeap = 256L << 20;

    static readonly TimeSpan MaxLatency = TimeSpan.FromMilliseconds(250);

    static readonly TimeSpan PhaseOfOne = Tier.IsFull ? TimeSpan.FromMinutes(5) : TimeSpan.FromSeconds(3);
    static readonly TimeSpan PhaseOfAll = Tier.IsFull ? TimeSpan.FromMinutes(20) : TimeSpan.FromSeconds(15);

    [Fact]
    public async Task Under_attack_the_messages_of_an_honest_stranger_are_delivered_and_memory_stays_within_400_MiB()
    {
        await using var node = LogosProcess.StartOn(0, MaxHeap, "logos.dll", "run", "--tcp-port=0", "--rest-port=0", "--listen-address=127.0.0.1", "--log-level=INFO");
        await node.Output.WaitForAsync("Node setup complete", node.Exit);
        var address = AfterLast(await node.Output.WaitForAsync("Listening at "), "Listening at ");
        var rest = new Uri(AfterLast(await node.Output.WaitForAsync("REST at "), "REST at "));
        await using var attackers = LogosProcess.StartOn(1, heap: null, "LogosActors.Soak.Tests.dll", Attack.Command, address);
        await attackers.Output.WaitForAsync(Attack.Ready, attackers.Exit);
        await using var honest = await HonestTraffic.StartAsync(address, rest);
        var figures = new List<string>();
        var problems = new List<string>();

        foreach (var (attack, length) in Attack.All.Select(attack => (attack.Name, PhaseOfOne))
            .Prepend(("nothing", PhaseOfOne)).Append((string.Join(',', Attack.All.Select(attack => attack.Name)), PhaseOfAll)))
        {
            var first = honest.Sent;
            await attackers.Input.WriteLineAsync(attack);
            var resident = await MostResidentAsync(node.Id, length);
            await attackers.Input.WriteLineAsync();
            var (sent, delivered, median, p99) = await honest.MeasureAsync(first);
            var name = attack.Contains(',', StringComparison.Ordinal) ? "all at once" : attack;
            figures.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{name,-26} {sent,7} sent {delivered,7} delivered   p50 {median.TotalMilliseconds,6:0.0} ms   p99 {p99.TotalMilliseconds,7:0.0} ms   {resident >> 20,4} MiB"));
            if (delivered != sent || resident > MaxResident || (Tier.IsFull && p99 > MaxLatency))
                problems.Add(figures[^1]);
        }

        Publish(figures);
        if (problems.Count > 0)
            problems.Add(await honest.DescribeAsync());
        Assert.False(node.Exit.IsCompleted, node.Output.Text);
        Assert.True(problems.Count == 0, $"Beyond the bounds:\n{string.Join('\n', problems)}\nAll figures:\n{string.Join('\n', figures)}\nThe node's last words:\n{node.Output.Text[^Math.Min(node.Output.Text.Length, 20_000)..]}");
    }

    /// <summary>Watches how much memory a process has, for a time.</summary>
    static async Task<long> MostResidentAsync(int process, TimeSpan length)
    {
        var most = 0L;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        for (var started = Environment.TickCount64; Environment.TickCount64 - started < length.TotalMilliseconds && await timer.WaitForNextTickAsync();)
        {
            var line = (await File.ReadAllLinesAsync($"/proc/{process}/status")).First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
            most = Math.Max(most, long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10);
        }
        return most;
    }

    /// <summary>Leaves the figures where tests/run shows them.</summary>
    static void Publish(IEnumerable<string> figures)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "LogosActors.sln")))
            root = root.Parent!;
        Directory.CreateDirectory(Path.Combine(root.FullName, "artifacts"));
        File.WriteAllLines(Path.Combine(root.FullName, "artifacts", "soak.txt"), figures);
    }

    static string AfterLast(string line, string text) => line[(line.LastIndexOf(text, StringComparison.Ordinal) + text.Length)..];
}
