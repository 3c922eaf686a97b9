namespace LogosActors.Libp2p.Multiplexing;

/// <summary>Many streams over one connection, as a pure state machine (libp2p connections spec §Stream Multiplexing).</summary>
/// <remarks>
/// Not safe for concurrent use. Times are monotonic, from any origin. Payloads are never copied: reading says which bytes
/// belong to which stream, sending writes a header and says how many bytes of payload may follow it.
/// </remarks>
internal interface IMultiplexer
{
    /// <summary>Bytes that the header of any frame fits in.</summary>
    const int MaxHeaderLength = 32;

    /// <summary>Why the connection is over, or <see cref="MuxError.None"/>.</summary>
    MuxError Failure { get; }

    /// <summary>Whether <see cref="WriteControl"/> has something to write.</summary>
    bool HasControl { get; }

    /// <summary>Streams that are open.</summary>
    int StreamCount { get; }

    /// <summary>A stream that holds so much unread that the connection should not be read; null with multiplexers that have windows.</summary>
    MuxStream? Congested { get; }

    /// <summary>Takes bytes from the front of <paramref name="source"/> up to the next thing worth knowing.</summary>
    MuxSignal Read(ref ReadOnlySpan<byte> source, TimeSpan now);

    /// <summary>Opens a stream; it may be written at once.</summary>
    /// <returns>Null when a bound on streams is reached, or either side has gone away or failed.</returns>
    MuxStream? Open();

    /// <summary>Tells the peer that its stream is taken.</summary>
    void Accept(MuxStream stream);

    /// <summary>Writes the header of the next frame of a stream.</summary>
    /// <param name="stream">The stream to send on.</param>
    /// <param name="wanted">Bytes that wait to be sent; zero with <paramref name="finish"/> ends the stream.</param>
    /// <param name="finish">Whether the stream ends with these bytes.</param>
    /// <param name="destination">At least <see cref="MaxHeaderLength"/> bytes.</param>
    MuxFrame Send(MuxStream stream, int wanted, bool finish, Span<byte> destination);

    /// <summary>Gives back the room of bytes that the application has read.</summary>
    void Consumed(MuxStream stream, int bytes, TimeSpan now);

    /// <summary>Ends a stream in both directions at once.</summary>
    void Reset(MuxStream stream);

    /// <summary>Tells the peer to open no more streams.</summary>
    void GoAway();

    /// <summary>Writes as many whole frames as fit that are the session's own: replies, updates, resets.</summary>
    /// <returns>Bytes written.</returns>
    int WriteControl(Span<byte> destination, TimeSpan now);

    /// <summary>The connection has ended: what is still unread counts no more.</summary>
    void End();

    /// <summary>Does what is due.</summary>
    /// <returns>When to call again.</returns>
    TimeSpan Tick(TimeSpan now);
}
