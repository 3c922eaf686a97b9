using System.Runtime.InteropServices;

namespace LogosActors.Libp2p.Cryptography;

/// <summary>One signature or hash under way (EVP_MD_CTX); for one thread.</summary>
internal sealed class EvpDigestContext() : SafeHandle(invalidHandleValue: 0, ownsHandle: true)
{
    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        LibCrypto.EVP_MD_CTX_free(handle);
        return true;
    }
}
