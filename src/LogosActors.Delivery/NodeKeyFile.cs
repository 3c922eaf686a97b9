using System.Security.Cryptography;
using LogosActors.Actors;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery;

/// <summary>A file that holds a node's private key: one line of hexadecimal digits, of libp2p's encoding of keys (peer-ids §Keys), or the
/// 64 digits of a bare secp256k1 key, which the Nim reference's <c>--nodekey</c> takes.</summary>
public static class NodeKeyFile
{
    const int MaxLength = 1024;

    /// <summary>Reads a key.</summary>
    /// <exception cref="NodeStartException">The file holds no key.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static PrivateKey Read(string path)
    {
        if (new FileInfo(path).Length > MaxLength)
            throw new NodeStartException(NodeStartFailure.KeyFile, $"'{path}' is too long to be a key file.");
        return TryParse(File.ReadAllText(path).Trim())
            ?? throw new NodeStartException(NodeStartFailure.KeyFile, $"'{path}' holds no key; a key file is one line of hexadecimal digits.");
    }

    /// <summary>Reads a key from its hexadecimal digits, with or without <c>0x</c>; null when they are none.</summary>
    public static PrivateKey? TryParse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
            text = text[2..];
        if (text.Length is 0 or > MaxLength || text.Length % 2 != 0 || !text.All(char.IsAsciiHexDigit))
            return null;
        var bytes = Convert.FromHexString(text);
        // A bare key is one of the protobuf form, without the four bytes that say what it is.
        byte[] encoded = bytes.Length == 32 ? [0x08, (byte)KeyType.Secp256k1, 0x12, 32, .. bytes] : bytes;
        try
        {
            return PrivateKey.TryDecode(encoded, out var key, out _) ? key : null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
            CryptographicOperations.ZeroMemory(encoded);
        }
    }

    /// <summary>Writes a key to a new file, which only its owner can read.</summary>
    /// <exception cref="IOException">The file is there already, or cannot be written.</exception>
    public static void Write(string path, PrivateKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var encoded = key.Encode();
        try
        {
            PrivateFiles.WriteNew(path, Convert.ToHexStringLower(encoded));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(encoded);
        }
    }
}
