using System.Buffers.Text;
using LogosActors.Delivery.Discovery.DnsLists;
using LogosActors.Delivery.Discovery.Records;
using LogosActors.Libp2p.Cryptography;

namespace LogosActors.Delivery.Tests.Discovery.DnsLists;

/// <summary>Signs lists and puts them into a zone, as their publishers do.</summary>
internal sealed class PublishedTree(string domain, int seed)
{
    const int MaxChildren = 13;

    readonly NodeKey _key = KeyOf(seed);

    public ListUrl Url { get; } = TreeEntryTests.List($"enrtree://{Base32Text.Encode(KeyOf(seed).PublicKey)}@{domain}");

    public static NodeKey KeyOf(int seed)
    {
        var random = new Random(seed);
        return NodeKey.Generate(memory => random.NextBytes(memory.Span));
    }

    public static NodeRecord Node(int seed, ulong sequence = 1) =>
        NodeRecord.TrySign(KeyOf(seed), sequence, new Dictionary<string, byte[]>(), out var record) ? record : throw new InvalidOperationException();

    /// <summary>Writes the list into a zone.</summary>
    public void Publish(Dictionary<string, string> zone, ulong sequence, IEnumerable<string> nodes, IEnumerable<string> links)
    {
        var text = $"enrtree-root:v1 e={Add(zone, [.. nodes])} l={Add(zone, [.. links])} seq={sequence}";
        Span<byte> signature = stackalloc byte[65];
        signature.Clear();
        _key.Sign(Keccak256.Hash(System.Text.Encoding.ASCII.GetBytes(text)), signature[..64]);
        zone[domain] = $"{text} sig={Base64Url.EncodeToString(signature)}";
    }

    public TreeHash Put(Dictionary<string, string> zone, string text)
    {
        var hash = TreeHash.Of(text);
        zone[$"{hash}.{domain}"] = text;
        return hash;
    }

    TreeHash Add(Dictionary<string, string> zone, string[] entries)
    {
        var hashes = entries.Select(entry => Put(zone, entry)).ToArray();
        while (hashes.Length != 1)
            hashes = [.. hashes.Chunk(MaxChildren).DefaultIfEmpty([]).Select(children => Put(zone, $"enrtree-branch:{string.Join(',', children)}"))];
        return hashes[0];
    }
}
