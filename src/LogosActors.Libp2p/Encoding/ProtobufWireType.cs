namespace LogosActors.Libp2p.Encoding;

/// <summary>How the value of a protobuf field is laid out (protobuf encoding, §Message Structure).</summary>
/// <remarks>The deprecated groups (3 and 4) are not supported.</remarks>
public enum ProtobufWireType
{
    /// <summary>A base-128 number of up to 64 bits.</summary>
    Varint = 0,

    /// <summary>Eight bytes, little-endian.</summary>
    Fixed64 = 1,

    /// <summary>A varint length, then that many bytes: bytes, strings, messages, packed numbers.</summary>
    LengthDelimited = 2,

    /// <summary>Four bytes, little-endian.</summary>
    Fixed32 = 5,
}
