using System.Diagnostics;
using System.Text.Json;
using LogosActors.Interop.Tests.Peers;

namespace LogosActors.LoadTests.Js;

/// <summary>What js-waku's relay does in the same run, in two processes; where it is not installed, the middle of what was published.</summary>
internal static class JsWakuLoad
{
    const string Published = "2.6–9.3 k", ContentTopic = "/load/1/burst/proto";
    const double Middle = 5950;
    const int Size = 1024, WarmUp = 2000, Messages = 6000;

    static readonly string Options = JsonSerializer.Serialize(new { isQuiet = true });

    /// <summary>Messages of 1 KiB per second, from one process to the other.</summary>
    public static async Task<Peer> RelayAsync()
    {
        try
        {
            await using var here = PeerProcess.Start("waku-relay-peer.mjs", Options);
            await using var there = PeerProcess.Start("waku-relay-peer.mjs", Options);
            await here.EventAsync("listening");
            var address = (await there.EventAsync("listening")).GetProperty("addresses")[0].GetString();
            await here.CallAsync("dial", new { address });
            while (await MeshSizeAsync(here) == 0 || await MeshSizeAsync(there) == 0)
                await Task.Delay(50);
            await PublishAsync(here, there, WarmUp, before: 0);
            var started = Stopwatch.GetTimestamp();
            await PublishAsync(here, there, Messages, WarmUp);
            return new Peer($"js-waku's relay (published {Published})", Messages / Stopwatch.GetElapsedTime(started).TotalSeconds);
        }
        catch (PeerException)
        {
            return new Peer($"js, not installed: published {Published}", Middle);
        }
    }

    static async Task PublishAsync(PeerProcess here, PeerProcess there, int count, int before)
    {
        var received = there.CallAsync("receive", new { count = before + count });
        await here.CallAsync("burst", new { contentTopic = ContentTopic, count, size = Size });
        await received;
    }

    static async Task<int> MeshSizeAsync(PeerProcess peer) =>
        (await peer.CallAsync("mesh", new { shard = 0 })).GetProperty("mesh").GetArrayLength();
}
