namespace LogosActors.Libp2p.Multiplexing;

/// <summary>One stream of a multiplexed connection, as its session knows it.</summary>
internal abstract class MuxStream(ulong id, bool isOutbound)
{
    public ulong Id { get; } = id;

    /// <summary>Whether this side opened the stream.</summary>
    public bool IsOutbound { get; } = isOutbound;

    /// <summary>Whether this side has finished sending.</summary>
    public bool IsFinished { get; protected set; }

    /// <summary>Whether the peer has finished sending.</summary>
    public bool IsRemoteFinished { get; protected set; }

    /// <summary>Whether the session has forgotten the stream: both sides finished, or one reset it.</summary>
    public bool IsClosed { get; protected set; }

    /// <summary>What the caller attaches to the stream.</summary>
    public object? Owner { get; set; }
}
