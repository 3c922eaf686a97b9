using System.Text.Json;
using LogosActors.Interop.Tests.Peers;

namespace LogosActors.LoadTests.Js;

/// <summary>Two js-libp2p nodes, each in a process of its own (peers/load.mjs).</summary>
internal sealed class JsPair : IAsyncDisposable
{
    readonly PeerProcess _here;
    readonly PeerProcess _there;
    string _address = "";

    JsPair(PeerProcess here, PeerProcess there) => (_here, _there) = (here, there);

    /// <exception cref="PeerException">Node.js or the npm packages are not installed.</exception>
    public static async Task<JsPair> StartAsync(bool speaksGossipsub)
    {
        var options = JsonSerializer.Serialize(new { gossipsub = speaksGossipsub });
        var here = PeerProcess.Start("load.mjs", options);
        var pair = new JsPair(here, PeerProcess.Start("load.mjs", options));
        try
        {
            await here.EventAsync("listening");
            pair._address = (await pair._there.EventAsync("listening")).GetProperty("address").GetString()!;
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    /// <summary>Bytes per second of one stream, in writes of 64 KiB.</summary>
    public async Task<double> StreamAsync(int writes) => Rate(await _here.CallAsync("stream", new { address = _address, writes }));

    /// <summary>Connections per second, dialed, upgraded and closed, one after the other.</summary>
    public async Task<double> ConnectAsync(int connections) => Rate(await _here.CallAsync("connect", new { address = _address, connections }));

    /// <summary>Connects both for gossip.</summary>
    public async Task MeshAsync()
    {
        await _here.CallAsync("subscribe");
        await _there.CallAsync("subscribe");
        await _here.CallAsync("dial", new { address = _address });
        while (await MeshSizeAsync(_here) == 0 || await MeshSizeAsync(_there) == 0)
            await Task.Delay(50);
    }

    /// <summary>Publishes at one and waits for all of it at the other.</summary>
    /// <param name="count">How many messages.</param>
    /// <param name="size">Bytes of each.</param>
    /// <param name="before">How many had been published before.</param>
    public Task PublishAsync(int count, int size, int before) => Task.WhenAll(
        _there.CallAsync("receive", new { count = before + count }),
        _here.CallAsync("publish", new { count, size }));

    public async ValueTask DisposeAsync()
    {
        await _here.DisposeAsync();
        await _there.DisposeAsync();
    }

    static double Rate(JsonElement answer) => answer.GetProperty("rate").GetDouble();

    static async Task<int> MeshSizeAsync(PeerProcess peer) => (await peer.CallAsync("mesh")).GetProperty("mesh").GetInt32();
}
