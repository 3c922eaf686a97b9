using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using LogosActors.Delivery.Discovery.Records;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Delivery.Discovery.DnsLists;

/// <summary>An entry of a list below its root (EIP-1459 §DNS Record Structure). Whether it belongs to the list, its hash says.</summary>
internal abstract record TreeEntry
{
    /// <summary>The longest entry, in characters: a branch of 13 children takes 366, a record 404. More than a TXT record in 512 bytes of UDP holds is refused.</summary>
    public const int MaxLength = 512;

    /// <summary>The most children of a branch that are read: as many as fit into an entry (geth writes 13).</summary>
    public const int MaxChildren = (MaxLength - 15) / (TreeHash.TextLength + 1) + 1;

    const string BranchPrefix = "enrtree-branch:";
    const string RecordPrefix = "enr:";

    /// <summary>Further entries.</summary>
    public sealed record Branch(ImmutableArray<TreeHash> Children) : TreeEntry;

    /// <summary>A node.</summary>
    public sealed record Node(NodeRecord Record) : TreeEntry;

    /// <summary>Another list.</summary>
    public sealed record Link(ListUrl Url) : TreeEntry;

    /// <summary>Reads an entry.</summary>
    /// <param name="text">The whole text, from the network.</param>
    /// <param name="entry">The entry; null on an error.</param>
    /// <param name="error"><see cref="DecodeError.LimitExceeded"/> beyond <see cref="MaxLength"/>, <see cref="DecodeError.Unsupported"/> for
    /// text of no known kind, <see cref="DecodeError.InvalidText"/> for a child that is no hash, and those of records and URLs.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out TreeEntry? entry, out DecodeError error)
    {
        entry = null;
        error = DecodeError.LimitExceeded;
        if (text.Length > MaxLength)
            return false;
        if (text.StartsWith(BranchPrefix, StringComparison.Ordinal))
            return TryParseBranch(text.AsSpan(BranchPrefix.Length), out entry, out error);
        if (text.StartsWith(RecordPrefix, StringComparison.Ordinal))
            entry = NodeRecord.TryParse(text, out var record, out error) ? new Node(record) : null;
        else if (text.StartsWith(ListUrl.Prefix, StringComparison.Ordinal))
            entry = ListUrl.TryParse(text, out var url, out error) ? new Link(url) : null;
        else
            error = DecodeError.Unsupported;
        return entry is not null;
    }

    static bool TryParseBranch(ReadOnlySpan<char> children, [NotNullWhen(true)] out TreeEntry? entry, out DecodeError error)
    {
        entry = null;
        error = DecodeError.InvalidText;
        var hashes = ImmutableArray.CreateBuilder<TreeHash>();
        if (!children.IsEmpty)
        {
            foreach (var range in children.Split(','))
            {
                if (!TreeHash.TryParse(children[range], out var hash))
                    return false;
                hashes.Add(hash.Value);
            }
        }
        error = DecodeError.None;
        entry = new Branch(hashes.ToImmutable());
        return true;
    }
}
