namespace LogosActors.Libp2p.Dialing;

/// <summary>Who has named an address.</summary>
internal enum AddressOrigin
{
    /// <summary>The application: it may be of a private network.</summary>
    Application,

    /// <summary>A peer, or somebody's DNS records: it leads a host that stays out of private networks to public addresses only.</summary>
    Stranger,
}
