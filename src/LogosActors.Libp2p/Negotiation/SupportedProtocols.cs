using System.Buffers;

namespace LogosActors.Libp2p.Negotiation;

/// <summary>The protocols that a listener agrees to.</summary>
internal sealed class SupportedProtocols
{
    readonly (string Name, byte[] Encoded)[] _protocols;
    readonly byte[] _list;

    /// <param name="names">Protocol ids, each shorter than <see cref="MultistreamLine.MaxLength"/> bytes.</param>
    public SupportedProtocols(params IEnumerable<string> names)
    {
        _protocols = [.. names.Select(name => (name, System.Text.Encoding.UTF8.GetBytes(name)))];
        var list = new ArrayBufferWriter<byte>();
        foreach (var (_, encoded) in _protocols)
            MultistreamLine.Write(list, encoded);
        _list = list.WrittenSpan.ToArray();
    }

    /// <summary>The answer to <c>ls</c>: every protocol as a message of its own inside one message.</summary>
    public ReadOnlySpan<byte> List => _list;

    /// <summary>The protocol of that name, or null.</summary>
    public string? Find(ReadOnlySpan<byte> name)
    {
        foreach (var (protocol, encoded) in _protocols)
            if (name.SequenceEqual(encoded))
                return protocol;
        return null;
    }
}
