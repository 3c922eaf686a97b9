using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text.Unicode;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Addresses;

/// <summary>The values of an address's parts: what is valid, and their text.</summary>
internal static class ComponentValue
{
    /// <summary>The longest host name or zone, in bytes of UTF-8 (RFC 1035 §2.3.4, in text).</summary>
    public const int MaxNameLength = 253;

    /// <summary>The longest multihash of a certificate, in bytes: a digest of 64 and its header.</summary>
    public const int MaxCertHashLength = 70;

    /// <summary>Whether a value of the right length, read from the network, is one of its protocol.</summary>
    public static DecodeError Check(MultiaddrProtocol protocol, ReadOnlySpan<byte> value)
    {
        switch (protocol)
        {
            case MultiaddrProtocol.P2p:
                PeerId.TryDecode(value, out _, out var error);
                return error;
            case MultiaddrProtocol.CertHash:
                return CheckMultihash(value);
            case MultiaddrProtocol.Dns or MultiaddrProtocol.Dns4 or MultiaddrProtocol.Dns6 or MultiaddrProtocol.DnsAddr
                or MultiaddrProtocol.Sni or MultiaddrProtocol.Ip6Zone:
                return CheckName(value);
            default:
                return DecodeError.None;
        }
    }

    /// <summary>The text of a value that <see cref="Check"/> accepts.</summary>
    public static string ToText(MultiaddrProtocol protocol, ReadOnlySpan<byte> value) => protocol switch
    {
        _ when value.IsEmpty => "",
        MultiaddrProtocol.Ip4 or MultiaddrProtocol.Ip6 => new IPAddress(value).ToString(),
        MultiaddrProtocol.Tcp or MultiaddrProtocol.Udp => BinaryPrimitives.ReadUInt16BigEndian(value).ToString(CultureInfo.InvariantCulture),
        MultiaddrProtocol.P2p => Multibase.ToBase58(value),
        MultiaddrProtocol.CertHash => Multibase.ToBase64Url(value),
        _ => System.Text.Encoding.UTF8.GetString(value),
    };

    /// <summary>Reads the text of a value.</summary>
    /// <param name="protocol">A protocol that has a value.</param>
    /// <param name="text">The text between two slashes; not empty.</param>
    /// <param name="value">The binary value; empty on an error.</param>
    /// <param name="error">Why not.</param>
    public static bool TryParse(MultiaddrProtocol protocol, ReadOnlySpan<char> text, out ReadOnlySpan<byte> value, out DecodeError error)
    {
        value = default;
        error = DecodeError.InvalidText;
        switch (protocol)
        {
            case MultiaddrProtocol.Ip4 or MultiaddrProtocol.Ip6:
                if (!IsAddress(protocol, text) || !IPAddress.TryParse(text, out var address))
                    return false;
                value = address.GetAddressBytes();
                break;
            case MultiaddrProtocol.Tcp or MultiaddrProtocol.Udp:
                if (text is ['0', _, ..] || !ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port))
                    return false;
                value = new[] { (byte)(port >> 8), (byte)port };
                break;
            case MultiaddrProtocol.P2p:
                if (!PeerId.TryParse(text, out var id, out error))
                    return false;
                value = id.Bytes;
                break;
            case MultiaddrProtocol.CertHash:
                if (!Multibase.TryDecode(text, out var hash, out error))
                    return false;
                value = hash;
                break;
            default:
                var name = new byte[MaxNameLength];
                var status = Utf8.FromUtf16(text, name, out _, out var length, replaceInvalidSequences: false);
                if (status is OperationStatus.DestinationTooSmall)
                    error = DecodeError.LimitExceeded;
                if (status is not OperationStatus.Done)
                    return false;
                value = name.AsSpan(0, length);
                break;
        }
        error = Check(protocol, value);
        return error is DecodeError.None;
    }

    // IPAddress.TryParse also takes octal, hexadecimal and shortened IPv4, and brackets, zones and prefixes of IPv6.
    static bool IsAddress(MultiaddrProtocol protocol, ReadOnlySpan<char> text)
    {
        if (protocol is MultiaddrProtocol.Ip6)
            return text.Contains(':') && !text.ContainsAny("[]%/");
        var parts = 0;
        foreach (var range in text.Split('.'))
        {
            var part = text[range];
            if (part.Length is 0 or > 3 || part is ['0', _, ..] || part.ContainsAnyExceptInRange('0', '9'))
                return false;
            parts++;
        }
        return parts == 4;
    }

    static DecodeError CheckName(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty)
            return DecodeError.InvalidValue;
        if (name.Length > MaxNameLength)
            return DecodeError.LimitExceeded;
        // A slash could not be told from the next part; spaces and controls have no place in a name, and would forge log lines.
        return Utf8.IsValid(name) && !name.Contains((byte)'/') && !name.ContainsAnyInRange((byte)0, (byte)' ') && !name.Contains((byte)0x7f)
            ? DecodeError.None
            : DecodeError.InvalidText;
    }

    static DecodeError CheckMultihash(ReadOnlySpan<byte> hash)
    {
        if (hash.Length > MaxCertHashLength)
            return DecodeError.LimitExceeded;
        if (!Varint.TryRead(hash, out _, out var taken, out var error))
            return error;
        var rest = hash[taken..];
        if (!Varint.TryRead(rest, out var length, out taken, out error))
            return error;
        return length > 0 && length == (ulong)(rest.Length - taken) ? DecodeError.None : DecodeError.InvalidValue;
    }
}
