namespace LogosActors.Libp2p.Identity;

/// <summary>The kinds of identity keys, by their numbers on the wire (libp2p specs, peer-ids §Keys).</summary>
public enum KeyType
{
    /// <summary>RSA of 2048 – 8192 bits, RSASSA-PKCS1-v1_5 with SHA-256. Others' signatures are verified; none is made.</summary>
    Rsa = 0,

    /// <summary>Ed25519 (RFC 8032 §5.1): the default of libp2p.</summary>
    Ed25519 = 1,

    /// <summary>ECDSA on secp256k1 with SHA-256, low S only: the default of Waku nodes.</summary>
    Secp256k1 = 2,

    /// <summary>ECDSA on P-256, P-384 or P-521 with SHA-256. Others' signatures are verified; none is made.</summary>
    Ecdsa = 3,
}
