using System.Diagnostics;
using LogosActors.Interop.Tests.Peers;

namespace LogosActors.LoadTests.Js;

/// <summary>What js-libp2p does in the same run; where it is not installed, the middle of what was published.</summary>
internal static class JsLoad
{
    const int Rounds = 4;
    const int Writes = 1000;
    const int Connections = 50;
    const int MessageSize = 1024, WarmUpMessages = 2000, Messages = 6000;

    /// <summary>Megabytes per second of one stream over Noise and Yamux.</summary>
    public static Task<Peer> StreamAsync() => MeasureAsync(
        "170–277", 223, speaksGossipsub: false, pair => BestAsync(async () => await pair.StreamAsync(Writes) / 1e6));

    /// <summary>Connections per second, dialed, upgraded and closed, one after the other.</summary>
    public static Task<Peer> ConnectAsync() => MeasureAsync(
        "75–104", 90, speaksGossipsub: false, pair => BestAsync(() => pair.ConnectAsync(Connections)));

    /// <summary>Messages of 1 KiB per second, from one process to the other.</summary>
    public static Task<Peer> GossipAsync() => MeasureAsync("2.6–9.3 k", 5950, speaksGossipsub: true, async pair =>
    {
        await pair.MeshAsync();
        await pair.PublishAsync(WarmUpMessages, MessageSize, before: 0);
        var started = Stopwatch.GetTimestamp();
        await pair.PublishAsync(Messages, MessageSize, WarmUpMessages);
        return Messages / Stopwatch.GetElapsedTime(started).TotalSeconds;
    });

    static async Task<Peer> MeasureAsync(string published, double middle, bool speaksGossipsub, Func<JsPair, Task<double>> measure)
    {
        JsPair pair;
        try
        {
            pair = await JsPair.StartAsync(speaksGossipsub);
        }
        catch (PeerException)
        {
            return new Peer($"js, not installed: published {published}", middle);
        }
        await using (pair)
            return new Peer($"js-libp2p 2.8.11 (published {published})", await measure(pair));
    }

    static async Task<double> BestAsync(Func<Task<double>> measure)
    {
        var best = 0.0;
        for (var round = 0; round < Rounds; round++)
            best = Math.Max(best, await measure());
        return best;
    }
}
