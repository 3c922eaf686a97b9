using LogosActors.Actors;
using LogosActors.Delivery.Discovery.DnsLists;
using LogosActors.Delivery.Discovery.Records;

namespace LogosActors.Delivery.Discovery;

/// <summary>The files of discovery in a node's data directory: its own record, and copies of lists in DNS. What is read is verified like
/// what the network says, so a damaged file costs only itself.</summary>
/// <param name="directory">The data directory.</param>
internal sealed class DiscoveryFiles(string directory)
{
    /// <summary>The longest file that is read, in characters: 500 entries and a root.</summary>
    const int MaxLength = (DnsListClient.MaxEntries + 2) * (TreeEntry.MaxLength + 1);

    string RecordPath => Path.Combine(directory, "node.enr");

    string ListsPath => Path.Combine(directory, "dns-lists");

    /// <summary>The record of an earlier run; null: there is none.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public NodeRecord? ReadRecord() =>
        ReadLines(RecordPath) is [var text, ..] && NodeRecord.TryParse(text, out var record, out _) ? record : null;

    /// <summary>Keeps the record.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Write(NodeRecord record) => Write(RecordPath, [record.ToString()]);

    /// <summary>The copies of an earlier run.</summary>
    /// <exception cref="IOException">One cannot be read.</exception>
    public IReadOnlyList<DnsListCopy> ReadLists()
    {
        if (!Directory.Exists(ListsPath))
            return [];
        var copies = new List<DnsListCopy>();
        foreach (var path in Directory.EnumerateFiles(ListsPath, "*.txt").Order(StringComparer.Ordinal).Take(DnsListClient.MaxLists))
        {
            if (ReadLines(path) is [var url, var root, .. var entries])
                copies.Add(new DnsListCopy(url, root, entries));
        }
        return copies;
    }

    /// <summary>Keeps a copy.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Write(DnsListCopy copy)
    {
        PrivateFiles.CreateDirectory(ListsPath);
        Write(PathOf(copy.Url), [copy.Url, copy.Root, .. copy.Entries]);
    }

    /// <summary>Deletes a copy, if there is one.</summary>
    /// <exception cref="IOException">It cannot be deleted.</exception>
    public void Delete(ListUrl list)
    {
        if (Directory.Exists(ListsPath))
            File.Delete(PathOf(list.ToString()));
    }

    string PathOf(string url) => Path.Combine(ListsPath, $"{TreeHash.Of(url)}.txt");

    static string[] ReadLines(string path) =>
        File.Exists(path) && new FileInfo(path).Length <= MaxLength ? File.ReadAllLines(path) : [];

    // Whoever is killed while it writes leaves the file from before.
    static void Write(string path, IEnumerable<string> lines)
    {
        var fresh = path + ".new";
        File.Delete(fresh);
        PrivateFiles.WriteNew(fresh, string.Join('\n', lines));
        File.Move(fresh, path, overwrite: true);
    }
}
