namespace LogosActors.Libp2p.Gossipsub;

/// <summary>A protocol id under which gossipsub is spoken, and the version that it stands for.</summary>
public sealed record GossipsubProtocol
{
    /// <summary>The id that multistream-select negotiates.</summary>
    public string Id { get; init; } = "/meshsub/1.1.0";

    /// <summary>What a peer that speaks this id understands.</summary>
    public GossipsubVersion Version { get; init; } = GossipsubVersion.V11;
}

/// <summary>The versions of the gossipsub specification, in order.</summary>
public enum GossipsubVersion
{
    /// <summary>Gossipsub v1.0: mesh and gossip.</summary>
    V10,

    /// <summary>Gossipsub v1.1: back-off and peer exchange in PRUNE.</summary>
    V11,

    /// <summary>Gossipsub v1.2: IDONTWANT.</summary>
    V12,
}

/// <summary>Which messages carry a signature (pubsub README §Message Signing).</summary>
public enum SignaturePolicy
{
    /// <summary>Every message names its author and is signed; all others are invalid.</summary>
    StrictSign,

    /// <summary>No message names an author, a sequence number, a key or a signature; all others are invalid.</summary>
    StrictNoSign,

    /// <summary>Our own messages name no author, and nobody else's do on their way from us. What comes with an author is accepted as
    /// nim-libp2p and js-libp2p together accept it: who relays it may be either. js-libp2p accepts no sequence number, key or signature;
    /// nim-libp2p accepts them with a peer id that is one, a sequence number of 8 bytes, and a signature that is valid.</summary>
    LaxNoSign,

    /// <summary>Unsigned messages are accepted, and a signature that is present must be valid (legacy).</summary>
    Lax,
}

/// <summary>How the id of a message is made (pubsub README §Message Identification).</summary>
public enum MessageIdFunction
{
    /// <summary>The author's peer id followed by the sequence number; needs a policy under which both are present.</summary>
    AuthorAndSequence,

    /// <summary>SHA-256 of the data field.</summary>
    Sha256OfData,
}
