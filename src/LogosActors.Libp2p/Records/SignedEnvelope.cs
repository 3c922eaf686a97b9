using System.Diagnostics.CodeAnalysis;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Records;

/// <summary>Bytes that a peer signed for one purpose (libp2p specs, RFC 0002). An instance exists only with a signature that was verified.</summary>
internal sealed class SignedEnvelope
{
    /// <summary>The longest envelope, in bytes: what go-libp2p's and js-libp2p's identify read, with the record in it, is 8 KiB.</summary>
    public const int MaxLength = 8 * 1024;

    const int PublicKeyField = 1, PayloadTypeField = 2, PayloadField = 3, SignatureField = 5;

    SignedEnvelope(PublicKey signer, PayloadKind kind, byte[] payload) => (Signer, Kind, Payload) = (signer, kind, payload);

    /// <summary>Who signed.</summary>
    public PublicKey Signer { get; }

    /// <summary>Which of the accepted kinds it is.</summary>
    public PayloadKind Kind { get; }

    /// <summary>What was signed.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>Signs a payload and writes the envelope.</summary>
    /// <exception cref="ArgumentException">The envelope would be over <see cref="MaxLength"/>.</exception>
    public static byte[] Seal(PrivateKey key, PayloadKind kind, ReadOnlySpan<byte> payload)
    {
        var publicKey = key.PublicKey.Encode();
        var signature = key.Sign(Signed(kind, payload));
        var length = ProtobufWriter.SizeOfBytes(PublicKeyField, publicKey.Length)
            + ProtobufWriter.SizeOfBytes(PayloadTypeField, kind.Type.Length)
            + ProtobufWriter.SizeOfBytes(PayloadField, payload.Length)
            + ProtobufWriter.SizeOfBytes(SignatureField, signature.Length);
        if (length > MaxLength)
            throw new ArgumentException($"The envelope would have {length} bytes; {MaxLength} are the most that peers read.", nameof(payload));
        var envelope = new byte[length];
        var writer = new ProtobufWriter(envelope);
        writer.Bytes(PublicKeyField, publicKey);
        writer.Bytes(PayloadTypeField, kind.Type.Span);
        writer.Bytes(PayloadField, payload);
        writer.Bytes(SignatureField, signature);
        return envelope;
    }

    /// <summary>Reads an envelope and verifies its signature; nothing of the payload is looked at before.</summary>
    /// <param name="source">The whole envelope, from the network.</param>
    /// <param name="accepted">The kinds that the caller understands; the envelope's type tells which it claims to be.</param>
    /// <param name="envelope">The envelope; null on an error.</param>
    /// <param name="error"><see cref="DecodeError.LimitExceeded"/> beyond <see cref="MaxLength"/>, <see cref="DecodeError.Unsupported"/> for
    /// another kind, <see cref="DecodeError.MissingField"/> without key or signature, <see cref="DecodeError.InvalidSignature"/>, and
    /// those of protobuf and of <see cref="PublicKey.TryDecode"/>.</param>
    public static bool TryOpen(
        ReadOnlySpan<byte> source, ReadOnlySpan<PayloadKind> accepted, [NotNullWhen(true)] out SignedEnvelope? envelope, out DecodeError error)
    {
        envelope = null;
        error = DecodeError.LimitExceeded;
        if (source.Length > MaxLength)
            return false;
        ReadOnlySpan<byte> publicKey = default, type = default, payload = default, signature = default;
        var reader = new ProtobufReader(source);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case PublicKeyField: publicKey = reader.Bytes(); break;
                case PayloadTypeField: type = reader.Bytes(); break;
                case PayloadField: payload = reader.Bytes(); break;
                case SignatureField: signature = reader.Bytes(); break;
            }
        }
        if (publicKey.IsEmpty || signature.IsEmpty)
            reader.Fail(DecodeError.MissingField);
        if (!reader.Succeeded(out error))
            return false;
        error = DecodeError.Unsupported;
        if (Find(accepted, type) is not { } kind || !PublicKey.TryDecode(publicKey, out var signer, out error))
            return false;
        error = DecodeError.InvalidSignature;
        if (!signer.Verify(Signed(kind, payload), signature))
            return false;
        error = DecodeError.None;
        envelope = new SignedEnvelope(signer, kind, payload.ToArray());
        return true;
    }

    static PayloadKind? Find(ReadOnlySpan<PayloadKind> accepted, ReadOnlySpan<byte> type)
    {
        foreach (var kind in accepted)
        {
            if (type.SequenceEqual(kind.Type.Span))
                return kind;
        }
        return null;
    }

    // RFC 0002 §Signature Production: domain, type and payload, each after its length.
    static byte[] Signed(PayloadKind kind, ReadOnlySpan<byte> payload)
    {
        var domain = System.Text.Encoding.UTF8.GetBytes(kind.Domain);
        var type = kind.Type.Span;
        var bytes = new byte[LengthOf(domain) + LengthOf(type) + LengthOf(payload)];
        Append(Append(Append(bytes, domain), type), payload);
        return bytes;
    }

    static int LengthOf(ReadOnlySpan<byte> part) => Varint.Length((ulong)part.Length) + part.Length;

    static Span<byte> Append(Span<byte> destination, ReadOnlySpan<byte> part)
    {
        var header = Varint.Write(destination, (ulong)part.Length);
        part.CopyTo(destination[header..]);
        return destination[(header + part.Length)..];
    }
}
