using System.Diagnostics.CodeAnalysis;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Records;

/// <summary>The addresses that a peer vouches for (libp2p specs, RFC 0003); it travels in a <see cref="SignedEnvelope"/> that the peer signs.</summary>
/// <param name="PeerId">Whose addresses they are.</param>
/// <param name="SequenceNumber">Orders the records of one peer; not a time, whatever it looks like.</param>
/// <param name="Addresses">Public listen addresses, at most <see cref="MaxAddresses"/>.</param>
internal sealed record PeerRecord(PeerId PeerId, ulong SequenceNumber, IReadOnlyList<Multiaddr> Addresses)
{
    /// <summary>The most addresses in a record. No specification sets a number; go-libp2p keeps 500 of a connected peer, nodes have few.</summary>
    public const int MaxAddresses = 256;

    const int PeerIdField = 1, SequenceNumberField = 2, AddressesField = 3, AddressField = 1;

    /// <summary>What is sealed: the domain of go- and js-libp2p, and the multicodec libp2p-peer-record.</summary>
    public static readonly PayloadKind Kind = new("libp2p-peer-record", new byte[] { 0x03, 0x01 });

    /// <summary>What RFC 0003 says itself, and rust-libp2p seals to this day; it is read too.</summary>
    public static readonly PayloadKind RoutingStateKind = new("libp2p-routing-state", "/libp2p/routing-state-record"u8.ToArray());

    static readonly PayloadKind[] Accepted = [Kind, RoutingStateKind];

    /// <summary>The sequence number for a record made at <paramref name="now"/>: the milliseconds since 1970, so that a restart needs no
    /// memory, or one more than <paramref name="last"/> when the clock has not moved past it.</summary>
    public static ulong NextSequenceNumber(ulong last, DateTimeOffset now) =>
        Math.Max(checked(last + 1), (ulong)Math.Max(0, now.ToUnixTimeMilliseconds()));

    /// <summary>Whether this record is to replace <paramref name="known"/>, the newest one of the same peer so far.</summary>
    public bool Supersedes(PeerRecord? known) => known is null || SequenceNumber > known.SequenceNumber;

    /// <summary>The signed envelope of this record.</summary>
    /// <param name="key">The private key of <see cref="PeerId"/>.</param>
    /// <exception cref="ArgumentException">The key is another peer's, or there are more addresses than peers read.</exception>
    public byte[] Seal(PrivateKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (!PeerId.Matches(key.PublicKey))
            throw new ArgumentException($"The key is not that of {PeerId}: a peer signs its own record only.", nameof(key));
        if (Addresses.Count > MaxAddresses)
            throw new ArgumentException($"A record has at most {MaxAddresses} addresses, not {Addresses.Count}.", nameof(key));
        return SignedEnvelope.Seal(key, Kind, Encode());
    }

    /// <summary>Reads a signed envelope, verifies it, and reads the record in it.</summary>
    /// <param name="source">The whole envelope, from the network.</param>
    /// <param name="record">The record; null on an error. Addresses that cannot be read are left out, as go-libp2p does: the peer
    /// may have others, of protocols that are newer than this implementation.</param>
    /// <param name="error">Those of <see cref="SignedEnvelope.TryOpen"/>; <see cref="DecodeError.InvalidSignature"/> also when the signer
    /// is another than the peer that the record is about; <see cref="DecodeError.LimitExceeded"/> beyond <see cref="MaxAddresses"/>.</param>
    public static bool TryOpen(ReadOnlySpan<byte> source, [NotNullWhen(true)] out PeerRecord? record, out DecodeError error)
    {
        record = null;
        if (!SignedEnvelope.TryOpen(source, Accepted, out var envelope, out error)
            || !TryDecode(envelope.Payload.Span, out var decoded, out error))
            return false;
        error = decoded.PeerId.Matches(envelope.Signer) ? DecodeError.None : DecodeError.InvalidSignature;
        record = error is DecodeError.None ? decoded : null;
        return record is not null;
    }

    /// <summary>The protobuf of the record, without a signature.</summary>
    internal byte[] Encode()
    {
        var length = ProtobufWriter.SizeOfBytes(PeerIdField, PeerId.Bytes.Length)
            + (SequenceNumber == 0 ? 0 : ProtobufWriter.SizeOfUInt64(SequenceNumberField, SequenceNumber));
        foreach (var address in Addresses)
            length += ProtobufWriter.SizeOfBytes(AddressesField, ProtobufWriter.SizeOfBytes(AddressField, address.Bytes.Length));
        var bytes = new byte[length];
        var writer = new ProtobufWriter(bytes);
        writer.Bytes(PeerIdField, PeerId.Bytes);
        if (SequenceNumber != 0)
            writer.UInt64(SequenceNumberField, SequenceNumber);
        foreach (var address in Addresses)
        {
            writer.Message(AddressesField, ProtobufWriter.SizeOfBytes(AddressField, address.Bytes.Length));
            writer.Bytes(AddressField, address.Bytes);
        }
        return bytes;
    }

    /// <summary>Reads the protobuf of a record, which says nothing about who wrote it.</summary>
    internal static bool TryDecode(ReadOnlySpan<byte> source, [NotNullWhen(true)] out PeerRecord? record, out DecodeError error)
    {
        record = null;
        ReadOnlySpan<byte> peerId = default;
        var sequenceNumber = 0UL;
        var addresses = new List<Multiaddr>();
        var count = 0;
        var reader = new ProtobufReader(source);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case PeerIdField:
                    peerId = reader.Bytes(PeerId.MaxLength);
                    break;
                case SequenceNumberField:
                    sequenceNumber = reader.UInt64();
                    break;
                case AddressesField:
                    if (++count > MaxAddresses)
                        reader.Fail(DecodeError.LimitExceeded);
                    else if (Multiaddr.TryDecode(AddressOf(reader.Bytes()), out var address, out _))
                        addresses.Add(address);
                    break;
            }
        }
        if (!reader.Succeeded(out error) || !PeerId.TryDecode(peerId, out var id, out error))
            return false;
        record = new PeerRecord(id, sequenceNumber, addresses);
        return true;
    }

    static ReadOnlySpan<byte> AddressOf(ReadOnlySpan<byte> addressInfo)
    {
        ReadOnlySpan<byte> address = default;
        var reader = new ProtobufReader(addressInfo);
        while (reader.Next())
        {
            if (reader.Field == AddressField)
                address = reader.Bytes();
        }
        return reader.Error is DecodeError.None ? address : default;
    }
}
