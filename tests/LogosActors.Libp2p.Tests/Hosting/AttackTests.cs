using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Multiplexing.Yamux;
using LogosActors.Libp2p.Security.Noise;
using LogosActors.Libp2p.Tests.Connections;

namespace LogosActors.Libp2p.Tests.Hosting;

/// <summary>Attacks on the wire: the offender loses its connection, and another peer's stream goes on meanwhile.</summary>
public sealed class AttackTests : IAsyncLifetime
{
    const string Echo = "/echo/1.0.0";

    TestHost _host = null!;
    TestHost _honest = null!;
    LibP2pStream _traffic = null!;

    public static TheoryData<string> YamuxAttacks => new() { "ping flood", "window exceeded", "window overflow", "huge frame", "unknown stream", "own stream id", "unknown type", "streams opened and reset" };

    public async Task InitializeAsync()
    {
        // No time-out of the upgrade helps the tests: what ends a connection is the offence.
        _host = await TestHost.StartAsync(new Libp2pHostOptions { UpgradeTimeout = TimeSpan.FromMinutes(5), NegotiationTimeout = TimeSpan.FromMinutes(5) });
        _host.Host.Handle(Echo, async (stream, cancellation) =>
        {
            var buffer = new byte[1000];
            for (int read; (read = await stream.ReadAsync(buffer, cancellation)) > 0;)
                await stream.WriteAsync(buffer.AsMemory(0, read), cancellation);
        });
        _honest = await TestHost.StartAsync();
        await _honest.ConnectAsync(_host);
        _traffic = await _honest.Host.OpenStreamAsync(_host.Id, Echo);
    }

    public async Task DisposeAsync()
    {
        await _traffic.DisposeAsync();
        await _honest.DisposeAsync();
        await _host.DisposeAsync();
    }

    async Task AssertTrafficGoesOn()
    {
        Assert.Equal([_honest.Id], _host.Host.ConnectedPeers);
        await _traffic.WriteAsync(new byte[] { 1, 2, 3 });
        Assert.Equal([1, 2, 3], await _traffic.ReadAsync(3));
        await using var fresh = await _honest.Host.OpenStreamAsync(_host.Id, Echo);
        await fresh.WriteAsync(new byte[] { 4 });
        Assert.Equal([4], await fresh.ReadAsync(1));
        Assert.DoesNotContain(_host.Events, told => told is PeerDisconnected lost && lost.Peer == _honest.Id);
    }

    async Task AssertDropped(HostileDialer offender, ConnectionFailure reason)
    {
        await offender.WaitForEndAsync();
        await TestHost.Until(() => _host.Events.Contains(new PeerDisconnected(offender.Id, reason)));
        await AssertTrafficGoesOn();
    }

    async Task<HostileDialer> ConnectAsync(string muxer = ConnectionOptions.YamuxProtocol)
    {
        var offender = await HostileDialer.ConnectAsync(_host.Address, muxer);
        await TestHost.Until(() => _host.Host.ConnectedPeers.Contains(offender.Id));
        return offender;
    }

    static YamuxHeader[] Frames(string attack) => attack switch
    {
        "ping flood" => [.. Enumerable.Repeat(new YamuxHeader(YamuxType.Ping, YamuxFlags.Syn, 0, 1), 5000)],
        "window exceeded" => [new(YamuxType.Data, YamuxFlags.Syn, 1, YamuxOptions.InitialWindow + 1)],
        "window overflow" => [new(YamuxType.WindowUpdate, YamuxFlags.Syn, 1, uint.MaxValue), new(YamuxType.WindowUpdate, YamuxFlags.None, 1, uint.MaxValue)],
        "huge frame" => [new(YamuxType.Data, YamuxFlags.Syn, 1, uint.MaxValue)],
        "unknown stream" => [new(YamuxType.Data, YamuxFlags.None, 99, 0)],
        "own stream id" => [new(YamuxType.Data, YamuxFlags.Syn, 2, 0)],
        "streams opened and reset" => [.. Enumerable.Range(0, 10_000).SelectMany(static i => OpenedAndReset((uint)(2 * i) + 1))],
        _ => [new((YamuxType)9, YamuxFlags.None, 0, 0)],
    };

