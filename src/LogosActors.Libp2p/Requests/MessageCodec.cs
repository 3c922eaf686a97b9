using System.Diagnostics.CodeAnalysis;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Hosting;

namespace LogosActors.Libp2p.Requests;

/// <summary>Reads a message from the network. Never throws on bad input.</summary>
/// <param name="source">The whole message.</param>
/// <param name="message">The message; null on an error.</param>
/// <param name="error">Why it is not one.</param>
public delegate bool MessageDecoder<T>(ReadOnlySpan<byte> source, [NotNullWhen(true)] out T? message, out DecodeError error);

/// <summary>How messages of one type are written and read.</summary>
/// <param name="Encode">Writes a message.</param>
/// <param name="TryDecode">Reads one.</param>
public sealed record MessageCodec<T>(Func<T, byte[]> Encode, MessageDecoder<T> TryDecode)
{
    /// <summary>The longest message, in bytes; more is refused before anything is allocated for it.</summary>
    /// <value>Default 64 KiB. Range 1 B – 64 MiB.</value>
    public int MaxLength { get; init => field = OptionRange.Check(value, 1, 64 * 1024 * 1024); } = 64 * 1024;
}
