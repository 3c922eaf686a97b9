using System.Text.Json;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Interop.Tests.Peers;

/// <summary>A js-libp2p node on 127.0.0.1 (peers/libp2p-peer.mjs), as the third party of a test.</summary>
internal sealed class JsPeer : IAsyncDisposable
{
    readonly PeerProcess _process;

    JsPeer(PeerProcess process, JsonElement listening)
    {
        _process = process;
        Listening = listening;
        Id = PeerId.Parse(listening.GetProperty("peer").GetString()!);
        Addresses = [.. listening.GetProperty("addresses").EnumerateArray().Select(address => Multiaddr.Parse(address.GetString()!))];
    }

    /// <summary>Its first event: id, key and addresses in the words of js-libp2p.</summary>
    public JsonElement Listening { get; }

    public PeerId Id { get; }

    /// <summary>What it listens on, one address of each transport, with its peer id at the end.</summary>
    public IReadOnlyList<Multiaddr> Addresses { get; }

    /// <summary>Starts a node and waits until it listens.</summary>
    public static async Task<JsPeer> StartAsync(JsPeerOptions? options = null)
    {
        options ??= new JsPeerOptions();
        var process = PeerProcess.Start("libp2p-peer.mjs", JsonSerializer.Serialize(
            new
            {
                Key = options.Key is KeyType.Secp256k1 ? "secp256k1" : "ed25519",
                options.Transports,
                options.Muxers,
                Certificate = options.Certificate is null ? null : LocalCertificate.Describe(options.Certificate),
                options.Gossipsub,
            },
            JsonSerializerOptions.Web));
        try
        {
            return new JsPeer(process, await process.EventAsync("listening"));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc cref="PeerProcess.CallAsync"/>
    public Task<JsonElement> CallAsync(string command, object? fields = null) => _process.CallAsync(command, fields);

    /// <inheritdoc cref="PeerProcess.EventAsync"/>
    public Task<JsonElement> EventAsync(string name, Func<JsonElement, bool>? condition = null) => _process.EventAsync(name, condition);

    /// <summary>Dials an address, which ends in a peer id.</summary>
    public async Task<JsConnection> DialAsync(Multiaddr address)
        => Read<JsConnection>(await CallAsync("dial", new { Address = address.ToString() }));

    /// <summary>Waits until it has a connection to the peer, which either side made.</summary>
    public async Task<JsConnection> ConnectedAsync(PeerId to)
        => Read<JsConnection>(await EventAsync("connected", connection => connection.GetProperty("peer").GetString() == to.ToString()));

    /// <summary>Waits until it has lost a connection to the peer.</summary>
    public Task DisconnectedAsync(PeerId from)
        => EventAsync("disconnected", connection => connection.GetProperty("peer").GetString() == from.ToString());

    /// <summary>Opens a stream to a connected peer.</summary>
    public async Task<JsStream> OpenAsync(PeerId to, string protocol)
        => new(this, await CallAsync("open", new { Peer = to.ToString(), Protocol = protocol }));

    /// <summary>Waits for a stream that was opened to it with <see cref="ByteProtocols.Hold"/>.</summary>
    public async Task<JsStream> HeldAsync() => new(this, await EventAsync("stream"));

    internal static T Read<T>(JsonElement line) => line.Deserialize<T>(JsonSerializerOptions.Web)!;

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}

/// <summary>A connection, in the words of js-libp2p.</summary>
internal sealed record JsConnection(string Peer, string Muxer, string Encryption, string Direction);
