using System.Security.Cryptography;
using LogosActors.Actors;
using LogosActors.Channels.Encryption;
using LogosActors.Delivery;

namespace LogosActors.Node.Cli;

/// <summary>A file with the key of a channel: one line of 64 hexadecimal digits.</summary>
internal static class ChannelKeyFile
{
    /// <summary>The id that the one key of a file has in messages.</summary>
    const uint KeyId = 1;

    /// <summary>Reads a key file.</summary>
    /// <exception cref="NodeStartException">The file cannot be read, or holds no key.</exception>
    public static ChannelKey Read(string path)
    {
        try
        {
            if (new FileInfo(path).Length > 4 * ChannelKey.Size)
                throw NoKey(path);
            var bytes = Convert.FromHexString(File.ReadAllText(path).Trim());
            try
            {
                return bytes.Length == ChannelKey.Size ? new ChannelKey(KeyId, bytes) : throw NoKey(path);
            }
            finally
            {
                CryptographicOperations.ZeroMemory(bytes);
            }
        }
        catch (FormatException)
        {
            throw NoKey(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new NodeStartException(NodeStartFailure.KeyFile, $"There is no key file '{path}'. `logos channel key {path}` makes one.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException) // the latter: an empty path, or NUL in it
        {
            throw new NodeStartException(NodeStartFailure.KeyFile, $"The key file '{path}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Makes a key in a new file that only its owner can read.</summary>
    /// <exception cref="NodeStartException">The file is there already, or cannot be written.</exception>
    public static void Create(string path)
    {
        using var key = ChannelKey.Generate(KeyId);
        var bytes = key.Export();
        try
        {
            PrivateFiles.WriteNew(path, Convert.ToHexStringLower(bytes));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException) // the latter: an empty path, or NUL in it
        {
            var reason = File.Exists(path) ? $"'{path}' is there already; a key is never overwritten." : $"The key file '{path}' cannot be written: {e.Message}";
            throw new NodeStartException(NodeStartFailure.KeyFile, reason, e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    static NodeStartException NoKey(string path) =>
        new(NodeStartFailure.KeyFile, $"'{path}' holds no key; a key file is one line of {2 * ChannelKey.Size} hexadecimal digits, as `logos channel key` makes it.");
}
