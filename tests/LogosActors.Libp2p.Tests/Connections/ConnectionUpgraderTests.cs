using System.Net;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Connections.Tcp;
using LogosActors.Libp2p.Identity;
using LogosActors.TestKit;

namespace LogosActors.Libp2p.Tests.Connections;

public sealed class ConnectionUpgraderTests
{
    static async Task<ConnectionException> FailureOf(Task upgrade) => await Assert.ThrowsAsync<ConnectionException>(() => upgrade);

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(int.MaxValue)]
    public async Task Both_sides_know_each_other_after_an_upgrade_in_whatever_pieces_it_arrives(int maxPiece)
    {
        using var peers = new Peers();
        var (dialer, listener) = await peers.ConnectAsync(maxPiece);
        Assert.Equal(peers.ListenerKey.PublicKey, dialer.RemoteKey);
        Assert.Equal(peers.DialerKey.PublicKey, listener.RemoteKey);
        await dialer.DisposeAsync();
        await listener.DisposeAsync();
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task The_muxer_is_agreed_on_afterwards_with_a_peer_that_does_not_offer_it_early(bool dialerIsEarly, bool listenerIsEarly)
    {
        using var peers = new Peers(
            new ConnectionOptions { OfferMuxersEarly = dialerIsEarly },
            new ConnectionOptions { OfferMuxersEarly = listenerIsEarly, Muxers = [ConnectionOptions.MplexProtocol] });
        var (dialer, listener) = await peers.ConnectAsync(maxPiece: 5);
        await (await dialer.OpenStreamAsync()).WriteAsync(new byte[] { 1, 2 });
        Assert.Equal([1, 2], await (await listener.AcceptStreamAsync()).ReadAsync(2));
        await dialer.DisposeAsync();
        await listener.DisposeAsync();
    }

    [Fact]
    public async Task A_peer_that_is_not_the_one_that_was_dialed_is_refused()
    {
        using var peers = new Peers();
        var pair = MemoryConnection.Pair();
        var accepting = peers.Listener.UpgradeAsync(pair.Listener, isDialer: false, expected: null);
        var dialing = peers.Dialer.UpgradeAsync(pair.Dialer, isDialer: true, PeerId.FromPublicKey(peers.DialerKey.PublicKey));
        Assert.Equal(ConnectionFailure.SecurityFailed, (await FailureOf(dialing)).Failure);
        Assert.Equal(ConnectionFailure.Lost, (await FailureOf(accepting)).Failure);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Peers_without_a_common_muxer_part(bool isEarly)
    {
        using var peers = new Peers(
            new ConnectionOptions { Muxers = [ConnectionOptions.YamuxProtocol], OfferMuxersEarly = isEarly },
            new ConnectionOptions { Muxers = [ConnectionOptions.MplexProtocol] });
        var pair = MemoryConnection.Pair();
        var accepting = peers.Listener.UpgradeAsync(pair.Listener, isDialer: false, expected: null);
        Assert.Equal(
            ConnectionFailure.NegotiationFailed,
            (await FailureOf(peers.Dialer.UpgradeAsync(pair.Dialer, isDialer: true, expected: null))).Failure);
        Assert.Equal(ConnectionFailure.Lost, (await FailureOf(accepting)).Failure);
    }

    [Fact]
    public async Task A_peer_that_falls_silent_is_given_up_when_the_time_for_the_upgrade_is_over()
    {
        var time = new VirtualTime();
        using var peers = new Peers(time: time);
        var upgrade = peers.Listener.UpgradeAsync(MemoryConnection.Pair().Listener, isDialer: false, expected: null);
        time.Advance(new ConnectionOptions().UpgradeTimeout - TimeSpan.FromMilliseconds(1));
        Assert.False(upgrade.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(ConnectionFailure.TimedOut, (await FailureOf(upgrade)).Failure);
    }

    [Fact]
    public async Task A_peer_that_does_not_answer_pings_is_given_up()
    {
        var time = new VirtualTime();
        using var peers = new Peers(time: time);
        var pair = MemoryConnection.Pair();
        var (dialer, listener) = await peers.ConnectAsync(pair);
        pair.Listener.IsMute = true;
        time.Advance(TimeSpan.FromMinutes(1));
        // Neither side hears of the other; whichever gives up first closes the connection of both.
        var ends = new[] { (await dialer.Ended).Failure, (await listener.Ended).Failure };
        Assert.Contains(ConnectionFailure.MultiplexingFailed, ends);
    }

    [Fact]
    public async Task A_stranger_who_speaks_something_else_is_refused()
    {
        using var peers = new Peers();
        var pair = MemoryConnection.Pair();
        var upgrade = peers.Listener.UpgradeAsync(pair.Listener, isDialer: false, expected: null);
        await pair.Dialer.SendAsync("GET /a/path/that/is/long/enough/for/a/whole/message HTTP/1.1\r\nHost: example.org\r\n\r\n"u8.ToArray(), default);
        Assert.Equal(ConnectionFailure.NegotiationFailed, (await FailureOf(upgrade)).Failure);
    }

    [Fact]
    public async Task Random_bytes_in_place_of_any_part_of_the_upgrade_end_it_with_a_reason()
    {
        using var peers = new Peers(new ConnectionOptions { UpgradeTimeout = TimeSpan.FromMilliseconds(300) });
        for (var at = 0; at < 400; at += 7)
        {
            var pair = MemoryConnection.Pair();
            pair.Listener.Corrupted = at;
            var accepting = peers.Listener.UpgradeAsync(pair.Listener, isDialer: false, expected: null);
            var dialing = peers.Dialer.UpgradeAsync(pair.Dialer, isDialer: true, peers.ListenerId);
            await Task.WhenAny(accepting, dialing);
            await pair.Listener.DisposeAsync();
            await pair.Dialer.DisposeAsync();
            foreach (var side in new[] { accepting, dialing })
            {
                try
                {
                    await (await side).DisposeAsync();
                }
                catch (ConnectionException e)
                {
                    Assert.True(Enum.IsDefined(e.Failure));
                }
            }
        }
    }

    [Fact]
    public async Task Connections_are_dialed_and_accepted_over_TCP()
    {
        using var peers = new Peers();
        using var listener = new TcpConnectionListener(new IPEndPoint(IPAddress.Loopback, 0));
        var accepting = listener.AcceptAsync();
        var (dialed, accepted) = await peers.ConnectAsync(await TcpConnection.DialAsync(listener.EndPoint), await accepting);
        var here = await dialed.OpenStreamAsync();
        var sent = new byte[3_000_000];
        new Random(1).NextBytes(sent);
        var there = Task.Run(async () => await (await accepted.AcceptStreamAsync()).ReadToEndAsync());
        await here.WriteAsync(sent);
        await here.CloseWriteAsync();
        Assert.Equal(sent, await there);
        Assert.Equal(listener.EndPoint.Port, ((IPEndPoint)dialed.RemoteEndPoint!).Port);
        await dialed.DisposeAsync();
        await accepted.DisposeAsync();
    }

    [Fact]
    public async Task An_address_where_nobody_listens_cannot_be_reached()
    {
        using var listener = new TcpConnectionListener(new IPEndPoint(IPAddress.Loopback, 0));
        var endPoint = listener.EndPoint;
        listener.Dispose();
        Assert.Equal(ConnectionFailure.Unreachable, (await FailureOf(TcpConnection.DialAsync(endPoint))).Failure);
        Assert.Equal(ConnectionFailure.Closed, (await FailureOf(listener.AcceptAsync())).Failure);
    }
}
