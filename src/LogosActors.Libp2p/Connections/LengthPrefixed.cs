using LogosActors.Libp2p.Encoding;

namespace LogosActors.Libp2p.Connections;

/// <summary>Messages on a stream, each behind its length as a varint (libp2p connections spec §Protocol Design).</summary>
internal static class LengthPrefixed
{
    /// <summary>Reads one message.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="maxLength">The most bytes that a message may have; a longer one is refused before anything is allocated for it.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The message; null without an error when the peer has finished, and with one when what came is no message.</returns>
    public static async ValueTask<(byte[]? Message, DecodeError Error)> ReadAsync(
        LibP2pStream stream, int maxLength, CancellationToken cancellation)
    {
        var prefix = new byte[Varint.MaxLength];
        ulong length;
        for (var read = 0; ;)
        {
            if (await stream.ReadAsync(prefix.AsMemory(read, 1), cancellation) == 0)
                return (null, read == 0 ? DecodeError.None : DecodeError.Truncated);
            read++;
            if (Varint.TryRead(prefix.AsSpan(0, read), out length, out _, out var error))
                break;
            if (error is not DecodeError.Truncated)
                return (null, error);
        }
        if (length > (ulong)maxLength)
            return (null, DecodeError.LimitExceeded);
        var message = new byte[(int)length];
        for (var read = 0; read < message.Length;)
        {
            var count = await stream.ReadAsync(message.AsMemory(read), cancellation);
            if (count == 0)
                return (null, DecodeError.Truncated);
            read += count;
        }
        return (message, DecodeError.None);
    }

    /// <summary>Writes one message, prefix and all, at once.</summary>
    public static ValueTask WriteAsync(LibP2pStream stream, ReadOnlySpan<byte> message, CancellationToken cancellation) =>
        stream.WriteAsync(Frame(message), cancellation);

    /// <summary>One message behind its length.</summary>
    public static byte[] Frame(ReadOnlySpan<byte> message)
    {
        var bytes = new byte[Varint.Length((ulong)message.Length) + message.Length];
        message.CopyTo(bytes.AsSpan(Varint.Write(bytes, (ulong)message.Length)));
        return bytes;
    }
}
