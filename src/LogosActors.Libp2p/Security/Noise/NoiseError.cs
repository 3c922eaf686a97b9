namespace LogosActors.Libp2p.Security.Noise;

/// <summary>Why a Noise channel is not, or no longer, to be trusted.</summary>
internal enum NoiseError
{
    None,

    /// <summary>A message shorter than its keys and tags.</summary>
    MessageTruncated,

    /// <summary>A message longer than 65,535 bytes, or than its receiver has room for.</summary>
    MessageTooLong,

    /// <summary>Bytes that were not encrypted by the peer for this place in the conversation: forged, replayed, reordered, another key.</summary>
    DecryptionFailed,

    /// <summary>A public key that gives no secret (RFC 7748 §6.1).</summary>
    InvalidKey,

    /// <summary>All 2⁶⁴−1 nonces of a key are used (Noise §5.1).</summary>
    NonceExhausted,

    /// <summary>A handshake payload that is not libp2p's.</summary>
    MalformedPayload,

    /// <summary>The static key is not signed by the identity that the peer claims.</summary>
    InvalidSignature,

    /// <summary>The peer is another than the one that was dialed.</summary>
    UnexpectedPeer,

    /// <summary>Both sides offer muxers within the handshake, and none is spoken by both.</summary>
    NoCommonMuxer,
}
