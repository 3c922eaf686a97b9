using System.Diagnostics.CodeAnalysis;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Records;

namespace LogosActors.Libp2p.Identify;

/// <summary>What of an identify message can be believed.</summary>
internal static class IdentifyCheck
{
    /// <summary>Checks a message against the key that the connection has proven.</summary>
    /// <param name="message">What the peer says.</param>
    /// <param name="remoteKey">The key that it proved to hold in the handshake.</param>
    /// <param name="identity">What holds of it; null on an error.</param>
    /// <param name="error"><see cref="DecodeError.InvalidSignature"/> when it shows another peer's key or record, or a record that nobody
    /// signed: a lie, not a mistake.</param>
    public static bool TryAccept(
        IdentifyMessage message, PublicKey remoteKey, [NotNullWhen(true)] out PeerIdentity? identity, out DecodeError error)
    {
        identity = null;
        error = DecodeError.InvalidSignature;
        if (!message.PublicKey.IsEmpty && !message.PublicKey.Span.SequenceEqual(remoteKey.Encode()))
            return false;
        PeerRecord? record = null;
        if (!message.SignedRecord.IsEmpty)
        {
            // A record of a kind that is not known here says nothing, true or false.
            if (!PeerRecord.TryOpen(message.SignedRecord.Span, out record, out error) && error is not DecodeError.Unsupported)
                return false;
            if (record is not null && !record.PeerId.Matches(remoteKey))
            {
                error = DecodeError.InvalidSignature;
                return false;
            }
        }
        error = DecodeError.None;
        identity = new PeerIdentity
        {
            PublicKey = remoteKey,
            AgentVersion = message.AgentVersion,
            ProtocolVersion = message.ProtocolVersion,
            Protocols = message.Protocols,
            ListenAddresses = record?.Addresses ?? message.ListenAddresses,
            ObservedAddress = message.ObservedAddress,
            SignedRecord = record is null ? default : message.SignedRecord,
            RecordSequence = record?.SequenceNumber ?? 0,
        };
        return true;
    }

    /// <summary>What is known after a newer identify: a signed record is replaced by a newer one only, never by an older one that is replayed.</summary>
    public static PeerIdentity Merge(PeerIdentity? known, PeerIdentity heard) =>
        known is null || heard.RecordSequence >= known.RecordSequence
            ? heard
            : heard with
            {
                ListenAddresses = known.ListenAddresses,
                SignedRecord = known.SignedRecord,
                RecordSequence = known.RecordSequence,
            };
}
