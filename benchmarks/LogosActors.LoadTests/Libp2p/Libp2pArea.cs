using LogosActors.LoadTests.Js;

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
            new BesideJsRow("one stream", () => stream.Rate, "MB/s", JsLoad.StreamAsync, 4),
            new HandshakeRow(),
            connect,
            new BesideJsRow("connections", () => connect.Rate, "conn/s", JsLoad.ConnectAsync, 6),
            new IdleConnectionRow(),
        ];
    }
}
