namespace LogosActors.LoadTests.Libp2p;

/// <summary>Connections: how close streams come to the cipher and handshakes to the curves, and what an idle connection costs.</summary>
internal static class Libp2pArea
{
    public static IEnumerable<Row> Rows()
    {
        var stream = new StreamRow();
        var connect = new ConnectRow();
        return
        [
            stream,
            new StreamBesideBothCiphersRow(),
            new FourStreamsRow(),
            new BesideJsRow("one stream", () => stream.Rate, "MB/s", Js.Stream, 4),
            new HandshakeRow(),
            connect,
            new BesideJsRow("connections", () => connect.Rate, "conn/s", Js.Connect, 6),
            new IdleConnectionRow(),
        ];
    }
}

/// <summary>What js-libp2p 2 does on this class of machine, as given by the issue.</summary>
internal static class Js
{
    /// <summary>Megabytes per second of one stream over Noise and Yamux: 170–277, the middle.</summary>
    public static readonly Peer Stream = new("js-libp2p (published 170–277)", 223);

    /// <summary>Connections per second, dialed and upgraded: 75–104, the middle.</summary>
    public static readonly Peer Connect = new("js-libp2p (published 75–104)", 90);
}
