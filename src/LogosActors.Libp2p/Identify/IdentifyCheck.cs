using System.Diagnostics.CodeAnalysis;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Records;

namespace LogosActors.Libp2p.Identify;

/// <summary>What of an identify message can be believed.</summary>
internal static class IdentifyCheck
{
    /// <summary>How long the protocols of a peer are together, in characters, that are remembered of it.</summary>
    /// <value>4 Ki: a node speaks some 30, of 40 characters each.</value>
    public const int MaxKeptProtocols = 4 * 1024;

    /// <summary>How long its addresses are together, in bytes.</summary>
    /// <value>4 KiB: some 80 of the usual length.</value>
    public const int MaxKeptAddresses = 4 * 1024;

    /// <summary>How long its signed record is; a longer one is believed and not kept.</summary>
    /// <value>4 KiB, as in gossipsub.</value>
    public const int MaxKeptRecord = 4 * 1024;

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
            Protocols = Within(message.Protocols, static protocol => protocol.Length, MaxKeptProtocols),
            ListenAddresses = Within(record?.Addresses ?? message.ListenAddresses, static address => address.Bytes.Length, MaxKeptAddresses),
            ObservedAddress = message.ObservedAddress,
            SignedRecord = record is null || message.SignedRecord.Length > MaxKeptRecord ? default : message.SignedRecord.ToArray(),
            RecordSequence = record?.SequenceNumber ?? 0,
        };
        return true;
    }

    /// <summary>The first of several that are together not longer than something.</summary>
    static IReadOnlyList<T> Within<T>(IReadOnlyList<T> all, Func<T, int> length, int most)
    {
        var (count, total) = (0, 0);
        while (count < all.Count && (total += length(all[count])) <= most)
            count++;
        return count == all.Count ? all : [.. all.Take(count)];
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
