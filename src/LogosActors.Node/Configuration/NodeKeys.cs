using LogosActors.Delivery;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Node.Configuration;

/// <summary>Reads and makes key files.</summary>
internal static class NodeKeys
{
    /// <summary>Reads a key file.</summary>
    /// <exception cref="NodeStartException">The file cannot be read, or holds no key.</exception>
    public static PrivateKey Load(string path)
    {
        try
        {
            return NodeKeyFile.Read(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new NodeStartException(NodeStartFailure.KeyFile, $"There is no key file '{path}'. `logos id new {path}` makes one.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException) // the latter: an empty path, or NUL in it
        {
            throw new NodeStartException(NodeStartFailure.KeyFile, $"The key file '{path}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Makes a key and keeps it in a new file that only its owner can read.</summary>
    /// <exception cref="NodeStartException">The file is there already, or cannot be written.</exception>
    public static PrivateKey Create(string path)
    {
        var key = PrivateKey.Generate(KeyType.Secp256k1);
        try
        {
            NodeKeyFile.Write(path, key);
            return key;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException) // the latter: an empty path, or NUL in it
        {
            key.Dispose();
            var reason = File.Exists(path) ? $"'{path}' is there already; a key is never overwritten." : $"The key file '{path}' cannot be written: {e.Message}";
            throw new NodeStartException(NodeStartFailure.KeyFile, reason, e);
        }
    }
}
