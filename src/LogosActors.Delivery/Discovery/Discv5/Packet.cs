using System.Buffers.Binary;
using LogosActors.Delivery.Discovery.Records;

namespace LogosActors.Delivery.Discovery.Discv5;

/// <summary>A packet whose header is unmasked. A view of the datagram and of the header's memory (discv5 wire §Packet Encoding).</summary>
internal readonly ref struct Packet
{
    /// <summary>The least and the most bytes of a packet (discv5 wire §UDP Communication).</summary>
    public const int MinLength = 63, MaxLength = 1280;

    /// <summary>The length of the IV, in bytes.</summary>
    public const int IvLength = 16;

    /// <summary>The length of the header's first part: protocol id, version, flag, nonce, length of the second part.</summary>
    public const int StaticHeaderLength = 23;

    /// <summary>The length of a nonce, in bytes.</summary>
    public const int NonceLength = 12;

    /// <summary>The length of the id nonce of a WHOAREYOU, in bytes.</summary>
    public const int IdNonceLength = 16;

    /// <summary>The length of the second part of a header, by kind; of a handshake without a record.</summary>
    public const int MessageDataLength = NodeId.Length, WhoAreYouDataLength = IdNonceLength + sizeof(ulong), HandshakeDataLength = 34 + 64 + 33;

    /// <summary>The longest IV and header together, in bytes.</summary>
    public const int MaxHeaderLength = IvLength + StaticHeaderLength + HandshakeDataLength + NodeRecord.MaxLength;

    const int FlagOffset = 8, NonceOffset = 9, DataOffset = StaticHeaderLength;

    /// <summary>A packet.</summary>
    /// <param name="head">IV and unmasked header: what a message is authenticated with, and what a challenge is made of.</param>
    /// <param name="message">The encrypted message; empty in a WHOAREYOU.</param>
    public Packet(ReadOnlySpan<byte> head, ReadOnlySpan<byte> message)
    {
        Head = head;
        Message = message;
    }

    /// <summary>IV and unmasked header.</summary>
    public ReadOnlySpan<byte> Head { get; }

    /// <summary>The encrypted message, with its tag at the end.</summary>
    public ReadOnlySpan<byte> Message { get; }

    /// <summary>What it is.</summary>
    public PacketKind Kind => (PacketKind)Header[FlagOffset];

    /// <summary>The nonce of the message; of a WHOAREYOU that of the packet that was not understood.</summary>
    public ReadOnlySpan<byte> Nonce => Header.Slice(NonceOffset, NonceLength);

    /// <summary>Who has sent it, as it says; not of a WHOAREYOU.</summary>
    public NodeId Source => new(Data[..NodeId.Length]);

    /// <summary>Of a WHOAREYOU: which version of the receiver's record its sender has; 0: none.</summary>
    public ulong RecordSequence => BinaryPrimitives.ReadUInt64BigEndian(Data[IdNonceLength..]);

    /// <summary>Of a handshake: the signature.</summary>
    public ReadOnlySpan<byte> IdSignature => Data.Slice(34, 64);

    /// <summary>Of a handshake: the ephemeral public key.</summary>
    public ReadOnlySpan<byte> EphemeralKey => Data.Slice(98, 33);

    /// <summary>Of a handshake: the sender's record; empty when it thinks that the receiver has it.</summary>
    public ReadOnlySpan<byte> Record => Data[HandshakeDataLength..];

    ReadOnlySpan<byte> Header => Head[IvLength..];

    ReadOnlySpan<byte> Data => Header[DataOffset..];
}
