using LogosActors.Libp2p.Multiplexing.Mplex;
using LogosActors.Libp2p.Multiplexing.Yamux;

namespace LogosActors.Libp2p.Connections;

/// <summary>How connections are made and bounded.</summary>
internal sealed record ConnectionOptions
{
    /// <summary>The muxers that are offered, the best first.</summary>
    /// <value>Default Yamux, then mplex (js-libp2p's order).</value>
    public IReadOnlyList<string> Muxers { get; init; } = [YamuxProtocol, MplexProtocol];

    /// <summary>Whether the muxer is settled inside the Noise handshake when we dial, which saves a round trip (libp2p connections §Inlining).</summary>
    /// <value>Default true.</value>
    public bool OfferMuxersEarly { get; init; } = true;

    /// <summary>How long security and multiplexing may take to be agreed on.</summary>
    /// <value>Default 10 s (js-libp2p <c>inboundUpgradeTimeout</c>). Range 100 ms – 5 min.</value>
    public TimeSpan UpgradeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many bytes may wait to be encrypted on one connection; writers wait beyond it.</summary>
    /// <value>Default 512 KiB: eight Noise frames, of which some are sent while the next are written. Range 64 KiB – 16 MiB.</value>
    public int SendBuffer { get; init; } = 512 * 1024;

    /// <summary>How long an mplex connection waits for the reader of a stream that is half full, before the stream is reset.</summary>
    /// <value>Default 5 s (go-mplex). Range 100 ms – 1 min.</value>
    public TimeSpan SlowReaderTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The bounds of Yamux.</summary>
    public YamuxOptions Yamux { get; init; } = new();

    /// <summary>The bounds of mplex.</summary>
    public MplexOptions Mplex { get; init; } = new();

    /// <summary>Yamux's protocol id.</summary>
    public const string YamuxProtocol = "/yamux/1.0.0";

    /// <summary>mplex's protocol id.</summary>
    public const string MplexProtocol = "/mplex/6.7.0";

    /// <summary>Noise's protocol id.</summary>
    public const string NoiseProtocol = "/noise";
}
