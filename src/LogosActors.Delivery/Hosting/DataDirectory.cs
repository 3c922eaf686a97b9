using LogosActors.Actors;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Hosting;

/// <summary>The directory in which a node keeps its key and its journal; one node at a time has it.</summary>
internal sealed class DataDirectory : IDisposable
{
    readonly string _path;
    readonly FileStream _lock;

    DataDirectory(string path, FileStream file) => (_path, _lock) = (path, file);

    /// <summary>The file of the node's key.</summary>
    public string Key => Path.Combine(_path, "node.key");

    /// <summary>The file of the journal and the snapshots.</summary>
    public string Journal => Path.Combine(_path, "journal.db");

    /// <summary>Makes the directory, if it is not there, and takes it.</summary>
    /// <exception cref="NodeStartException">It cannot be used, or another node has it.</exception>
    public static DataDirectory Open(string path)
    {
        try
        {
            PrivateFiles.CreateDirectory(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException) // the latter: an empty path, or NUL in it
        {
            throw new NodeStartException(NodeStartFailure.DataDirectory, $"The data directory '{path}' cannot be made: {e.Message}", e);
        }
        var lockFile = Path.Combine(path, "node.lock");
        try
        {
            var directory = new DataDirectory(path, PrivateFiles.Open(lockFile, FileMode.OpenOrCreate));
            directory.RefuseOldJournal();
            return directory;
        }
        catch (Exception e) when (e is UnauthorizedAccessException || (e is IOException && !File.Exists(lockFile)))
        {
            throw new NodeStartException(NodeStartFailure.DataDirectory, $"The data directory '{path}' cannot be written to: {e.Message}", e);
        }
        catch (IOException e)
        {
            throw new NodeStartException(
                NodeStartFailure.DataDirectoryInUse, $"The data directory '{path}' is used by another node; stop that, or choose another directory.", e);
        }
    }

    /// <summary>Reads the node's key, or makes one and keeps it, for its owner's eyes only.</summary>
    /// <exception cref="NodeStartException">The file holds no key, or cannot be read or written.</exception>
    public PrivateKey LoadOrCreateKey()
    {
        var path = Key;
        try
        {
            if (File.Exists(path))
                return NodeKeyFile.Read(path);
            var key = PrivateKey.Generate(KeyType.Secp256k1);
            NodeKeyFile.Write(path, key);
            return key;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new NodeStartException(NodeStartFailure.DataDirectory, $"The key file '{path}' cannot be used: {e.Message}", e);
        }
    }

    public void Dispose() => _lock.Dispose();

    void RefuseOldJournal()
    {
        var old = Path.Combine(_path, "node.db");
        if (!File.Exists(old))
            return;
        Dispose();
        throw new NodeStartException(
            NodeStartFailure.DataDirectory,
            $"'{old}' is the journal of version 0.1, which this version does not read. Move it away to start with an empty one: the node keeps its key, and forgets its peers, its subscriptions and what it has not sent yet.");
    }
}
