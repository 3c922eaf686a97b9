namespace LogosActors.Libp2p.Connections.WebSocket;

/// <summary>The bounds of one WebSocket connection.</summary>
internal sealed record WebSocketConnectionOptions
{
    /// <summary>The most bytes of one message from the peer, its fragments together. Nothing is held back until a message is whole.</summary>
    /// <value>Default 16 MiB: peers send a message per write, and writes are some Noise frames. Range 64 KiB – 2 GiB.</value>
    public int MaxMessage { get; init; } = 16 * 1024 * 1024;

    /// <summary>How long the peer has to answer a close before the connection is aborted.</summary>
    /// <value>Default 1 s. Range 10 ms – 1 min.</value>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(1);
}
