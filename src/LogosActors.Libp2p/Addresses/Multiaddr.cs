using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Text;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Addresses;

/// <summary>An address that describes itself: <c>/ip4/192.0.2.1/tcp/60000/p2p/12D3Koo…</c> (multiformats/multiaddr). Immutable, compared by value.</summary>
/// <remarks>Every instance is valid: its parts are known protocols with values of their kind. There is no empty one.</remarks>
public sealed class Multiaddr : IEquatable<Multiaddr>
{
    /// <summary>The longest address, in bytes of its binary form. No specification sets one; real ones stay below 300.</summary>
    public const int MaxLength = 1024;

    /// <summary>The longest text that is read, in characters.</summary>
    public const int MaxTextLength = 2048;

    readonly byte[] _bytes;
    readonly int _hashCode;
    string? _text;

    Multiaddr(byte[] bytes)
    {
        _bytes = bytes;
        var hash = new HashCode();
        hash.AddBytes(bytes);
        _hashCode = hash.ToHashCode();
    }

    /// <summary>The binary form: 1 – <see cref="MaxLength"/> bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>The host that is dialled: the IP address (with <c>%zone</c>) or the name that the address starts with; null if it starts otherwise.</summary>
    public string? Host
    {
        get
        {
            string? zone = null;
            foreach (var part in this)
            {
                if (part.Protocol is MultiaddrProtocol.Ip6Zone && zone is null)
                    zone = part.ValueText;
                else
                    return zone is null
                        ? IsHost(part.Protocol) ? part.ValueText : null
                        : part.Protocol is MultiaddrProtocol.Ip6 ? $"{part.ValueText}%{zone}" : null;
            }
            return null;
        }
    }

    /// <summary>The TCP or UDP port right after the <see cref="Host"/>, 0 – 65535; null if there is none.</summary>
    public int? Port
    {
        get
        {
            var afterHost = false;
            foreach (var part in this)
            {
                if (afterHost)
                    return part.Protocol is MultiaddrProtocol.Tcp or MultiaddrProtocol.Udp ? (part.Value[0] << 8) | part.Value[1] : null;
                afterHost = IsHost(part.Protocol);
                if (!afterHost && part.Protocol is not MultiaddrProtocol.Ip6Zone)
                    return null;
            }
            return null;
        }
    }

    /// <summary>Who is to be reached: the last <c>/p2p</c>; of a relayed address only one after the last <c>/p2p-circuit</c>, since what comes before is the relay.</summary>
    public PeerId? PeerId
    {
        get
        {
            PeerId? id = null;
            foreach (var part in this)
            {
                if (part.Protocol is MultiaddrProtocol.P2pCircuit)
                    id = null;
                else if (part.Protocol is MultiaddrProtocol.P2p)
                    PeerId.TryDecode(part.Value, out id, out _);
            }
            return id;
        }
    }

    /// <summary>Reads the binary form.</summary>
    /// <param name="source">The whole address, from the network.</param>
    /// <param name="address">The address; null on an error.</param>
    /// <param name="error"><see cref="DecodeError.Unsupported"/> for an unknown protocol, <see cref="DecodeError.LimitExceeded"/> beyond a
    /// limit, <see cref="DecodeError.Truncated"/> for an empty or cut address, and those of the values.</param>
    public static bool TryDecode(ReadOnlySpan<byte> source, [NotNullWhen(true)] out Multiaddr? address, out DecodeError error)
    {
        address = null;
        error = source.IsEmpty ? DecodeError.Truncated : source.Length > MaxLength ? DecodeError.LimitExceeded : DecodeError.None;
        for (var rest = source; !rest.IsEmpty && error is DecodeError.None;)
        {
            if (MultiaddrComponent.TryRead(rest, out var component, out error))
                rest = rest[component.Length..];
        }
        if (error is not DecodeError.None)
            return false;
        address = new Multiaddr(source.ToArray());
        return true;
    }