    static YamuxHeader[] OpenedAndReset(uint id) => [new(YamuxType.WindowUpdate, YamuxFlags.Syn, id, 0), new(YamuxType.WindowUpdate, YamuxFlags.Rst, id, 0)];

    [Theory]
    [MemberData(nameof(YamuxAttacks))]
    public async Task Who_breaks_the_rules_of_streams_is_dropped_and_nobody_else(string attack)
    {
        await using var offender = await ConnectAsync();
        await offender.SendAsync(Frames(attack));
        await AssertDropped(offender, ConnectionFailure.MultiplexingFailed);
    }

    [Theory]
    [InlineData("07 00")]
    [InlineData("FAFFFFFFFFFFFFFF7F FFFFFFFFFF FFFFFFFFFFFF")]
    [InlineData("00 00 00 00")]
    [InlineData("00 00 02 FFFFFF7F")]
    public async Task Who_breaks_the_rules_of_mplex_is_dropped_and_nobody_else(string hex)
    {
        await using var offender = await ConnectAsync(ConnectionOptions.MplexProtocol);
        await offender.SendEncryptedAsync(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));
        await AssertDropped(offender, ConnectionFailure.MultiplexingFailed);
    }

    [Fact]
    public async Task Who_opens_mplex_streams_and_resets_them_is_dropped_and_nobody_else()
    {
        await using var offender = await ConnectAsync(ConnectionOptions.MplexProtocol);
        // Stream 1: opened, then reset by its initiator; ten thousand times.
        await offender.SendEncryptedAsync(Enumerable.Repeat<byte[]>([0x08, 0x00, 0x0e, 0x00], 10_000).SelectMany(static bytes => bytes).ToArray());
        await AssertDropped(offender, ConnectionFailure.MultiplexingFailed);
    }

    [Fact]
    public async Task A_frame_that_is_sent_twice_is_refused_the_second_time()
    {
        await using var offender = await ConnectAsync();
        var ping = new byte[YamuxHeader.Size];
        new YamuxHeader(YamuxType.Ping, YamuxFlags.Syn, 0, 1).Write(ping);
        var frame = new byte[ping.Length + NoiseTransport.Overhead];
        offender.Ciphers!.TryEncrypt(ping, frame);
        await offender.SendAsync(frame);
        await offender.SendAsync(frame);
        await AssertDropped(offender, ConnectionFailure.SecurityFailed);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(ushort.MaxValue)]
    public async Task A_frame_that_nobody_encrypted_is_refused_whatever_its_size(int length)
    {
        await using var offender = await ConnectAsync();
        var frame = new byte[NoiseTransport.PrefixSize + length];
        (frame[0], frame[1]) = ((byte)(length >> 8), (byte)length);
        await offender.SendAsync(frame);
        await AssertDropped(offender, ConnectionFailure.SecurityFailed);
    }

    [Fact]
    public async Task A_handshake_that_is_replayed_makes_nobody_out_to_be_who_they_are_not()
    {
        List<byte[]> recorded;
        await using (var victim = await ConnectAsync())
            recorded = victim.Handshake;
        await TestHost.Until(() => _host.Events.Any(told => told is PeerDisconnected));
        await using var offender = await HostileDialer.DialAsync(_host.Address);
        foreach (var message in recorded)
            await offender.SendAsync(message);
        await offender.WaitForEndAsync();
        Assert.Equal(2, recorded.Count);
        Assert.Equal(2, _host.Events.OfType<PeerConnected>().Count());
        await AssertTrafficGoesOn();
    }

    [Fact]
    public async Task A_handshake_message_that_is_too_long_is_refused_at_its_length()
    {
        await using var offender = await HostileDialer.DialAsync(_host.Address);
        await offender.SendAsync(new byte[] { 0xff, 0xff });
        await offender.WaitForEndAsync();
        await AssertTrafficGoesOn();
    }
}
