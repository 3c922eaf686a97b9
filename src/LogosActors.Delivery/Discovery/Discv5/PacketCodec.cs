using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using LogosActors.Delivery.Discovery.Records;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Delivery.Discovery.Discv5;

/// <summary>Writes and reads packets: masks headers, and leaves messages as they are (discv5 wire §Packet Encoding). One thread at a time.</summary>
/// <remarks>A packet for another node, of another network or of another version is refused before anything but its first bytes is unmasked.</remarks>
internal sealed class PacketCodec : IDisposable
{
    /// <summary>The length of a protocol id, in bytes.</summary>
    public const int ProtocolIdLength = 6;

    const ushort Version = 0x0001;

    readonly byte[] _protocol;
    readonly Aes _own;

    /// <summary>A codec of a node.</summary>
    /// <param name="self">The node.</param>
    /// <param name="protocol">The protocol id of the network, 6 characters of ASCII.</param>
    /// <exception cref="ArgumentException">The protocol id is none.</exception>
    public PacketCodec(NodeId self, string protocol)
    {
        if (protocol.Length != ProtocolIdLength || !Ascii.IsValid(protocol))
            throw new ArgumentException($"'{protocol}' is not a protocol id of discv5, which has {ProtocolIdLength} characters of ASCII.", nameof(protocol));
        _protocol = Encoding.ASCII.GetBytes(protocol);
        _own = MaskOf(self);
    }

    /// <summary>Reads a packet.</summary>
    /// <param name="datagram">A datagram, from the network.</param>
    /// <param name="memory">At least <see cref="Packet.MaxHeaderLength"/> bytes, for the unmasked header.</param>
    /// <param name="packet">The packet; empty on an error.</param>
    /// <param name="error"><see cref="DecodeError.Truncated"/> and <see cref="DecodeError.LimitExceeded"/> for a datagram that is too short or too
    /// long, <see cref="DecodeError.Unsupported"/> for one that is not for this node, <see cref="DecodeError.InvalidValue"/> for lengths that
    /// the packet's kind does not have.</param>
    public bool TryDecode(ReadOnlySpan<byte> datagram, Span<byte> memory, out Packet packet, out DecodeError error)
    {
        packet = default;
        error = datagram.Length < Packet.MinLength ? DecodeError.Truncated : DecodeError.LimitExceeded;
        if (datagram.Length is < Packet.MinLength or > Packet.MaxLength)
            return false;
        var iv = datagram[..Packet.IvLength];
        iv.CopyTo(memory);
        var head = memory[Packet.IvLength..];
        Mask(_own, iv, 0, datagram.Slice(Packet.IvLength, Packet.StaticHeaderLength), head);
        error = DecodeError.Unsupported;
        if (!head[..ProtocolIdLength].SequenceEqual(_protocol) || BinaryPrimitives.ReadUInt16BigEndian(head[ProtocolIdLength..]) != Version)
            return false;
        var kind = (PacketKind)head[8];
        int length = BinaryPrimitives.ReadUInt16BigEndian(head[(Packet.StaticHeaderLength - sizeof(ushort))..]);
        error = DecodeError.InvalidValue;
        var end = Packet.IvLength + Packet.StaticHeaderLength + length;
        var isValid = kind switch
        {
            PacketKind.Message => length == Packet.MessageDataLength,
            PacketKind.WhoAreYou => length == Packet.WhoAreYouDataLength && datagram.Length == end,
            PacketKind.Handshake => length is >= Packet.HandshakeDataLength and <= Packet.HandshakeDataLength + NodeRecord.MaxLength,
            _ => false,
        };
        if (!isValid || end > datagram.Length)
            return false;
        Mask(_own, iv, Packet.StaticHeaderLength, datagram.Slice(Packet.IvLength + Packet.StaticHeaderLength, length), head[Packet.StaticHeaderLength..]);
        if (kind is PacketKind.Handshake && (head[Packet.StaticHeaderLength + NodeId.Length] != 64 || head[Packet.StaticHeaderLength + NodeId.Length + 1] != 33))
            return false;
        error = DecodeError.None;
        packet = new Packet(memory[..end], datagram[end..]);
        return true;
    }