    /// <summary>Reads the text form; one slash at the end is allowed.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="address">The address; null on an error.</param>
    /// <param name="error"><see cref="DecodeError.Unsupported"/> for an unknown protocol, <see cref="DecodeError.LimitExceeded"/> beyond a
    /// limit, <see cref="DecodeError.Truncated"/> where a value is missing, <see cref="DecodeError.InvalidText"/> for what is no
    /// address, and those of the values.</param>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out Multiaddr? address, out DecodeError error)
    {
        address = null;
        error = text.Length > MaxTextLength ? DecodeError.LimitExceeded : DecodeError.InvalidText;
        if (text.Length is < 2 or > MaxTextLength || text[0] != '/' || text.EndsWith("//"))
            return false;
        Span<byte> buffer = stackalloc byte[MaxLength];
        var written = 0;
        for (var rest = text[^1] == '/' ? text[1..^1] : text[1..]; !rest.IsEmpty;)
        {
            if (!TryTake(ref rest, out var protocol, out var value, out error))
                return false;
            if (written + Varint.Length((ulong)protocol) + Varint.Length((ulong)value.Length) + value.Length > MaxLength)
            {
                error = DecodeError.LimitExceeded;
                return false;
            }
            written += Write(buffer[written..], protocol, value);
        }
        if (written > 0)
            address = new Multiaddr(buffer[..written].ToArray());
        return written > 0;
    }

    /// <summary>Reads the text form.</summary>
    /// <exception cref="FormatException">The text is no address.</exception>
    public static Multiaddr Parse(string text) =>
        TryParse(text, out var address, out var error)
            ? address
            : throw new FormatException($"'{text}' is not a multiaddr, such as /ip4/192.0.2.1/tcp/60000 or /dns4/example.org/tcp/443/wss: {error}.");

