using LogosActors.Interop.Tests.Peers;

namespace LogosActors.Interop.Tests.Hosting;

/// <summary>A whole host and a js-libp2p node: identify, its pushes, ping, streams.</summary>
public sealed class HostTests
{
    public static TheoryData<string, string, bool> Combinations()
    {
        var all = new TheoryData<string, string, bool>();
        foreach (var transport in (string[])["tcp", "ws", "wss"])
        {
            foreach (var muxer in (string[])["yamux", "mplex"])
            {
                all.Add(transport, muxer, true);
                all.Add(transport, muxer, false);
            }
        }
        return all;
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public async Task Each_side_identifies_the_other_pings_it_and_exchanges_streams_with_it(string transport, string muxer, bool weDial)
    {
        using var certificate = LocalCertificate.Create();
        await using var theirs = await JsPeer.StartAsync(new() { Transports = [transport], Muxers = [muxer], Certificate = certificate });
        await using var ours = await OurHost.StartAsync(transport, muxer, certificate);
        ours.Host.Handle(ByteProtocols.Echo, async (stream, cancellation) =>
        {
            var buffer = new byte[1000];
            for (int read; (read = await stream.ReadAsync(buffer, cancellation)) > 0;)
                await stream.WriteAsync(buffer.AsMemory(0, read), cancellation);
        });
        await ours.ConnectAsync(theirs, weDial);

        var seen = await theirs.EventAsync("identified", identified => identified.GetProperty("peer").GetString() == ours.Id.ToString());
        Assert.Equal("our-host", seen.GetProperty("agent").GetString());
        Assert.Contains(ByteProtocols.Echo, OurHost.Texts(seen, "protocols"));
        Assert.Contains(ours.Address.ToString(), OurHost.Texts(seen, "addresses").Select(address => $"{address}/p2p/{ours.Id}"));
        await OurHost.UntilAsync(() => ours.Host.IdentityOf(theirs.Id) is not null);
        var identity = ours.Host.IdentityOf(theirs.Id)!;
        Assert.Equal("js-interop-peer", identity.AgentVersion);
        Assert.False(identity.SignedRecord.IsEmpty);
        Assert.Contains(theirs.Addresses[0], identity.ListenAddresses.Select(address => address.Encapsulate(theirs.Id)));

        Assert.True(await ours.Host.PingAsync(theirs.Id) > TimeSpan.Zero);
        Assert.True((await theirs.CallAsync("ping", new { Peer = ours.Id.ToString() })).GetProperty("milliseconds").GetDouble() >= 0);

        await using var stream = await ours.Host.OpenStreamAsync(theirs.Id, ByteProtocols.Echo);
        await stream.WriteAsync(new byte[] { 1, 2, 3 });
        var answer = new byte[3];
        for (var read = 0; read < answer.Length;)
            read += await stream.ReadAsync(answer.AsMemory(read));
        Assert.Equal([1, 2, 3], answer);
        var theirStream = await theirs.OpenAsync(ours.Id, ByteProtocols.Echo);
        await theirStream.WriteAsync(100_000);
        await theirStream.CloseWriteAsync();
        Assert.Equal(Pattern.Of(100_000), (await theirStream.ReadAsync()).Transfer);
    }

    [Fact]
    public async Task Each_side_learns_of_a_protocol_that_the_other_serves_later()
    {
        await using var theirs = await JsPeer.StartAsync();
        await using var ours = await OurHost.StartAsync();
        await ours.ConnectAsync(theirs, weDial: true);
        await theirs.EventAsync("identified");
        await OurHost.UntilAsync(() => ours.Host.IdentityOf(theirs.Id) is not null);

        ours.Host.Handle("/ours/later/1.0.0", (_, _) => Task.CompletedTask);
        await theirs.CallAsync("handle", new { Protocol = "/theirs/later/1.0.0" });

        await OurHost.UntilAsync(() => ours.Host.IdentityOf(theirs.Id)!.Protocols.Contains("/theirs/later/1.0.0", StringComparer.Ordinal));
        await OurHost.UntilAsync(async () =>
            OurHost.Texts(await theirs.CallAsync("protocols", new { Peer = ours.Id.ToString() }), "protocols").Contains("/ours/later/1.0.0", StringComparer.Ordinal));
    }
}
