using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using LogosActors.Actors.Serialization;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Identify;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Peers.Stored;
using LogosActors.Libp2p.Records;

namespace LogosActors.Libp2p.Peers;

/// <summary>Remembered peers as they are stored.</summary>
internal static class StoredPeers
{
    /// <summary>What a <see cref="PeerJournalActor"/> persists.</summary>
    public static ProtobufTypes Types { get; } = new ProtobufTypes("peers", serializerId: 7_110)
        .Add(PeersChanged.Parser, "changed")
        .Add(PeersSnapshot.Parser, "snapshot");

    public static StoredPeer Store(KnownPeer peer) => new()
    {
        PeerId = Store(peer.Peer),
        Addresses = { peer.Addresses.Select(address => ByteString.CopyFrom(address.Bytes)) },
        Protocols = { peer.Protocols },
        AgentVersion = peer.AgentVersion,
        LastSeen = (ulong)(peer.LastSeen?.ToUnixTimeMilliseconds() ?? 0),
        Score = peer.Score,
        SignedRecord = ByteString.CopyFrom(peer.SignedRecord.Span),
        RecordSequence = peer.RecordSequence,
    };

    public static ByteString Store(PeerId peer) => ByteString.CopyFrom(peer.Bytes);

    /// <summary>Reads a peer that was stored; what is beyond today's limits is left out.</summary>
    /// <returns>False when it is nobody, or holds what no host stores.</returns>
    public static bool TryRead(StoredPeer stored, [NotNullWhen(true)] out KnownPeer? peer)
    {
        peer = null;
        if (!PeerId.TryDecode(stored.PeerId.Span, out var id, out _)
            || stored.LastSeen > (ulong)DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            || !double.IsFinite(stored.Score)
            || stored.SignedRecord.Length > SignedEnvelope.MaxLength)
            return false;
        peer = new KnownPeer(id)
        {
            Addresses = [.. stored.Addresses.Select(Read).OfType<Multiaddr>().Take(PeerBook.MaxAddresses)],
            Protocols = [.. stored.Protocols.Where(protocol => protocol.Length <= IdentifyMessage.MaxProtocolLength).Take(IdentifyMessage.MaxProtocols)],
            AgentVersion = stored.AgentVersion,
            LastSeen = stored.LastSeen == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds((long)stored.LastSeen),
            Score = stored.Score,
            SignedRecord = stored.SignedRecord.Memory,
            RecordSequence = stored.RecordSequence,
        };
        return true;
    }

    static Multiaddr? Read(ByteString stored) => Multiaddr.TryDecode(stored.Span, out var address, out _) ? address : null;
}
