using System.Diagnostics;
using System.Globalization;
using LogosActors.Delivery.Archive;
using Xunit.Abstractions;
using static LogosActors.Delivery.Tests.Archive.ArchiveSamples;

namespace LogosActors.Delivery.Tests.Archive;

/// <summary>A process that floods an archive, killed with SIGKILL.</summary>
public sealed class ArchiveKillTests(ITestOutputHelper output) : IDisposable
{
    readonly string _directory = Directory.CreateTempSubdirectory("logos-archive-kill-").FullName;

    [Fact]
    public async Task After_a_kill_during_a_flood_no_acknowledged_message_is_missing_and_none_is_there_twice()
    {
        const int Lives = 4;
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var path = Path.Combine(_directory, "archive.db");
        var acknowledged = 0;
        for (var life = 0; life < Lives; life++)
        {
            acknowledged = await LiveAndDieAsync(path, acknowledged, random.Next(1_000, 4_000));
            await using var archive = ArchiveFlood.Open(path);
            var kept = await archive.AllAsync(new ArchiveQuery { Limit = ArchiveQuery.MaxLimit });
            output.WriteLine($"{acknowledged} acknowledged, {kept.Count} there");
            Assert.True(kept.Count >= acknowledged);
            Assert.Equal(Enumerable.Range(0, kept.Count).Select(ArchiveFlood.Message), kept);
            foreach (var hashes in kept.Hashes().Chunk(ArchiveQuery.MaxLimit))
                Assert.Equal(hashes, (await archive.QueryAsync(new ArchiveQuery { Hashes = hashes, IncludesData = false })).Hashes());
        }
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <summary>Runs the flood until so many more messages are acknowledged, and kills it.</summary>
    /// <returns>How many messages are acknowledged, all lives taken together.</returns>
    static async Task<int> LiveAndDieAsync(string path, int acknowledged, int more)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            ArgumentList =
            {
                typeof(ArchiveFlood).Assembly.Location, ArchiveFlood.Command, path, acknowledged.ToString(CultureInfo.InvariantCulture),
            },
        };
        using var flood = Process.Start(start)!;
        var last = acknowledged;
        // What it said before it died counts as well.
        while (await flood.StandardOutput.ReadLineAsync(timeout.Token) is { } line)
        {
            // The kill may cut the last line short.
            if (line.Split(' ') is not ["kept", _, var number] || !int.TryParse(number, CultureInfo.InvariantCulture, out var newest))
                continue;
            last = Math.Max(last, newest + 1);
            if (last >= acknowledged + more)
                flood.Kill();
        }
        await flood.WaitForExitAsync(timeout.Token);
        return last;
    }
}
