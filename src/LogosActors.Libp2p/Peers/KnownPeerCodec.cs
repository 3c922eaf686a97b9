using System.Diagnostics.CodeAnalysis;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Identify;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Records;

namespace LogosActors.Libp2p.Peers;

/// <summary>A remembered peer as it is stored: a Protocol Buffers message of this host's own.</summary>
internal static class KnownPeerCodec
{
    const int PeerField = 1, AddressField = 2, ProtocolField = 3, AgentField = 4, SeenField = 5, ScoreField = 6, RecordField = 7, SequenceField = 8;

    public static byte[] Encode(KnownPeer peer)
    {
        var seen = (ulong)(peer.LastSeen?.ToUnixTimeMilliseconds() ?? 0);
        var length = ProtobufWriter.SizeOfBytes(PeerField, peer.Peer.Bytes.Length)
            + peer.Addresses.Sum(address => ProtobufWriter.SizeOfBytes(AddressField, address.Bytes.Length))
            + peer.Protocols.Sum(protocol => ProtobufWriter.SizeOfString(ProtocolField, protocol))
            + ProtobufWriter.SizeOfString(AgentField, peer.AgentVersion)
            + ProtobufWriter.SizeOfUInt64(SeenField, seen)
            + ProtobufWriter.SizeOfFixed64(ScoreField)
            + ProtobufWriter.SizeOfBytes(RecordField, peer.SignedRecord.Length)
            + ProtobufWriter.SizeOfUInt64(SequenceField, peer.RecordSequence);
        var bytes = new byte[length];
        var writer = new ProtobufWriter(bytes);
        writer.Bytes(PeerField, peer.Peer.Bytes);
        foreach (var address in peer.Addresses)
            writer.Bytes(AddressField, address.Bytes);
        foreach (var protocol in peer.Protocols)
            writer.String(ProtocolField, protocol);
        writer.String(AgentField, peer.AgentVersion);
        writer.UInt64(SeenField, seen);
        writer.Double(ScoreField, peer.Score);
        writer.Bytes(RecordField, peer.SignedRecord.Span);
        writer.UInt64(SequenceField, peer.RecordSequence);
        return bytes;
    }

    public static bool TryDecode(ReadOnlySpan<byte> source, [NotNullWhen(true)] out KnownPeer? peer, out DecodeError error)
    {
        peer = null;
        ReadOnlySpan<byte> id = default, record = default;
        var (addresses, protocols, agent, seen, score, sequence) = (new List<Multiaddr>(), new List<string>(), "", 0UL, 0.0, 0UL);
        var reader = new ProtobufReader(source);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case PeerField: id = reader.Bytes(PeerId.MaxLength); break;
                case AddressField when addresses.Count < PeerBook.MaxAddresses:
                    if (Multiaddr.TryDecode(reader.Bytes(Multiaddr.MaxLength), out var address, out _))
                        addresses.Add(address);
                    break;
                case ProtocolField when protocols.Count < IdentifyMessage.MaxProtocols:
                    protocols.Add(reader.String(IdentifyMessage.MaxProtocolLength));
                    break;
                case AgentField: agent = reader.String(IdentifyMessage.MaxVersionLength); break;
                case SeenField: seen = reader.UInt64(); break;
                case ScoreField: score = reader.Double(); break;
                case RecordField: record = reader.Bytes(SignedEnvelope.MaxLength); break;
                case SequenceField: sequence = reader.UInt64(); break;
            }
        }
        if (seen > (ulong)DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() || !double.IsFinite(score))
            reader.Fail(DecodeError.InvalidValue);
        if (!reader.Succeeded(out error) || !PeerId.TryDecode(id, out var decoded, out error))
            return false;
        peer = new KnownPeer(decoded)
        {
            Addresses = addresses,
            Protocols = protocols,
            AgentVersion = agent,
            LastSeen = seen == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds((long)seen),
            Score = score,
            SignedRecord = record.ToArray(),
            RecordSequence = sequence,
        };
        return true;
    }
}
