using System.Runtime.InteropServices;

namespace LogosActors.Libp2p.Cryptography;

/// <summary>The calls into OpenSSL 3, which .NET's own cryptography on Linux stands on too.</summary>
/// <remarks>
/// The library is named with its version, so that it is found where only the runtime package is installed. No call here is
/// deprecated in OpenSSL 3. Pointers that OpenSSL would write are passed as spans; a length always goes with them.
/// </remarks>
internal static unsafe partial class LibCrypto
{
    /// <summary>The key types by OpenSSL's numbers (openssl/obj_mac.h).</summary>
    public const int X25519 = 1034, Ed25519 = 1087;

    const string Library = "libcrypto.so.3";

    [LibraryImport(Library)]
    public static partial EvpKey EVP_PKEY_new_raw_private_key(int type, nint engine, ReadOnlySpan<byte> key, nuint length);

    [LibraryImport(Library)]
    public static partial EvpKey EVP_PKEY_new_raw_public_key(int type, nint engine, ReadOnlySpan<byte> key, nuint length);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_get_raw_public_key(EvpKey key, Span<byte> destination, ref nuint length);

    [LibraryImport(Library)]
    public static partial void EVP_PKEY_free(nint key);

    [LibraryImport(Library)]
    public static partial EvpKeyContext EVP_PKEY_CTX_new_from_pkey(nint library, EvpKey key, nint properties);

    [LibraryImport(Library)]
    public static partial void EVP_PKEY_CTX_free(nint context);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_derive_init(EvpKeyContext context);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_derive_set_peer(EvpKeyContext context, EvpKey peer);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_derive(EvpKeyContext context, Span<byte> secret, ref nuint length);

    [LibraryImport(Library)]
    public static partial EvpKey d2i_PUBKEY(nint reuse, byte** der, CLong length);

    [LibraryImport(Library)]
    public static partial int i2d_PUBKEY(EvpKey key, byte** der);

    [LibraryImport(Library)]
    public static partial EvpKey d2i_AutoPrivateKey(nint reuse, byte** der, CLong length);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_is_a(EvpKey key, ReadOnlySpan<byte> nameWithZero);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_get_bits(EvpKey key);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_get_group_name(EvpKey key, Span<byte> nameWithZero, nuint size, out nuint length);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_get_octet_string_param(
        EvpKey key, ReadOnlySpan<byte> nameWithZero, Span<byte> destination, nuint size, out nuint length);

    [LibraryImport(Library)]
    public static partial EvpDigestContext EVP_MD_CTX_new();

    [LibraryImport(Library)]
    public static partial void EVP_MD_CTX_free(nint context);

    [LibraryImport(Library)]
    public static partial int EVP_DigestSignInit_ex(
        EvpDigestContext context, nint keyContext, ReadOnlySpan<byte> digestWithZero, nint library, nint properties, EvpKey key, nint parameters);

    [LibraryImport(Library)]
    public static partial int EVP_DigestSign(
        EvpDigestContext context, Span<byte> signature, ref nuint signatureLength, ReadOnlySpan<byte> message, nuint messageLength);

    [LibraryImport(Library)]
    public static partial int EVP_DigestVerifyInit_ex(
        EvpDigestContext context, nint keyContext, ReadOnlySpan<byte> digestWithZero, nint library, nint properties, EvpKey key, nint parameters);

    [LibraryImport(Library)]
    public static partial int EVP_DigestVerify(
        EvpDigestContext context, ReadOnlySpan<byte> signature, nuint signatureLength, ReadOnlySpan<byte> message, nuint messageLength);

    [LibraryImport(Library)]
    public static partial nint EVP_MD_fetch(nint library, ReadOnlySpan<byte> nameWithZero, nint properties);

    [LibraryImport(Library)]
    public static partial int EVP_DigestInit_ex2(EvpDigestContext context, nint digest, nint parameters);

    [LibraryImport(Library)]
    public static partial int EVP_DigestUpdate(EvpDigestContext context, ReadOnlySpan<byte> bytes, nuint length);

    [LibraryImport(Library)]
    public static partial int EVP_DigestFinal_ex(EvpDigestContext context, Span<byte> hash, nint length);

    [LibraryImport(Library)]
    public static partial void ERR_clear_error();
}
