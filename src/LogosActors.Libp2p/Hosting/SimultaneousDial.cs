using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Hosting;

/// <summary>Which of two connections to one peer is kept, so that both sides keep the same one.</summary>
internal static class SimultaneousDial
{
    /// <summary>How old a connection can be when one of a simultaneous dial comes after it.</summary>
    /// <value>20 s: twice the default time for an upgrade. A connection that is older and that the peer still dials past is dead on its side.</value>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(20);

    /// <summary>Whether the newer connection takes the older one's place.</summary>
    /// <remarks>
    /// A peer does not dial while it knows of a connection. Two dialed by the same side: the older one is dead to it. One dialed by
    /// each side: they crossed, and that of the smaller peer id stays.
    /// </remarks>
    public static bool Replaces(PeerId self, PeerId peer, bool olderIsDialed, bool newerIsDialed, TimeSpan olderAge) =>
        olderIsDialed == newerIsDialed || olderAge > Window || newerIsDialed == self < peer;
}
