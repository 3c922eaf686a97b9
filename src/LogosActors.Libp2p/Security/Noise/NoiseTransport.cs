using System.Buffers.Binary;

namespace LogosActors.Libp2p.Security.Noise;

/// <summary>Both directions of a Noise channel after its handshake, with the frames that carry them (libp2p noise §Wire Format).</summary>
/// <remarks>Each direction may have its own thread. Nothing is allocated per message.</remarks>
internal sealed class NoiseTransport(CipherState sending, CipherState receiving) : IDisposable
{
    /// <summary>Bytes of a frame's length, big-endian.</summary>
    public const int PrefixSize = 2;

    /// <summary>The most plaintext in one frame: 65,519 bytes.</summary>
    public const int MaxPlaintext = NoiseHandshake.MaxMessage - CipherState.TagSize;

    /// <summary>The most bytes of a frame, its length included.</summary>
    public const int MaxFrame = PrefixSize + NoiseHandshake.MaxMessage;

    /// <summary>Bytes that a frame has beside its plaintext.</summary>
    public const int Overhead = PrefixSize + CipherState.TagSize;

    /// <summary>Writes one frame.</summary>
    /// <param name="plaintext">At most <see cref="MaxPlaintext"/> bytes.</param>
    /// <param name="destination"><see cref="Overhead"/> bytes more. The same memory only where the plaintext lies behind the prefix.</param>
    /// <returns>False when the nonces are exhausted.</returns>
    public bool TryEncrypt(ReadOnlySpan<byte> plaintext, Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination, checked((ushort)(plaintext.Length + CipherState.TagSize)));
        return sending.TryEncrypt(plaintext, destination.Slice(PrefixSize, plaintext.Length + CipherState.TagSize));
    }

    /// <summary>Finds the frame at the start of <paramref name="source"/>.</summary>
    /// <returns>Whether all of it is there; its message follows the prefix.</returns>
    public static bool TryFrame(ReadOnlySpan<byte> source, out int messageLength)
    {
        messageLength = source.Length < PrefixSize ? 0 : BinaryPrimitives.ReadUInt16BigEndian(source);
        return source.Length >= PrefixSize && source.Length - PrefixSize >= messageLength;
    }

    /// <summary>Decrypts one message.</summary>
    /// <param name="message">The frame without its prefix.</param>
    /// <param name="destination">Room for the message without its tag; may be the same memory.</param>
    /// <param name="length">Bytes of plaintext.</param>
    /// <param name="error">Why it is not the peer's next message.</param>
    public bool TryDecrypt(ReadOnlySpan<byte> message, Span<byte> destination, out int length, out NoiseError error)
    {
        length = Math.Max(0, message.Length - CipherState.TagSize);
        return receiving.TryDecrypt(message, destination, out error);
    }

    /// <summary>Wipes the keys.</summary>
    public void Dispose()
    {
        sending.Dispose();
        receiving.Dispose();
    }
}
