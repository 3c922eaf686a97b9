namespace LogosActors.Libp2p.Connections;

/// <summary>Why a connection was not made, or has ended.</summary>
public enum ConnectionFailure
{
    /// <summary>This side closed it.</summary>
    Closed,

    /// <summary>The peer closed it, or the network broke it.</summary>
    Lost,

    /// <summary>The peer could not be reached.</summary>
    Unreachable,

    /// <summary>The peer broke the protocol of the transport.</summary>
    TransportFailed,

    /// <summary>The upgrade took longer than it may.</summary>
    TimedOut,

    /// <summary>No protocol for security or multiplexing was agreed on.</summary>
    NegotiationFailed,

    /// <summary>The peer is not who it should be, or its bytes are not what it encrypted.</summary>
    SecurityFailed,

    /// <summary>The peer broke the protocol of its streams.</summary>
    MultiplexingFailed,

    /// <summary>There is no connection to the peer.</summary>
    NotConnected,

    /// <summary>No address of the peer is known that can be dialed.</summary>
    NoAddress,

    /// <summary>This host does not want the peer or the address.</summary>
    Refused,

    /// <summary>A limit of this host's has no room for it.</summary>
    LimitReached,

    /// <summary>The peer broke the protocol that a stream is for.</summary>
    ProtocolViolated,
}

/// <summary>A connection was not made, or has ended.</summary>
/// <param name="failure">Why.</param>
/// <param name="message">Why, in words.</param>
/// <param name="inner">What caused it.</param>
public sealed class ConnectionException(ConnectionFailure failure, string message, Exception? inner = null) : IOException(message, inner)
{
    /// <summary>Why.</summary>
    public ConnectionFailure Failure { get; } = failure;
}

/// <summary>A stream was reset, by the peer or by this side; its connection goes on.</summary>
public sealed class StreamResetException() : IOException("The stream was reset.");
