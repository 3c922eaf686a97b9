using LogosActors.LoadTests.Js;

namespace LogosActors.LoadTests.Libp2p;

/// <summary>Connections: how close streams come to the cipher and handshakes to the curves, and what an idle connection costs.</summary>
internal static class Libp2pArea
{
    public static IEnumerable<Row> Rows()
    {
        var stream = new SharedMeasurement<(double Ours, double Ceiling)>(StreamRow.RatesAsync);
        return
        [
            new StreamRow(stream),
            new StreamBesideBothCiphersRow(),
            new FourStreamsRow(),
            new BesideJsRow("one stream", async budget => (await stream.GetAsync(budget)).Ours, "MB/s", JsLoad.StreamAsync, 4),
            new HandshakeRow(),
            new ConnectRow(),
            new BesideJsRow("connections", ConnectRow.RateAsync, "conn/s", JsLoad.ConnectAsync, 6),
            new IdleConnectionRow(),
        ];
    }
}
