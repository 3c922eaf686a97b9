using System.Buffers.Binary;
using LogosActors.Delivery.Discovery.Records;

namespace LogosActors.Delivery.Discovery.Discv5;

/// <summary>The keys that a node and its peer at one address share.</summary>
/// <param name="keys">The keys.</param>
/// <param name="isInitiator">Whether this node has answered the WHOAREYOU.</param>
/// <param name="record">The peer's record.</param>
internal sealed class Session(SessionKeys keys, bool isInitiator, NodeRecord record)
{
    uint _sent;

    /// <summary>The peer's record as it was when the session was made.</summary>
    public NodeRecord Record => record;

    /// <summary>What this session has replaced: when both sides shake hands at once, each may still send with the other's keys.</summary>
    public Session? Previous { get; private set; }

    /// <summary>Keeps the keys of the session that this one replaces, and wipes those before.</summary>
    public void Replace(Session? before)
    {
        before?.Previous?.Wipe();
        if (before is not null)
            before.Previous = null;
        Previous = before;
    }

    /// <summary>Writes a nonce that the session has not had: how many messages were sent, and random bytes (discv5 theory §Session Cache).</summary>
    public void NextNonce(Span<byte> nonce, Action<Memory<byte>> random)
    {
        var bytes = new byte[Packet.NonceLength];
        random(bytes);
        BinaryPrimitives.WriteUInt32BigEndian(bytes, _sent++);
        bytes.CopyTo(nonce);
    }

    /// <summary>Encrypts a message to the peer.</summary>
    public byte[] Encrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> message, ReadOnlySpan<byte> head) =>
        SessionKeys.Encrypt(isInitiator ? keys.InitiatorKey : keys.RecipientKey, nonce, message, head);

    /// <summary>Decrypts a message of the peer; null when it is none of this session's.</summary>
    public byte[]? Decrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> message, ReadOnlySpan<byte> head) =>
        SessionKeys.Decrypt(isInitiator ? keys.RecipientKey : keys.InitiatorKey, nonce, message, head) ?? Previous?.Decrypt(nonce, message, head);

    /// <summary>Wipes the keys.</summary>
    public void Wipe()
    {
        keys.Wipe();
        Previous?.Wipe();
    }
}
