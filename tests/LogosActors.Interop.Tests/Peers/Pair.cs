using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Multiplexing.Mplex;
using LogosActors.Libp2p.Multiplexing.Yamux;

namespace LogosActors.Interop.Tests.Peers;

/// <summary>Our node, a js-libp2p peer, and a connection between the two.</summary>
internal sealed class Pair : IAsyncDisposable
{
    /// <summary>As many streams as the js peer allows (peers/libp2p-peer.mjs).</summary>
    const int MaxStreams = 8192;

    // No test is about these, and a busy machine must not fail others.
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    Pair(OurNode ours, JsPeer theirs) => (Ours, Theirs) = (ours, theirs);

    public OurNode Ours { get; }

    public JsPeer Theirs { get; }

    /// <summary>Our end of the connection.</summary>
    public MuxedConnection Connection { get; private set; } = null!;

    /// <summary>Their end of the connection.</summary>
    public JsConnection Seen { get; private set; } = null!;

    /// <summary>Options with one muxer.</summary>
    public static ConnectionOptions OptionsOf(string muxer) => new()
    {
        Muxers = [muxer is "yamux" ? ConnectionOptions.YamuxProtocol : ConnectionOptions.MplexProtocol],
        UpgradeTimeout = Patience,
        SlowReaderTimeout = Patience,
        Yamux = new YamuxOptions { MaxStreams = MaxStreams },
        Mplex = new MplexOptions { MaxStreams = MaxStreams },
    };

    /// <summary>Both nodes, not connected yet.</summary>
    public static async Task<Pair> StartAsync(string muxer, KeyType ours = KeyType.Ed25519, KeyType theirs = KeyType.Ed25519)
        => new(new OurNode(ours, OptionsOf(muxer)), await JsPeer.StartAsync(new() { Key = theirs, Muxers = [muxer] }));

    /// <summary>We dial, or are dialled.</summary>
    public static async Task<Pair> ConnectAsync(
        string muxer, bool weDial, KeyType ours = KeyType.Ed25519, KeyType theirs = KeyType.Ed25519)
    {
        var pair = await StartAsync(muxer, ours, theirs);
        try
        {
            await (weDial ? pair.DialThemAsync() : pair.BeDialledAsync());
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    public Task<OurStream> OpenAsync(string protocol) => Ours.OpenAsync(Connection, protocol);

    public async ValueTask DisposeAsync()
    {
        await Ours.DisposeAsync();
        await Theirs.DisposeAsync();
    }

    async Task DialThemAsync()
    {
        Connection = await Ours.DialAsync(Theirs.Addresses[0]);
        Seen = await Theirs.ConnectedAsync(Ours.Id);
    }

    async Task BeDialledAsync()
    {
        Seen = await Theirs.DialAsync(Ours.Address);
        Connection = await Ours.AcceptAsync();
    }
}
