using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace LogosActors.Channels.Sds;

/// <summary>The hashes behind who asks for a message when, and who answers (SDS §Determine T_req, T_resp, response group).</summary>
/// <remarks>As js-waku has them (<c>repair/utils.ts</c>): the first 8 bytes of a SHA-256, big-endian. The specification leaves the hash open.</remarks>
internal static class RepairHash
{
    /// <summary>The hash of a text, read as UTF-8.</summary>
    public static ulong Of(string text)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), digest);
        return BinaryPrimitives.ReadUInt64BigEndian(digest);
    }

    /// <summary>How long a participant waits before it asks for a message, in ms: <paramref name="min"/> – <paramref name="max"/>.</summary>
    public static long RequestDelay(string participant, string messageId, long min, long max) =>
        min + (long)(Of(participant + messageId) % (ulong)(max - min));

    /// <summary>How long a participant waits before it answers, in ms: 0 for who has sent the message, below <paramref name="max"/> for others.</summary>
    public static long ResponseDelay(string participant, string sender, string messageId, long max) =>
        (long)((UInt128)(Of(participant) ^ Of(sender)) * Of(messageId) % (UInt128)(ulong)max);

    /// <summary>Whether a participant is one of those who answer for a message.</summary>
    public static bool IsResponder(string participant, string sender, string messageId, int groups) =>
        groups <= 1 || Of(participant + messageId) % (ulong)groups == Of(sender + messageId) % (ulong)groups;
}
