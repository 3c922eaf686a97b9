namespace LogosActors.Libp2p.Multiplexing;

/// <summary>What a session learned from the bytes it read.</summary>
internal enum MuxSignalKind
{
    /// <summary>The source is used up.</summary>
    None,

    /// <summary>The peer opened a stream. The caller accepts or resets it.</summary>
    Opened,

    /// <summary>Bytes for a stream. The caller reports them with <see cref="IMultiplexer.Consumed"/> once they are read.</summary>
    Data,

    /// <summary>The peer will send no more on a stream.</summary>
    Finished,

    /// <summary>A stream is gone in both directions, by the peer's reset or because it broke a bound.</summary>
    Reset,

    /// <summary>A stream that had to wait may send again.</summary>
    Writable,

    /// <summary>A stream may be opened after <see cref="IMultiplexer.Open"/> had refused.</summary>
    Openable,

    /// <summary>The peer takes no new streams.</summary>
    GoneAway,

    /// <summary>The connection is over: see <see cref="IMultiplexer.Failure"/>.</summary>
    Failed,
}

/// <summary>One thing that a session learned; <see cref="Payload"/> is a part of the source that was read, not a copy.</summary>
internal readonly ref struct MuxSignal(MuxSignalKind kind, MuxStream? stream = null, ReadOnlySpan<byte> payload = default)
{
    public MuxSignalKind Kind { get; } = kind;
    public MuxStream? Stream { get; } = stream;
    public ReadOnlySpan<byte> Payload { get; } = payload;
}

/// <summary>A frame that may be sent: the header was written, and exactly this much payload must follow it.</summary>
/// <param name="HeaderLength">Bytes of header. Zero: nothing may be sent now.</param>
/// <param name="PayloadLength">Bytes of payload that the frame announces.</param>
/// <param name="IsFinished">Whether the frame, or one written before, ends the stream's sending side.</param>
internal readonly record struct MuxFrame(int HeaderLength, int PayloadLength, bool IsFinished);
