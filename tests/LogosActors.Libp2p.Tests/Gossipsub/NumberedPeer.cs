using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Tests.Gossipsub;

/// <summary>Peers that need no key: an id embeds a number.</summary>
static class NumberedPeer
{
    public static PeerId Id(int number) =>
        PeerId.TryDecode([0, 4, (byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number], out var id, out _)
            ? id
            : throw new InvalidOperationException("The bytes are a multihash.");
}