    /// <summary>The address of an IP endpoint. An IPv4 address that is mapped to IPv6 is written as IPv4.</summary>
    /// <param name="endpoint">Address and port.</param>
    /// <param name="transport"><see cref="MultiaddrProtocol.Tcp"/> or <see cref="MultiaddrProtocol.Udp"/>.</param>
    public static Multiaddr FromEndPoint(IPEndPoint endpoint, MultiaddrProtocol transport = MultiaddrProtocol.Tcp)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        if (transport is not (MultiaddrProtocol.Tcp or MultiaddrProtocol.Udp))
            throw new ArgumentOutOfRangeException(nameof(transport), transport, "An IP endpoint has a TCP or a UDP port.");
        var address = endpoint.Address.IsIPv4MappedToIPv6 ? endpoint.Address.MapToIPv4() : endpoint.Address;
        Span<byte> buffer = stackalloc byte[64];
        var written = 0;
        if (address.AddressFamily is AddressFamily.InterNetworkV6 && address.ScopeId != 0)
            written += Write(buffer, MultiaddrProtocol.Ip6Zone, System.Text.Encoding.ASCII.GetBytes($"{address.ScopeId}"));
        written += Write(
            buffer[written..],
            address.AddressFamily is AddressFamily.InterNetwork ? MultiaddrProtocol.Ip4 : MultiaddrProtocol.Ip6,
            address.GetAddressBytes());
        written += Write(buffer[written..], transport, [(byte)(endpoint.Port >> 8), (byte)endpoint.Port]);
        return new Multiaddr(buffer[..written].ToArray());
    }

    /// <summary>The parts, in order: <c>foreach (var part in address)</c>.</summary>
    public MultiaddrComponent.Enumerator GetEnumerator() => new(_bytes);

    /// <summary>Whether a part is of <paramref name="protocol"/>.</summary>
    public bool Has(MultiaddrProtocol protocol)
    {
        foreach (var part in this)
        {
            if (part.Protocol == protocol)
                return true;
        }
        return false;
    }

    /// <summary>This address with <paramref name="inner"/> after it.</summary>
    /// <exception cref="ArgumentException">The result would be over <see cref="MaxLength"/>.</exception>
    public Multiaddr Encapsulate(Multiaddr inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        if (_bytes.Length + inner._bytes.Length > MaxLength)
            throw new ArgumentException($"Together the addresses are over {MaxLength} bytes.", nameof(inner));
        return new Multiaddr([.. _bytes, .. inner._bytes]);
    }

    /// <summary>This address with <c>/p2p/…</c> after it, or itself if <see cref="PeerId"/> is that already.</summary>
    /// <exception cref="ArgumentException">The result would be over <see cref="MaxLength"/>.</exception>
    public Multiaddr Encapsulate(PeerId id)
    {
        ArgumentNullException.ThrowIfNull(id);
        if (id.Equals(PeerId))
            return this;
        Span<byte> buffer = stackalloc byte[8 + PeerId.MaxLength];
        return Encapsulate(new Multiaddr(buffer[..Write(buffer, MultiaddrProtocol.P2p, id.Bytes)].ToArray()));
    }

    /// <summary>This address up to the last place where the parts of <paramref name="inner"/> stand in it, whatever follows them.</summary>
    /// <returns>Itself when they do not stand in it; null when nothing is left.</returns>
    public Multiaddr? Decapsulate(Multiaddr inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        return Until(LastStart(rest => rest.StartsWith(inner._bytes)));
    }

    /// <summary>This address up to its last part of <paramref name="protocol"/>.</summary>
    /// <returns>Itself when there is none; null when nothing is left.</returns>
    public Multiaddr? Decapsulate(MultiaddrProtocol protocol) =>
        Until(LastStart(rest => MultiaddrComponent.TryRead(rest, out var part, out _) && part.Protocol == protocol));

    /// <summary>The canonical text.</summary>
    public override string ToString()
    {
        if (_text is not null)
            return _text;
        var text = new StringBuilder();
        foreach (var part in this)
            text.Append(part.ToString());
        return _text = text.ToString();
    }

    /// <inheritdoc/>
    public bool Equals(Multiaddr? other) => other is not null && (ReferenceEquals(this, other) || Bytes.SequenceEqual(other.Bytes));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Multiaddr);

    /// <inheritdoc/>
    public override int GetHashCode() => _hashCode;

    /// <summary>Whether both are the same address, or both null.</summary>
    public static bool operator ==(Multiaddr? left, Multiaddr? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Whether the addresses differ.</summary>
    public static bool operator !=(Multiaddr? left, Multiaddr? right) => !(left == right);

    static bool IsHost(MultiaddrProtocol protocol) => protocol is MultiaddrProtocol.Ip4 or MultiaddrProtocol.Ip6
        or MultiaddrProtocol.Dns or MultiaddrProtocol.Dns4 or MultiaddrProtocol.Dns6 or MultiaddrProtocol.DnsAddr;

    static bool TryTake(ref ReadOnlySpan<char> rest, out MultiaddrProtocol protocol, out ReadOnlySpan<byte> value, out DecodeError error)
    {
        value = default;
        error = DecodeError.Unsupported;
        if (!ProtocolTable.TryGet(TakeSegment(ref rest), out protocol))
            return false;
        error = DecodeError.None;
        if (ProtocolTable.ValueLengthOf(protocol) is 0)
            return true;
        error = DecodeError.Truncated;
        var text = TakeSegment(ref rest);
        return !text.IsEmpty && ComponentValue.TryParse(protocol, text, out value, out error);
    }

    static ReadOnlySpan<char> TakeSegment(ref ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOf('/');
        var segment = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..];
        return segment;
    }

    static int Write(Span<byte> destination, MultiaddrProtocol protocol, ReadOnlySpan<byte> value)
    {
        var written = Varint.Write(destination, (ulong)protocol);
        if (ProtocolTable.ValueLengthOf(protocol) is ProtocolTable.Variable)
            written += Varint.Write(destination[written..], (ulong)value.Length);
        value.CopyTo(destination[written..]);
        return written + value.Length;
    }

    int LastStart(Func<ReadOnlySpan<byte>, bool> matches)
    {
        var (last, at) = (-1, 0);
        foreach (var part in this)
        {
            if (matches(Bytes[at..]))
                last = at;
            at += part.Length;
        }
        return last;
    }

    Multiaddr? Until(int end) => end switch
    {
        < 0 => this,
        0 => null,
        _ => new Multiaddr(_bytes[..end]),
    };
}
