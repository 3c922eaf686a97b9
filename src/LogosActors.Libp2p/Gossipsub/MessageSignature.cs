using System.Buffers.Binary;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>The author's signature of a message (pubsub README §Message Signing).</summary>
/// <remarks>Signed is <c>libp2p-pubsub:</c> and the protobuf of the message without signature and key.</remarks>
internal static class MessageSignature
{
    const int SequenceLength = 8;

    static ReadOnlySpan<byte> Prefix => "libp2p-pubsub:"u8;

    /// <summary>Makes a message for <see cref="SignaturePolicy.StrictSign"/>.</summary>
    /// <param name="key">The author's key.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="data">The data.</param>
    /// <param name="sequence">A number that the author has not used yet.</param>
    public static MessageView Sign(PrivateKey key, string topic, ReadOnlySpan<byte> data, ulong sequence)
    {
        var author = PeerId.FromPublicKey(key.PublicKey);
        var number = new byte[SequenceLength];
        BinaryPrimitives.WriteUInt64BigEndian(number, sequence);
        var message = new MessageView { From = author.Bytes, Data = data, Sequence = number, Topic = System.Text.Encoding.UTF8.GetBytes(topic) };
        return new MessageView
        {
            From = message.From,
            Data = data,
            Sequence = number,
            Topic = message.Topic,
            Signature = key.Sign(Signed(message)),
            Key = author.TryGetPublicKey(out _) ? default : key.PublicKey.Encode(),
        };
    }

    /// <summary>Whether the message is signed by the one that it names as its author.</summary>
    public static bool IsValid(in MessageView message) =>
        PeerId.TryDecode(message.From, out var author, out _)
        && TryFindKey(author, message.Key, out var key)
        && key!.Verify(Signed(message), message.Signature);

    static bool TryFindKey(PeerId author, ReadOnlySpan<byte> encoded, out PublicKey? key) =>
        encoded.IsEmpty ? author.TryGetPublicKey(out key) : PublicKey.TryDecode(encoded, out key, out _) && author.Matches(key);

    static byte[] Signed(in MessageView message)
    {
        var unsigned = new MessageView { From = message.From, Data = message.Data, Sequence = message.Sequence, Topic = message.Topic };
        return [.. Prefix, .. GossipMessage.Create(unsigned, "", default).Encoded];
    }
}
