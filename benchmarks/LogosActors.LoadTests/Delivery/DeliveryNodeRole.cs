using System.Globalization;
using LogosActors.Delivery;
using LogosActors.Delivery.Archive;
using LogosActors.Libp2p.Addresses;

namespace LogosActors.LoadTests.Delivery;

/// <summary>What this program is as a child of itself: a messaging node that is told by lines what to do.</summary>
/// <remarks><see cref="ChildNode"/> gives its commands. The end of its input ends it.</remarks>
internal static class DeliveryNodeRole
{
    /// <summary>The argument that makes this program a child.</summary>
    public const string Argument = "--delivery-node";

    public const string Peers = "peers", Archived = "archived", Observe = "observe";

    const string None = "-";

    /// <summary>Starts such a child.</summary>
    /// <param name="reportEvery">After how many messages it says how many have come.</param>
    /// <param name="archive">The file of its archive; null: it has none.</param>
    /// <param name="entry">Whom it connects to; null: nobody.</param>
    public static Task<ChildNode> StartAsync(int reportEvery, string? archive = null, Multiaddr? entry = null) =>
        ChildNode.StartAsync(Argument, $"{reportEvery}", archive ?? None, entry?.ToString() ?? None);

    /// <summary>Is the child.</summary>
    public static async Task RunAsync(string[] settings)
    {
        var (archivePath, entry) = (settings[1], settings[2]);
        var receipts = new Receipts(int.Parse(settings[0], CultureInfo.InvariantCulture), count => Console.WriteLine($"{ChildNode.At} {count}"));
        await using var archive = archivePath == None ? null : new CountingArchive(new SqliteArchive(new SqliteArchiveOptions { Path = archivePath }));
        await using var node = await DeliveryNode.StartAsync(entry == None ? null : Multiaddr.Parse(entry), archive);
        node.MessageReceived += (_, received) => receipts.Add(received.Message.Payload.Span);
        await node.ListenAsync();
        Console.WriteLine(node.Addresses[0]);
        Observation? observation = null;
        while (await Console.In.ReadLineAsync() is { } line)
        {
            var words = line.Split(' ');
            Console.WriteLine(words[0] switch
            {
                ChildNode.Mesh => await DoneAsync(node.WaitForMeshAsync(Number(words[1]))),
                Peers => await DoneAsync(node.WaitForPeersAsync(Number(words[1]))),
                Observe => await DoneAsync(ObserveAsync(words[1])),
                Archived => await DoneAsync(archive!.WaitForAsync(Number(words[1]))),
                _ => ChildNode.Answer(words, receipts),
            });
        }
        await ObserveAsync("");

        async Task ObserveAsync(string kind)
        {
            if (observation is not null)
                await observation.DisposeAsync();
            observation = kind.Length == 0 ? null : new Observation(node, kind);
        }
    }

    static int Number(string word) => int.Parse(word, CultureInfo.InvariantCulture);

    static async Task<string> DoneAsync(Task task)
    {
        await task;
        return "ok";
    }
}
