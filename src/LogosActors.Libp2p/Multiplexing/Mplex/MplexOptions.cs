namespace LogosActors.Libp2p.Multiplexing.Mplex;

/// <summary>The bounds of one mplex connection.</summary>
internal sealed record MplexOptions
{
    /// <summary>How many unread bytes a stream may hold; mplex cannot slow its sender, so a stream with more is reset.</summary>
    /// <value>Default 4 MiB (js-libp2p <c>maxStreamBufferSize</c>). Range 64 KiB – 1 GiB.</value>
    public int MaxStreamBuffer { get; init; } = 4 * 1024 * 1024;

    /// <summary>How many unread bytes all streams of the connection may hold; the stream that exceeds it is reset.</summary>
    /// <value>Default 64 MiB. Range: at least <see cref="MaxStreamBuffer"/>.</value>
    public long MaxConnectionBuffer { get; init; } = 64 * 1024 * 1024;

    /// <summary>Payload of the largest message that is sent.</summary>
    /// <value>Default 64 KiB. Range 1 KiB – 1 MiB (<see cref="MplexHeader.MaxLength"/>).</value>
    public int MaxFramePayload { get; init; } = 64 * 1024;

    /// <summary>How many streams each side may have open.</summary>
    /// <value>Default 1024 (js-libp2p <c>maxInboundStreams</c>). Range 1 – 100,000.</value>
    public int MaxStreams { get; init; } = 1024;
}
