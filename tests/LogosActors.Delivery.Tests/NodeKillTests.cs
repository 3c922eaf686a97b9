using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Store;
using Xunit.Abstractions;
using static LogosActors.Delivery.Tests.Node;

namespace LogosActors.Delivery.Tests;

/// <summary>A node's process, flooded by another node and killed with SIGKILL.</summary>
public sealed class NodeKillTests(ITestOutputHelper output) : IDisposable
{
    /// <summary>How many requests are under way at once.</summary>
    const int MostUnderWay = 300;

    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    // Soon asked, and soon sent again when the other node is back.
    static readonly SendingOptions Sending = new()
    {
        ConfirmationInterval = TimeSpan.FromMilliseconds(100),
        FirstRetryWait = TimeSpan.FromMilliseconds(100),
        LongestRetryWait = TimeSpan.FromMilliseconds(500),
    };

    readonly string _directory = Directory.CreateTempSubdirectory("logos-node-kill-").FullName;
    readonly ConcurrentDictionary<MessageHash, bool> _stored = [];

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task After_kills_in_a_flood_the_archive_has_what_the_sender_was_told_is_stored_and_the_application_was_told_nothing_twice()
    {
        const int Lives = 3;
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        // The sender is a store, too: of it the other node asks everything again that it has not noted.
        await using var copies = new SqliteArchive(new SqliteArchiveOptions { Path = Path.Combine(_directory, "copies.db") });
        await using var sender = await StartAsync(Options with { Sending = Sending, Archive = copies, StoreService = new StoreServiceOptions { PeerLimit = null } });
        sender.MessageSent += (_, sent) =>
        {
            if (sent.IsStored)
                _stored.TryAdd(sent.Hash, true);
        };
        await sender.SubscribeAsync([Topic]);
        using var end = new CancellationTokenSource();
        var flood = FloodAsync(sender, end.Token);

        for (var life = 0; life < Lives; life++)
        {
            await LiveAndDieAsync(sender, random.Next(100, 1000));
            output.WriteLine($"{_stored.Count} are stored, {Told().Length} were told");
        }
        await end.CancelAsync();
        await flood;

        await using var archive = new SqliteArchive(new SqliteArchiveOptions { Path = FloodedNode.ArchiveOf(_directory) });
        await archive.InitializeAsync();
        foreach (var hashes in _stored.Keys.Chunk(ArchiveQuery.MaxLimit))
        {
            var kept = await archive.QueryAsync(new ArchiveQuery { Hashes = hashes, Limit = ArchiveQuery.MaxLimit, IncludesData = false });
            Assert.Equivalent(hashes, kept!.Messages.Select(message => message.Hash), strict: true);
        }
        var told = Told();
        Assert.Equal(told.Length, told.Distinct(StringComparer.Ordinal).Count());
    }

    static async Task FloodAsync(MessagingNode sender, CancellationToken end)
    {
        for (var number = 0; !end.IsCancellationRequested; number++)
        {
            while (sender.UnfinishedRequests >= MostUnderWay && !end.IsCancellationRequested)
                await Task.Delay(1, CancellationToken.None);
            Assert.True((await sender.SendAsync(Text(number.ToString(CultureInfo.InvariantCulture)), CancellationToken.None)).IsSuccess);
        }
    }

    /// <summary>Runs the node until so many more messages are stored, and some more are told, and kills it.</summary>
    async Task LiveAndDieAsync(MessagingNode sender, int more)
    {
        var (stored, told) = (_stored.Count + more, Told().Length);
        using var node = Process.Start(new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            ArgumentList = { typeof(FloodedNode).Assembly.Location, FloodedNode.Command, _directory, sender.Addresses[0].ToString() },
        })!;
        using var late = new CancellationTokenSource(Patience);
        try
        {
            while (_stored.Count < stored || Told().Length == told)
            {
                Assert.False(node.HasExited, "The node has ended by itself.");
                await Task.Delay(10, late.Token);
            }
        }
        finally
        {
            node.Kill();
        }
        await node.WaitForExitAsync(late.Token);
        await sender.HasRelayPeersAsync(0);
    }

    string[] Told()
    {
        if (!File.Exists(FloodedNode.ToldIn(_directory)))
            return [];
        using var file = new FileStream(FloodedNode.ToldIn(_directory), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
