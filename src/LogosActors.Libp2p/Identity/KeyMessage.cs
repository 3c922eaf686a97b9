using LogosActors.Libp2p.Encoding;

namespace LogosActors.Libp2p.Identity;

/// <summary>The protobuf that carries a key: PublicKey and PrivateKey { Type = 1, Data = 2 }, both required (peer-ids §Keys).</summary>
internal static class KeyMessage
{
    const int TypeField = 1, DataField = 2;

    /// <summary>The size of the message, in bytes.</summary>
    public static int Length(KeyType type, ReadOnlySpan<byte> data) =>
        ProtobufWriter.SizeOfUInt64(TypeField, (ulong)type) + ProtobufWriter.SizeOfBytes(DataField, data.Length);

    /// <summary>Writes the one encoding that a peer id is made of: both fields, in order, nothing else.</summary>
    public static void Write(Span<byte> destination, KeyType type, ReadOnlySpan<byte> data)
    {
        var writer = new ProtobufWriter(destination);
        writer.UInt64(TypeField, (ulong)type);
        writer.Bytes(DataField, data);
    }

    /// <summary>Reads a message; <paramref name="data"/> is a slice of <paramref name="source"/>.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, int maxData, out KeyType type, out ReadOnlySpan<byte> data, out DecodeError error)
    {
        type = default;
        data = default;
        var (hasType, hasData) = (false, false);
        var reader = new ProtobufReader(source);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case TypeField: type = (KeyType)reader.Int32(); hasType = true; break;
                case DataField: data = reader.Bytes(maxData); hasData = true; break;
            }
        }
        if (reader.Error is DecodeError.None && !(hasType && hasData))
            reader.Fail(DecodeError.MissingField);
        return reader.Succeeded(out error);
    }
}
