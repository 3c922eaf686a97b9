using System.Globalization;
using LogosActors.Libp2p.Addresses;

namespace LogosActors.LoadTests.Gossipsub;

/// <summary>What this program is as a child of itself: a gossipsub node that is told by lines what to do.</summary>
/// <remarks><see cref="ChildNode"/> gives its commands. The end of its input ends it.</remarks>
internal static class GossipNodeRole
{
    /// <summary>The argument that makes this program a child.</summary>
    public const string Argument = "--gossip-node";

    /// <param name="settings">After how many messages it says how many have come.</param>
    public static async Task RunAsync(string[] settings)
    {
        var receipts = new Receipts(int.Parse(settings[0], CultureInfo.InvariantCulture), count => Console.WriteLine($"{ChildNode.At} {count}"));
        await using var node = await GossipNode.StartAsync(message => receipts.Add(message.Data.Span));
        Console.WriteLine(node.Address);
        while (await Console.In.ReadLineAsync() is { } line)
        {
            var words = line.Split(' ');
            Console.WriteLine(words[0] switch
            {
                ChildNode.Dial => await DialAsync(node, words[1]),
                ChildNode.Mesh => await MeshAsync(node, words[1]),
                _ => ChildNode.Answer(words, receipts),
            });
        }
    }

    static async Task<string> DialAsync(GossipNode node, string address)
    {
        await node.DialAsync(Multiaddr.Parse(address));
        return "ok";
    }

    static async Task<string> MeshAsync(GossipNode node, string peers)
    {
        await node.WaitForMeshAsync(int.Parse(peers, CultureInfo.InvariantCulture));
        return "ok";
    }
}
