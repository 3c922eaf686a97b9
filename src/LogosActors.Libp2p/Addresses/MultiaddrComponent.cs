using LogosActors.Libp2p.Encoding;

namespace LogosActors.Libp2p.Addresses;

/// <summary>One part of an address: a protocol and, if it has one, its value. A view of the address's bytes.</summary>
public readonly ref struct MultiaddrComponent
{
    MultiaddrComponent(MultiaddrProtocol protocol, ReadOnlySpan<byte> value, int length)
    {
        (Protocol, Length) = (protocol, length);
        Value = value;
    }

    /// <summary>What the part is.</summary>
    public MultiaddrProtocol Protocol { get; }

    /// <summary>The value in its binary form, without the length before it; empty where the protocol has none.</summary>
    public ReadOnlySpan<byte> Value { get; }

    /// <summary>The bytes of the whole part, header and value.</summary>
    internal int Length { get; }

    /// <summary>The value as text; empty where the protocol has none.</summary>
    public string ValueText => ComponentValue.ToText(Protocol, Value);

    /// <summary>The part as text, with its slashes.</summary>
    public override string ToString() =>
        Value.IsEmpty ? $"/{ProtocolTable.NameOf(Protocol)}" : $"/{ProtocolTable.NameOf(Protocol)}/{ValueText}";

    /// <summary>Reads the part that <paramref name="source"/> starts with, and checks its value.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> source, out MultiaddrComponent component, out DecodeError error)
    {
        component = default;
        if (!Varint.TryRead(source, out var code, out var taken, out error))
            return false;
        error = DecodeError.Unsupported;
        if (!ProtocolTable.IsKnown(code))
            return false;
        var protocol = (MultiaddrProtocol)code;
        var length = ProtocolTable.ValueLengthOf(protocol);
        if (length is ProtocolTable.Variable)
        {
            if (!Varint.TryRead(source[taken..], out var written, out var lengthOfLength, out error))
                return false;
            taken += lengthOfLength;
            error = DecodeError.LimitExceeded;
            if (written > Multiaddr.MaxLength)
                return false;
            length = (int)written;
        }
        error = DecodeError.Truncated;
        if (source.Length - taken < length)
            return false;
        var value = source.Slice(taken, length);
        error = ComponentValue.Check(protocol, value);
        component = new MultiaddrComponent(protocol, value, taken + length);
        return error is DecodeError.None;
    }

    /// <summary>Reads the parts of an address one by one, without allocation.</summary>
    public ref struct Enumerator
    {
        ReadOnlySpan<byte> _rest;

        internal Enumerator(ReadOnlySpan<byte> address) => _rest = address;

        /// <summary>The current part.</summary>
        public MultiaddrComponent Current { get; private set; }

        /// <summary>Moves to the next part; false at the end.</summary>
        public bool MoveNext()
        {
            if (_rest.IsEmpty || !TryRead(_rest, out var component, out _))
                return false;
            Current = component;
            _rest = _rest[component.Length..];
            return true;
        }
    }
}
