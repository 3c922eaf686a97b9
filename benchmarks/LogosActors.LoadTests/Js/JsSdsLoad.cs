using System.Text.Json;
using LogosActors.Interop.Tests.Peers;

namespace LogosActors.LoadTests.Js;

/// <summary>What @waku/sds does in the same run; where it is not installed, what was published.</summary>
internal static class JsSdsLoad
{
    const double Published = 18;
    const int WarmUp = 10, Messages = 30;

    /// <summary>Messages between two participants per second of processor time, and bytes of each.</summary>
    /// <param name="history">How many messages each has in its log.</param>
    public static async Task<(Peer Rate, double? Bytes)> ExchangeAsync(int history)
    {
        try
        {
            await using var peer = PeerProcess.Start("sds-load.mjs", JsonSerializer.Serialize(new { history }));
            await peer.EventAsync("listening");
            await peer.CallAsync("exchange", new { count = WarmUp, size = Channels.SdsPair.Size });
            var measured = await peer.CallAsync("exchange", new { count = Messages, size = Channels.SdsPair.Size });
            return (new Peer($"@waku/sds (published {Published})", measured.GetProperty("rate").GetDouble()), measured.GetProperty("bytes").GetDouble());
        }
        catch (PeerException)
        {
            return (new Peer("@waku/sds, not installed: published", Published), null);
        }
    }
}
