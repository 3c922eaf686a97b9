using LogosActors.Delivery.Discovery.Records;

namespace LogosActors.Delivery.Discovery.Discv5;

/// <summary>Settings of a node of discv5. Immutable.</summary>
internal sealed record Discv5Options
{
    /// <summary>The protocol id of networks of Waku.</summary>
    /// <value>Nim reference, waku_discv5.nim; the specification's own is <c>discv5</c>.</value>
    public const string WakuProtocol = "d5waku";

    /// <summary>Which network's packets are read and written: 6 characters of ASCII.</summary>
    public string Protocol { get; init; } = WakuProtocol;

    /// <summary>The nodes that the search begins with.</summary>
    public IReadOnlyList<NodeRecord> Bootstrap { get; init; } = [];

    /// <summary>Whether nodes of private networks are accepted from senders in private networks.</summary>
    /// <value>Default false.</value>
    public bool AllowPrivateAddresses { get; init; }

    /// <summary>Whether the socket sends over IPv6.</summary>
    public bool UsesIpv6 { get; init; }

    /// <summary>How long an answer may take.</summary>
    /// <value>1 s (ChainSafe discv5 requestTimeout; discv5 wire §UDP Communication recommends 500 ms, the Nim reference waits 4 s).</value>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a handshake may take, on either side.</summary>
    /// <value>2 s (nim-eth handshakeTimeout; discv5 wire §UDP Communication recommends 1 s).</value>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The pause between two random lookups while nodes are searched for; twice as long after each that finds nothing new, up to
    /// <see cref="MaxSearchInterval"/>.</summary>
    /// <value>1 s (the Nim reference always waits 5 s, waku_discv5.nim).</value>
    public TimeSpan SearchInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause between two random lookups while nodes are searched for.</summary>
    public TimeSpan MaxSearchInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The pause between two random lookups otherwise.</summary>
    /// <value>5 min (nim-eth refreshInterval).</value>
    public TimeSpan RefreshInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The longest pause between two checks of whether a random node of the table is still there.</summary>
    /// <value>10 s (nim-eth revalidateMax).</value>
    public TimeSpan MaxCheckInterval { get; init; } = TimeSpan.FromSeconds(10);
}
