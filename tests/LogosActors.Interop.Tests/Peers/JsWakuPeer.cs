using System.Text.Json;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Interop.Tests.Peers;

/// <summary>A node of js-waku on 127.0.0.1, as the third party of a test.</summary>
internal sealed class JsWakuPeer : IAsyncDisposable
{
    readonly PeerProcess _process;

    JsWakuPeer(PeerProcess process, JsonElement listening)
    {
        _process = process;
        Id = PeerId.Parse(listening.GetProperty("peer").GetString()!);
        Addresses = [.. listening.GetProperty("addresses").EnumerateArray().Select(address => Multiaddr.Parse(address.GetString()!))];
    }

    public PeerId Id { get; }

    /// <summary>Where it listens.</summary>
    public IReadOnlyList<Multiaddr> Addresses { get; }

    /// <summary>Starts a relay node (peers/waku-relay-peer.mjs).</summary>
    public static Task<JsWakuPeer> StartRelayAsync(Autosharding network, string transport, string muxer, params int[] shards) =>
        StartAsync("waku-relay-peer.mjs", new { network.Cluster, network.ShardCount, Shards = shards, Transports = new[] { transport }, Muxers = new[] { muxer } });

    /// <summary>Starts a light node (peers/waku-light-peer.mjs).</summary>
    public static Task<JsWakuPeer> StartLightAsync(Autosharding network, string muxer) =>
        StartAsync("waku-light-peer.mjs", new { network.Cluster, network.ShardCount, Muxers = new[] { muxer } });

    /// <inheritdoc cref="PeerProcess.CallAsync"/>
    public Task<JsonElement> CallAsync(string command, object? fields = null) => _process.CallAsync(command, fields);

    /// <inheritdoc cref="PeerProcess.EventAsync"/>
    public Task<JsonElement> EventAsync(string name, Func<JsonElement, bool>? condition = null) => _process.EventAsync(name, condition);

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    static async Task<JsWakuPeer> StartAsync(string script, object options)
    {
        var process = PeerProcess.Start(script, JsonSerializer.Serialize(options, JsonSerializerOptions.Web));
        try
        {
            return new JsWakuPeer(process, await process.EventAsync("listening"));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }
}
