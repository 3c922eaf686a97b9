using LogosActors.Libp2p.Encoding;

namespace LogosActors.Libp2p.Identity;

/// <summary>The two text forms of a peer id (libp2p specs, peer-ids §String representation): base58btc, and CIDv1.</summary>
internal static class PeerIdText
{
    // multiformats/cid: version 1; multiformats/multicodec: libp2p-key. Each takes one byte as a varint.
    const byte CidVersion = 0x01, Libp2pKey = 0x72;

    /// <summary>The CIDv1 of a multihash, in base32.</summary>
    public static string ToCid(ReadOnlySpan<byte> multihash) => Multibase.ToBase32([CidVersion, Libp2pKey, .. multihash]);

    /// <summary>Takes the multihash out of either form, without looking at it.</summary>
    /// <remarks>The first characters tell the forms apart: base58btc of the two multihashes begins with <c>1</c> or <c>Qm</c>.</remarks>
    public static bool TryRead(ReadOnlySpan<char> text, out ReadOnlySpan<byte> multihash, out DecodeError error)
    {
        multihash = default;
        if (text is ['1', ..] or ['Q', 'm', ..])
        {
            var plain = Multibase.TryDecodeBase58(text, out var bytes, out error);
            multihash = bytes;
            return plain;
        }
        if (!Multibase.TryDecode(text, out var cid, out error))
            return false;
        if (cid is [CidVersion, Libp2pKey, ..])
        {
            multihash = cid.AsSpan(2);
            return true;
        }
        error = DecodeError.Unsupported;
        return false;
    }
}
