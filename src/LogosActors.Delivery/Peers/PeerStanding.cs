namespace LogosActors.Delivery.Peers;

/// <summary>What peers earn and lose, in the host's scores: the highest are dialed first, the lowest forgotten first.</summary>
/// <remarks>Ours: the references keep no score beyond gossipsub's own.</remarks>
internal static class PeerStanding
{
    /// <summary>For a dial that failed, and for a peer that hung up at once.</summary>
    public const double Unreachable = -1;

    /// <summary>For a connection that lived.</summary>
    public const double Lived = 2;

    /// <summary>For a request that was served.</summary>
    public const double Served = 1;

    /// <summary>For a request that was not, though the peer says that it serves such.</summary>
    public const double NotServed = -2;

    /// <summary>No peer earns or loses more in all: a good peer that turns bad is found out soon, and a bad one is given a chance.</summary>
    public const double Most = 20;

    public static double Add(double score, double change) => Math.Clamp(score + change, -Most, Most);
}
