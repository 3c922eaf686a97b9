using System.Buffers;
using System.Text;
using LogosActors.Libp2p.Cryptography;

namespace LogosActors.Channels.Segmentation;

/// <summary>What a chunk is called: the id of the SDS message that carries it.</summary>
internal static class ChunkId
{
    const int MaxDigits = 20;

    /// <summary>Computes the id of an SDS message, which is 64 hexadecimal digits as text (reliable channel §SDS: the hash of sender, timestamp and content).</summary>
    /// <param name="senderId">Who sends it.</param>
    /// <param name="timestamp">The sender's time in nanoseconds since 1970 UTC; it counts as decimal text.</param>
    /// <param name="content">What the message carries.</param>
    /// <remarks>It allocates nothing, unless the sender's id is long.</remarks>
    public static KeccakHash Compute(string senderId, long timestamp, ReadOnlySpan<byte> content)
    {
        const int OnStack = 256;
        var length = Encoding.UTF8.GetMaxByteCount(senderId.Length);
        var rented = length > OnStack ? ArrayPool<byte>.Shared.Rent(length) : null;
        var sender = rented ?? stackalloc byte[OnStack];
        Span<byte> digits = stackalloc byte[MaxDigits];
        timestamp.TryFormat(digits, out var written);
        var hash = default(Keccak256);
        hash.Append(sender[..Encoding.UTF8.GetBytes(senderId, sender)]);
        hash.Append(digits[..written]);
        hash.Append(content);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return KeccakHash.Finish(ref hash);
    }
}
