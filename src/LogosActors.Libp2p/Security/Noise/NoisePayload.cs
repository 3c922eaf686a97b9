using System.Diagnostics.CodeAnalysis;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Libp2p.Security.Noise;

/// <summary>What libp2p says inside the handshake: NoiseHandshakePayload (libp2p noise §The libp2p Handshake Payload).</summary>
/// <param name="IdentityKey">The protobuf of the sender's public key.</param>
/// <param name="Signature">The signature of the sender's static Noise key by that identity.</param>
/// <param name="StreamMuxers">The muxers that the sender speaks, the best first; empty when it negotiates them later.</param>
internal sealed record NoisePayload(byte[] IdentityKey, byte[] Signature, IReadOnlyList<string> StreamMuxers)
{
    /// <summary>The most muxers that are looked at; more are an error.</summary>
    public const int MaxMuxers = 16;

    /// <summary>The most bytes of a muxer's protocol id.</summary>
    public const int MaxMuxerLength = 256;

    const int MaxKeyLength = 2048;
    const int MaxSignatureLength = 1024;

    const int KeyField = 1, SignatureField = 2, ExtensionsField = 4, MuxersField = 2;

    public byte[] Encode()
    {
        var extensions = StreamMuxers.Sum(muxer => ProtobufWriter.SizeOfString(MuxersField, muxer));
        var bytes = new byte[ProtobufWriter.SizeOfBytes(KeyField, IdentityKey.Length)
            + ProtobufWriter.SizeOfBytes(SignatureField, Signature.Length)
            + (extensions == 0 ? 0 : ProtobufWriter.SizeOfBytes(ExtensionsField, extensions))];
        var writer = new ProtobufWriter(bytes);
        writer.Bytes(KeyField, IdentityKey);
        writer.Bytes(SignatureField, Signature);
        if (extensions > 0)
            writer.Message(ExtensionsField, extensions);
        foreach (var muxer in StreamMuxers)
            writer.String(MuxersField, muxer);
        return bytes;
    }

    /// <summary>Reads a payload. Certificate hashes of WebTransport are read over.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> source, [NotNullWhen(true)] out NoisePayload? payload, out DecodeError error)
    {
        payload = null;
        byte[]? key = null, signature = null;
        List<string> muxers = [];
        var reader = new ProtobufReader(source);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case KeyField:
                    key = reader.Bytes(MaxKeyLength).ToArray();
                    break;
                case SignatureField:
                    signature = reader.Bytes(MaxSignatureLength).ToArray();
                    break;
                case ExtensionsField:
                    if (!TryReadMuxers(reader.Bytes(), muxers, out error))
                        return false;
                    break;
            }
        }
        if (reader.Error is DecodeError.None && (key is null || signature is null))
            reader.Fail(DecodeError.MissingField);
        if (!reader.Succeeded(out error))
            return false;
        payload = new NoisePayload(key!, signature!, muxers);
        return true;
    }

    static bool TryReadMuxers(ReadOnlySpan<byte> source, List<string> muxers, out DecodeError error)
    {
        var reader = new ProtobufReader(source);
        while (reader.Next())
        {
            if (reader.Field != MuxersField)
                continue;
            if (muxers.Count == MaxMuxers)
                reader.Fail(DecodeError.LimitExceeded);
            else
                muxers.Add(reader.String(MaxMuxerLength));
        }
        return reader.Succeeded(out error);
    }
}
