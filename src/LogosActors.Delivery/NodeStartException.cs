namespace LogosActors.Delivery;

/// <summary>A node could not be made or started; the message says what to change.</summary>
public sealed class NodeStartException : Exception
{
    /// <summary>Says why.</summary>
    public NodeStartException(NodeStartFailure failure, string message, Exception? innerException = null)
        : base(message, innerException) =>
        Failure = failure;

    /// <summary>Why, for programs.</summary>
    public NodeStartFailure Failure { get; }
}

/// <summary>Why a node could not be made or started.</summary>
public enum NodeStartFailure
{
    /// <summary>The data directory cannot be used: no permission, a full disk, a newer version's data.</summary>
    DataDirectory,

    /// <summary>Another node uses the data directory.</summary>
    DataDirectoryInUse,

    /// <summary>The file of the node's key holds no key.</summary>
    KeyFile,

    /// <summary>An address to listen at is taken, not this machine's, or of no transport.</summary>
    ListenAddress,

    /// <summary>The archive's database is unreachable, not ours or of a newer version.</summary>
    Archive,

    /// <summary>Akka does not accept its configuration (<see cref="NodeOptions.Akka"/>).</summary>
    Akka,

    /// <summary>The journal's database (<see cref="NodeOptions.Journal"/>) is unreachable.</summary>
    Journal,

    /// <summary>Another process writes to the journal's database with this node's key.</summary>
    JournalInUse,
}
