namespace LogosActors.Libp2p.Multiplexing;

/// <summary>Why a multiplexed connection must end.</summary>
internal enum MuxError
{
    None,

    /// <summary>A frame of a version that does not exist.</summary>
    UnsupportedVersion,

    /// <summary>A frame of a type that does not exist, or a number that no encoder writes.</summary>
    MalformedFrame,

    /// <summary>A stream id that is zero, of the wrong parity, or in use.</summary>
    InvalidStreamId,

    /// <summary>A frame of a stream that was never opened.</summary>
    UnknownStream,

    /// <summary>More bytes than the receive window allows.</summary>
    WindowExceeded,

    /// <summary>A send window beyond 2³²−1 bytes.</summary>
    WindowOverflow,

    /// <summary>Bytes on a stream that its sender had finished.</summary>
    DataAfterFinish,

    /// <summary>A frame larger than any that may be sent.</summary>
    FrameTooLarge,

    /// <summary>More pings than keep-alives and measurements need.</summary>
    TooManyPings,

    /// <summary>More streams opened and reset than any use of them needs.</summary>
    TooManyResets,

    /// <summary>The peer causes replies faster than it takes them.</summary>
    ControlBacklogExceeded,

    /// <summary>The peer does not answer keep-alive pings.</summary>
    KeepAliveTimeout,
}
