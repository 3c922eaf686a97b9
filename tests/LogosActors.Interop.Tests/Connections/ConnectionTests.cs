using System.Threading.Channels;
using LogosActors.Interop.Tests.Peers;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Interop.Tests.Connections;

public sealed class ConnectionTests
{
    static readonly KeyType[] Keys = [KeyType.Ed25519, KeyType.Secp256k1];

    public static TheoryData<string, bool, KeyType, KeyType> Combinations()
    {
        var all = new TheoryData<string, bool, KeyType, KeyType>();
        foreach (var muxer in (string[])["yamux", "mplex"])
        {
            foreach (var weDial in (bool[])[true, false])
            {
                foreach (var ours in Keys)
                    all.Add(muxer, weDial, ours, Keys[1 - Array.IndexOf(Keys, ours)]);
            }
        }
        return all;
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public async Task Each_side_proves_who_it_is_and_bytes_come_back_whole(string muxer, bool weDial, KeyType ours, KeyType theirs)
    {
        await using var pair = await Pair.ConnectAsync(muxer, weDial, ours, theirs);

        Assert.Equal(pair.Theirs.Id, PeerId.FromPublicKey(pair.Connection.RemoteKey));
        Assert.Equal(pair.Ours.Id.ToString(), pair.Seen.Peer);
        Assert.Equal(ConnectionOptions.NoiseProtocol, pair.Seen.Encryption);
        Assert.StartsWith($"/{muxer}/", pair.Seen.Muxer, StringComparison.Ordinal);

        await using var stream = await pair.OpenAsync(ByteProtocols.Echo);
        await stream.WritePatternAsync(1000);
        await stream.CloseWriteAsync();
        Assert.Equal(Pattern.Of(1000), await stream.ReadUntilAsync());

        var theirStream = await pair.Theirs.OpenAsync(pair.Ours.Id, ByteProtocols.Echo);
        await theirStream.WriteAsync(1000);
        await theirStream.CloseWriteAsync();
        Assert.Equal(Pattern.Of(1000), (await theirStream.ReadAsync()).Transfer);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task The_muxer_is_the_best_of_the_dialer_whether_it_is_agreed_on_in_the_handshake_or_after_it(bool weDial, bool early)
    {
        await using var theirs = await JsPeer.StartAsync(new() { Muxers = ["mplex", "yamux"] });
        await using var ours = new OurNode(KeyType.Ed25519, new ConnectionOptions { OfferMuxersEarly = early });

        var connection = weDial ? await ours.DialAsync(theirs.Addresses[0]) : null;
        var seen = weDial ? await theirs.ConnectedAsync(ours.Id) : await theirs.DialAsync(ours.Address);

        Assert.Equal(weDial ? ConnectionOptions.YamuxProtocol : ConnectionOptions.MplexProtocol, seen.Muxer);
        await using var stream = await ours.OpenAsync(connection ?? await ours.AcceptAsync(), ByteProtocols.Echo);
        await stream.WritePatternAsync(1000);
        await stream.CloseWriteAsync();
        Assert.Equal(Pattern.Of(1000), await stream.ReadUntilAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Without_a_common_muxer_there_is_no_connection(bool weDial)
    {
        await using var theirs = await JsPeer.StartAsync(new() { Muxers = ["mplex"] });
        await using var ours = new OurNode(KeyType.Ed25519, Pair.OptionsOf("yamux"));

        if (weDial)
        {
            var failure = await Assert.ThrowsAsync<ConnectionException>(() => ours.DialAsync(theirs.Addresses[0]));
            Assert.Equal(ConnectionFailure.NegotiationFailed, failure.Failure);
        }
        else
        {
            await Assert.ThrowsAsync<PeerException>(() => theirs.DialAsync(ours.Address));
            var failure = await Assert.ThrowsAsync<ChannelClosedException>(async () => await ours.AcceptAsync());
            Assert.IsType<ConnectionException>(failure.InnerException);
        }
    }

    [Fact]
    public async Task We_refuse_a_peer_that_is_not_the_one_we_dialled()
    {
        await using var pair = await Pair.StartAsync("yamux");
        var somebodyElse = pair.Theirs.Addresses[0].Decapsulate(MultiaddrProtocol.P2p)!.Encapsulate(pair.Ours.Id);

        var failure = await Assert.ThrowsAsync<ConnectionException>(() => pair.Ours.DialAsync(somebodyElse));

        Assert.Equal(ConnectionFailure.SecurityFailed, failure.Failure);
    }

    [Theory]
    [InlineData("yamux")]
    [InlineData("mplex")]
    public async Task A_js_peer_learns_that_we_closed_the_connection(string muxer)
    {
        await using var pair = await Pair.ConnectAsync(muxer, weDial: true);

        await pair.Connection.DisposeAsync();

        await pair.Theirs.DisconnectedAsync(pair.Ours.Id);
        Assert.Equal(ConnectionFailure.Closed, (await pair.Connection.Ended).Failure);
    }

    [Theory]
    [InlineData("yamux")]
    [InlineData("mplex")]
    public async Task We_learn_that_a_js_peer_closed_the_connection(string muxer)
    {
        await using var pair = await Pair.ConnectAsync(muxer, weDial: false);

        await pair.Theirs.CallAsync("close", new { Peer = pair.Ours.Id.ToString() });

        Assert.Equal(ConnectionFailure.Lost, (await pair.Connection.Ended.WaitAsync(pair.Ours.Patience)).Failure);
    }
}
