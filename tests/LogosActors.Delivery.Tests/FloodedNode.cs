using System.Text;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Store;
using LogosActors.Libp2p.Addresses;

namespace LogosActors.Delivery.Tests;

/// <summary>A process that runs a node with an archive and a data directory until it is killed; its application writes down, durably, each
/// message that it is told of before it takes the next.</summary>
internal static class FloodedNode
{
    public const string Command = "flooded-node";

    public static string ArchiveOf(string directory) => Path.Combine(directory, "archive.db");

    /// <summary>The texts that the application was told, one in a line.</summary>
    public static string ToldIn(string directory) => Path.Combine(directory, "told.txt");

    /// <param name="directory">Where everything is.</param>
    /// <param name="sender">Whom to connect to.</param>
    public static async Task RunAsync(string directory, string sender)
    {
        await using var archive = new SqliteArchive(new SqliteArchiveOptions { Path = ArchiveOf(directory) });
        await using var node = await MessagingNode.CreateAsync(Node.Options with
        {
            DataDirectory = Path.Combine(directory, "node"),
            Archive = archive,
            StoreService = new StoreServiceOptions { PeerLimit = null },
            EntryNodes = [Multiaddr.Parse(sender)],
        });
        await using var told = new FileStream(ToldIn(directory), FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        node.MessageReceived += (_, received) =>
        {
            told.Write(Encoding.UTF8.GetBytes($"{Node.TextOf(received)}\n"));
            told.Flush(flushToDisk: true);
        };
        await node.StartAsync();
        await node.SubscribeAsync([Node.Topic]);
        await Task.Delay(Timeout.InfiniteTimeSpan);
    }
}
