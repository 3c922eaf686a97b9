using LogosActors.Libp2p.Encoding;

namespace LogosActors.Delivery.StoreSync;

/// <summary>A message as it is on a stream.</summary>
internal static class MessageFrame
{
    /// <summary>A message behind its length.</summary>
    public static byte[] Of(ReadOnlySpan<byte> message)
    {
        var frame = new byte[Varint.Length((ulong)message.Length) + message.Length];
        message.CopyTo(frame.AsSpan(Varint.Write(frame, (ulong)message.Length)));
        return frame;
    }
}
