using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Hosting;

namespace LogosActors.Libp2p;

/// <summary>Serves one stream that a peer has opened.</summary>
/// <remarks>
/// The stream is the handler's until it returns; this side is then finished, and the stream is let go. A handler that throws resets
/// its stream and nothing else. Runs on the thread pool, many at once.
/// </remarks>
/// <param name="stream">The stream; <see cref="LibP2pStream.Protocol"/> and <see cref="LibP2pStream.RemotePeer"/> say whose it is.</param>
/// <param name="cancellation">Cancelled when the connection has ended or the host stops.</param>
public delegate Task StreamHandler(LibP2pStream stream, CancellationToken cancellation);

/// <summary>How the streams of one protocol are served.</summary>
public sealed record StreamHandlerOptions
{
    /// <summary>How many streams of the protocol one peer may have open to this host; more are reset.</summary>
    /// <value>Default 32 (js-libp2p <c>maxInboundStreams</c>). Range 1 – 100,000.</value>
    public int MaxInboundStreams { get; init => field = OptionRange.Check(value, 1, 100_000); } = 32;
}
