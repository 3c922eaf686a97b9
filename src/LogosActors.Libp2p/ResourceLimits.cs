using System.Runtime.CompilerServices;
using LogosActors.Configuration;
using LogosActors.Libp2p.Hosting;

namespace LogosActors.Libp2p;

/// <summary>How much of the machine peers may take. Immutable; checked when set.</summary>
public sealed record ResourceLimits
{
    /// <summary>The highest limit of connections: as good as none.</summary>
    public const int MostConnections = 1_000_000;

    /// <summary>How many connections there are in all; for one more, the least useful makes room.</summary>
    /// <value>Default 300 (js-libp2p <c>maxConnections</c>). Range 1 – 1,000,000.</value>
    public int MaxConnections { get; init => field = OptionRange.Check(value, 1, MostConnections); } = 300;

    /// <summary>How many connections come from one IP address, or one /64 of IPv6; the loopback is not counted.</summary>
    /// <value>Default 16. Range 1 – 1,000,000.</value>
    public int MaxConnectionsPerAddress { get; init => field = OptionRange.Check(value, 1, MostConnections); } = 16;

    /// <summary>How many connections that were accepted may be in their handshakes; for one more, the oldest of the address that has most
    /// makes room.</summary>
    /// <value>Default 128. Range 1 – 100,000.</value>
    public int MaxPendingInbound { get; init => field = OptionRange.Check(value, 1, 100_000); } = 128;

    /// <summary>How many of these come from one IP address, or one /64 of IPv6, for one more, its oldest makes room; the loopback is not
    /// counted.</summary>
    /// <value>Default 10 (js-libp2p <c>maxIncomingPendingConnections</c>, there in all). Range 1 – 100,000.</value>
    public int MaxPendingInboundPerAddress { get; init => field = OptionRange.Check(value, 1, 100_000); } = 10;

    /// <summary>How many connections per second are accepted from one IP address, or one /64 of IPv6, in the long run; twice as many
    /// at once. The loopback is not counted.</summary>
    /// <value>Default 5 per second (js-libp2p <c>inboundConnectionThreshold</c>). Range 0.01 – 10,000.</value>
    public double InboundRatePerAddress { get; init => field = OptionRange.Check(value, 0.01, 10_000); } = 5;

    /// <summary>How many streams one peer may have open to this host; more are reset.</summary>
    /// <value>Default 256. Range 1 – 100,000.</value>
    public int MaxInboundStreams { get; init => field = OptionRange.Check(value, 1, 100_000); } = 256;

    /// <summary>How many streams all peers may have open to this host; beyond it those of peers with more than an equal share are reset.</summary>
    /// <value>Default 8192. Range 16 – 10,000,000.</value>
    public int MaxInboundStreamsOfAll { get; init => field = OptionRange.Check(value, 16, 10_000_000); } = 8192;

    /// <summary>How many unread bytes of one peer this host holds, over all streams.</summary>
    /// <value>Default 16 MiB. Range 1 MiB – 2 GiB.</value>
    public DataSize MaxUnreadPerConnection
    {
        get;
        init => field = OptionRange.Check(value, DataSize.FromMebibytes(1), DataSize.FromMebibytes(2048));
    } = DataSize.FromMebibytes(16);

    /// <summary>How many unread and unsent bytes this host holds over all peers. Where three quarters are held, the connection of the lowest score
    /// that holds most of them is closed, unless its peer is kept; what comes beyond the limit resets its stream.</summary>
    /// <value>Default 64 MiB. Range 1 MiB – 1 TiB.</value>
    public DataSize MaxUnread
    {
        get;
        init => field = OptionRange.Check(value, DataSize.FromMebibytes(1), DataSize.FromMebibytes(1024 * 1024));
    } = DataSize.FromMebibytes(64);

    /// <summary>How many bytes per second are read of all peers, in the long run; as many at once. More waits at the peers.</summary>
    /// <value>Default null: no limit. Range 64 KiB – 1 TiB.</value>
    public DataSize? MaxReadRate { get; init => field = CheckRate(value); }

    /// <summary>How many bytes per second are read of one peer, in the long run; as many at once. More waits at the peer.</summary>
    /// <remarks>Keep-alives wait behind what the peer has sent: its windows should take less than half a minute at this rate.</remarks>
    /// <value>Default null: no limit. Range 64 KiB – 1 TiB.</value>
    public DataSize? MaxReadRatePerPeer { get; init => field = CheckRate(value); }

    /// <summary>How many bytes per second are read of the streams of a protocol, over all peers, in the long run; as many at once. More
    /// waits at the peers, and holds up no other protocol.</summary>
    /// <value>Default none: no limit. Range of each 64 KiB – 1 TiB.</value>
    public IReadOnlyDictionary<string, DataSize> MaxReadRatePerProtocol
    {
        get;
        init => field = value.ToDictionary(entry => entry.Key, entry => CheckRate(entry.Value)!.Value, StringComparer.Ordinal);
    } = new Dictionary<string, DataSize>(StringComparer.Ordinal);

    static DataSize? CheckRate(DataSize? rate, [CallerMemberName] string name = "") =>
        rate is { } given ? OptionRange.Check(given, DataSize.FromKibibytes(64), DataSize.FromMebibytes(1024 * 1024), name) : null;
}
