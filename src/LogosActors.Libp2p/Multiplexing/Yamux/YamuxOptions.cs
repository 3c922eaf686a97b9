namespace LogosActors.Libp2p.Multiplexing.Yamux;

/// <summary>The bounds of one Yamux connection.</summary>
internal sealed record YamuxOptions
{
    /// <summary>Every stream's window when it opens.</summary>
    /// <value>256 KiB (Yamux §Flow Control); not a choice.</value>
    public const int InitialWindow = 256 * 1024;

    /// <summary>How far the receive window of one stream may grow.</summary>
    /// <value>Default 16 MiB (go-yamux). Range 256 KiB – 1 GiB.</value>
    public int MaxWindow { get; init; } = 16 * 1024 * 1024;

    /// <summary>How many unread bytes all streams of the connection may hold, and how far their windows grow in sum.</summary>
    /// <value>Default 64 MiB. Range: at least <see cref="MaxWindow"/>.</value>
    public long MaxConnectionWindow { get; init; } = 64 * 1024 * 1024;

    /// <summary>Payload of the largest data frame that is sent.</summary>
    /// <value>Default 64 KiB (js-libp2p). Range 1 KiB – 1 MiB.</value>
    public int MaxFramePayload { get; init; } = 64 * 1024;

    /// <summary>How many streams each side may have open.</summary>
    /// <value>Default 1000 (js-libp2p). Range 1 – 100,000.</value>
    public int MaxStreams { get; init; } = 1000;

    /// <summary>How many streams that this side opened may wait for the other side's acknowledgement.</summary>
    /// <remarks>The other side is held to <see cref="MaxStreams"/> only: js-libp2p keeps to no backlog.</remarks>
    /// <value>Default 256 (Yamux §ACK backlog). Range 1 – <see cref="MaxStreams"/>.</value>
    public int AcceptBacklog { get; init; } = 256;

    /// <summary>How often the peer is pinged, to see that it lives and to measure the round trip.</summary>
    /// <value>Default 30 s (go-yamux). Range 1 s – 1 h.</value>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an answer to a ping may take.</summary>
    /// <value>Default 30 s. Range 1 s – 1 h.</value>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many pings the peer may send at once; one more each 100 ms.</summary>
    /// <value>Default 32. Range 1 – 1024.</value>
    public int PingBurst { get; init; } = 32;
}