    /// <summary>Writes IV and header, unmasked: what a message is authenticated with.</summary>
    /// <param name="kind">What the packet is.</param>
    /// <param name="iv">16 random bytes.</param>
    /// <param name="nonce">The nonce of the message; of a WHOAREYOU that of the packet that was not understood.</param>
    /// <param name="data">The second part of the header.</param>
    public byte[] WriteHead(PacketKind kind, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> data)
    {
        var head = new byte[Packet.IvLength + Packet.StaticHeaderLength + data.Length];
        iv.CopyTo(head);
        var header = head.AsSpan(Packet.IvLength);
        _protocol.CopyTo(header);
        BinaryPrimitives.WriteUInt16BigEndian(header[ProtocolIdLength..], Version);
        header[8] = (byte)kind;
        nonce.CopyTo(header[9..]);
        BinaryPrimitives.WriteUInt16BigEndian(header[(Packet.StaticHeaderLength - sizeof(ushort))..], (ushort)data.Length);
        data.CopyTo(header[Packet.StaticHeaderLength..]);
        return head;
    }

    /// <summary>Makes the datagram of a packet.</summary>
    /// <param name="destination">Who gets it.</param>
    /// <param name="head">What <see cref="WriteHead"/> has written.</param>
    /// <param name="message">The encrypted message.</param>
    /// <exception cref="ArgumentException">It would be longer than <see cref="Packet.MaxLength"/>.</exception>
    public static byte[] Encode(NodeId destination, ReadOnlySpan<byte> head, ReadOnlySpan<byte> message)
    {
        if (head.Length + message.Length > Packet.MaxLength)
            throw new ArgumentException($"A packet has {Packet.MaxLength} bytes, not {head.Length + message.Length}.", nameof(message));
        var datagram = new byte[head.Length + message.Length];
        head[..Packet.IvLength].CopyTo(datagram);
        using var mask = MaskOf(destination);
        Mask(mask, head[..Packet.IvLength], 0, head[Packet.IvLength..], datagram.AsSpan(Packet.IvLength));
        message.CopyTo(datagram.AsSpan(head.Length));
        return datagram;
    }

    public void Dispose() => _own.Dispose();

    static Aes MaskOf(NodeId destination)
    {
        Span<byte> id = stackalloc byte[NodeId.Length];
        destination.CopyTo(id);
        var aes = Aes.Create();
        aes.SetKey(id[..16]);
        return aes;
    }

    // AES-CTR (NIST SP 800-38A §6.5), from a place in the stream on.
    static void Mask(Aes aes, ReadOnlySpan<byte> iv, int position, ReadOnlySpan<byte> source, Span<byte> destination)
    {
        const int Block = 16;
        const int MaxBlocks = ((Packet.MaxHeaderLength - Packet.IvLength) / Block) + 2;
        var first = position / Block;
        var count = ((position + source.Length + Block - 1) / Block) - first;
        Span<byte> stream = stackalloc byte[MaxBlocks * Block];
        stream = stream[..(count * Block)];
        var counter = BinaryPrimitives.ReadUInt128BigEndian(iv) + (UInt128)first;
        for (var block = 0; block < count; block++, counter++)
            BinaryPrimitives.WriteUInt128BigEndian(stream[(block * Block)..], counter);
        // What this encrypts are counters, each once.
#pragma warning disable CA5358
        aes.EncryptEcb(stream, stream, PaddingMode.None);
#pragma warning restore CA5358
        stream = stream[(position - (first * Block))..];
        for (var i = 0; i < source.Length; i++)
            destination[i] = (byte)(source[i] ^ stream[i]);
    }
}
