using System.Runtime.InteropServices;

namespace LogosActors.Libp2p.Cryptography;

/// <summary>One operation under way with a key (EVP_PKEY_CTX); for one thread.</summary>
internal sealed class EvpKeyContext() : SafeHandle(invalidHandleValue: 0, ownsHandle: true)
{
    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        LibCrypto.EVP_PKEY_CTX_free(handle);
        return true;
    }
}
