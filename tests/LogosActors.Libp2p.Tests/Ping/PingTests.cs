using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Ping;
using LogosActors.Libp2p.Tests.Connections;
using LogosActors.Libp2p.Tests.Hosting;

namespace LogosActors.Libp2p.Tests.Ping;

public sealed class PingTests
{
    [Fact]
    public async Task A_ping_comes_back_and_tells_the_round_trip()
    {
        await using var here = await TestHost.StartAsync();
        await using var there = await TestHost.StartAsync();
        await here.ConnectAsync(there);
        Assert.True(await here.Host.PingAsync(there.Id) > TimeSpan.Zero);
        Assert.True(await there.Host.PingAsync(here.Id) > TimeSpan.Zero);
    }

    [Fact]
    public async Task One_stream_echoes_many_pings_in_whatever_pieces_they_come()
    {
        await using var here = await TestHost.StartAsync();
        await using var there = await TestHost.StartAsync();
        await here.ConnectAsync(there);
        await using var stream = await here.Host.OpenStreamAsync(there.Id, PingProtocol.Protocol);
        var pings = new byte[3 * PingProtocol.Length];
        new Random(1).NextBytes(pings);
        foreach (var octet in pings)
            await stream.WriteAsync(new[] { octet });
        Assert.Equal(pings, await stream.ReadAsync(pings.Length));
    }

    [Fact]
    public async Task A_peer_that_echoes_something_else_is_found_out()
    {
        await using var here = await TestHost.StartAsync();
        await using var there = await TestHost.StartAsync();
        there.Host.RemoveHandler(PingProtocol.Protocol);
        there.Host.Handle(PingProtocol.Protocol, async (stream, cancellation) => await stream.WriteAsync(new byte[PingProtocol.Length], cancellation));
        await here.ConnectAsync(there);
        var failure = await Assert.ThrowsAsync<ConnectionException>(() => here.Host.PingAsync(there.Id));
        Assert.Equal(ConnectionFailure.ProtocolViolated, failure.Failure);
    }
}
