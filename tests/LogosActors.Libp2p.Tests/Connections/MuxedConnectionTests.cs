using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Multiplexing.Mplex;
using LogosActors.Libp2p.Multiplexing.Yamux;
using LogosActors.Libp2p.Tests.Hosting;
using LogosActors.TestKit;

namespace LogosActors.Libp2p.Tests.Connections;

public sealed class MuxedConnectionTests
{
    static readonly ConnectionOptions Mplex = new() { Muxers = [ConnectionOptions.MplexProtocol] };

    static byte[] Bytes(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    static ConnectionOptions Options(bool isMplex) => isMplex ? Mplex : new ConnectionOptions();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stream_carries_bytes_both_ways_and_each_way_ends_on_its_own(bool isMplex)
    {
        using var peers = new Peers(Options(isMplex));
        var (dialer, listener) = await peers.ConnectAsync();
        await using var here = await dialer.OpenStreamAsync();
        await here.WriteAsync(Bytes(1, 1000));
        await here.CloseWriteAsync();
        await using var there = await listener.AcceptStreamAsync();
        Assert.Equal(Bytes(1, 1000), await there.ReadToEndAsync());

        await there.WriteAsync(Bytes(2, 5000));
        await there.CloseWriteAsync();
        Assert.Equal(Bytes(2, 5000), await here.ReadToEndAsync());
        await dialer.DisposeAsync();
        await listener.DisposeAsync();
    }

    [Theory]
    [InlineData(false, int.MaxValue)]
    [InlineData(false, 1000)]
    [InlineData(true, 70_000)]
    public async Task Many_streams_at_once_arrive_whole(bool isMplex, int maxPiece)
    {
        using var peers = new Peers(Options(isMplex));
        var (dialer, listener) = await peers.ConnectAsync(maxPiece);
        async Task EchoAsync(MuxedConnection connection)
        {
            var streams = new List<Task>();
            for (var i = 0; i < 8; i++)
                streams.Add(EchoStreamAsync(await connection.AcceptStreamAsync()));
            await Task.WhenAll(streams);
        }
        static async Task EchoStreamAsync(LibP2pStream stream)
        {
            var buffer = new byte[20_000];
            for (int count; (count = await stream.ReadAsync(buffer)) > 0;)
                await stream.WriteAsync(buffer.AsMemory(0, count));
            await stream.CloseWriteAsync();
        }
        async Task AskAsync(MuxedConnection connection, int seed)
        {
            var sent = Bytes(seed, 600_000 + (seed * 1000));
            var stream = await connection.OpenStreamAsync();
            var reading = stream.ReadToEndAsync();
            for (var (at, size) = (0, 1); at < sent.Length; at += size, size = (size * 3 % 70_000) + 1)
                await stream.WriteAsync(sent.AsMemory(at, Math.Min(size, sent.Length - at)));
            await stream.CloseWriteAsync();
            Assert.Equal(sent, await reading);
        }
        await Task.WhenAll(
        [
            Task.Run(() => EchoAsync(dialer)), Task.Run(() => EchoAsync(listener)),
            .. Enumerable.Range(0, 8).Select(seed => Task.Run(() => AskAsync(dialer, seed))),
            .. Enumerable.Range(8, 8).Select(seed => Task.Run(() => AskAsync(listener, seed))),
        ]);
        await dialer.DisposeAsync();
        await listener.DisposeAsync();
    }

    [Fact]
    public async Task A_writer_waits_for_a_reader_who_does_not_read()
    {
        using var peers = new Peers();
        var (dialer, listener) = await peers.ConnectAsync();
        var here = await dialer.OpenStreamAsync();
        var sent = Bytes(3, 4_000_000);
        var writing = Task.Run(async () =>
        {
            await here.WriteAsync(sent);
            await here.CloseWriteAsync();
        });
        var there = await listener.AcceptStreamAsync();
        await there.ReadAsync(YamuxOptions.InitialWindow / 4);
        Assert.False(writing.IsCompleted);

        // Another stream is not held up by it.
        var other = await dialer.OpenStreamAsync();
        await other.WriteAsync(new byte[] { 1 });
        Assert.Equal([1], await (await listener.AcceptStreamAsync()).ReadAsync(1));
        Assert.False(writing.IsCompleted);

        Assert.Equal(sent[(YamuxOptions.InitialWindow / 4)..], await there.ReadToEndAsync());
        await writing;
        await dialer.DisposeAsync();
        await listener.DisposeAsync();
    }

    [Fact]
    public async Task An_mplex_peer_that_sends_faster_than_is_read_is_slowed_down_not_cut_off()
    {
        using var peers = new Peers(Mplex);
        var (dialer, listener) = await peers.ConnectAsync();
        var here = await dialer.OpenStreamAsync();
        var sent = Bytes(5, 12_000_000);
        var writing = Task.Run(async () =>
        {
            await here.WriteAsync(sent);
            await here.CloseWriteAsync();
        });
        var there = await listener.AcceptStreamAsync();
        Assert.Equal(sent, await there.ReadToEndAsync());
        await writing;
        await dialer.DisposeAsync();
        await listener.DisposeAsync();
    }

    [Fact]
    public async Task An_mplex_stream_that_nobody_reads_is_reset_in_time_and_the_others_go_on()
    {
        var time = new VirtualTime();
        using var peers = new Peers(Mplex, time: time);
        var (dialer, listener) = await peers.ConnectAsync();
        var (stuck, other) = (await dialer.OpenStreamAsync(), await dialer.OpenStreamAsync());
        var writing = Task.Run(async () => await stuck.WriteAsync(new byte[12_000_000]));
        var unread = await listener.AcceptStreamAsync();
        while (!writing.IsCompleted)
        {
            time.Advance(Mplex.SlowReaderTimeout);
            await Task.Yield();
        }
        await Assert.ThrowsAsync<StreamResetException>(() => writing);
        await Assert.ThrowsAsync<StreamResetException>(async () => await unread.ReadAsync(new byte[1]));
        await other.WriteAsync(new byte[] { 9 });
        Assert.Equal([9], await (await listener.AcceptStreamAsync()).ReadAsync(1));
        await dialer.DisposeAsync();
        await listener.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stream_that_is_reset_before_it_is_taken_is_not_handed_out(bool isMplex)
    {
        using var peers = new Peers(Options(isMplex));
        var (dialer, listener) = await peers.ConnectAsync();
        for (var i = 0; i < 500; i++)
        {
            await using var cancelled = await dialer.OpenStreamAsync();
            await cancelled.WriteAsync(Bytes(i, 1000));
        }
        for (var i = 0; i < 3; i++)
            await (await dialer.OpenStreamAsync()).WriteAsync(new byte[] { 7 });
        // One of the others at a time was open.
        await TestHost.Until(() => listener.StreamCount == 3);
        for (var i = 0; i < 3; i++)
            Assert.Equal([7], await (await listener.AcceptStreamAsync()).ReadAsync(1));
        await dialer.DisposeAsync();
        await listener.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_said_to_its_end_is_heard_though_the_stream_is_reset_before_it_is_taken(bool isMplex)
    {
        using var peers = new Peers(Options(isMplex));
        var (dialer, listener) = await peers.ConnectAsync();
        await using (var said = await dialer.OpenStreamAsync())
        {
            await said.WriteAsync(Bytes(1, 1000));
            await said.CloseWriteAsync();
        }
        var mark = await dialer.OpenStreamAsync();
        await mark.WriteAsync(new byte[] { 7 });
        await TestHost.Until(() => listener.StreamCount == 1);

        Assert.Equal(Bytes(1, 1000), await (await listener.AcceptStreamAsync()).ReadToEndAsync());
        Assert.Equal([7], await (await listener.AcceptStreamAsync()).ReadAsync(1));
        await dialer.DisposeAsync();
        await listener.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task While_too_many_streams_wait_to_be_taken_nothing_more_is_read(bool isMplex)
    {
        var options = Options(isMplex) with { Yamux = new YamuxOptions { MaxStreams = 5000, AcceptBacklog = 5000 }, Mplex = new MplexOptions { MaxStreams = 5000 } };
        using var peers = new Peers(options, time: new VirtualTime());
        var (dialer, listener) = await peers.ConnectAsync();
        var opened = new List<LibP2pStream>();
        for (var i = 0; i < 5000; i++)
        {
            opened.Add(await dialer.OpenStreamAsync());
            await opened[^1].WriteAsync(Bytes(i, 100));
        }
        await TestHost.Until(() => listener.StreamCount >= MuxedConnection.MaxWaiting);
        // What is in one frame of the secure channel is read as a whole.
        Assert.InRange(listener.StreamCount, MuxedConnection.MaxWaiting, MuxedConnection.MaxWaiting + (65_536 / 100));

        for (var i = 0; i < 5000; i++)
            Assert.Equal(Bytes(i, 100), await (await listener.AcceptStreamAsync()).ReadAsync(100));
        await dialer.DisposeAsync();
        await listener.DisposeAsync();
    }

    [Fact]
    public async Task A_writer_that_waits_can_be_cancelled_and_the_stream_goes_on()
    {
        using var peers = new Peers();
        var (dialer, listener) = await peers.ConnectAsync();
        var here = await dialer.OpenStreamAsync();
        await here.WriteAsync(new byte[YamuxOptions.InitialWindow]);
        using var cancel = new CancellationTokenSource();
        var waiting = here.WriteAsync(new byte[] { 1 }, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await waiting);

        var there = await listener.AcceptStreamAsync();
        await there.ReadAsync(YamuxOptions.InitialWindow);
        await here.WriteAsync(new byte[] { 2 });
        Assert.Equal([2], await there.ReadAsync(1));
        await dialer.DisposeAsync();
        await listener.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_reset_reaches_the_reader_and_the_writer_of_the_other_side_and_no_other_stream(bool isMplex)
    {
        using var peers = new Peers(Options(isMplex));
        var (dialer, listener) = await peers.ConnectAsync();
        var (here, other) = (await dialer.OpenStreamAsync(), await dialer.OpenStreamAsync());
        await here.WriteAsync(new byte[] { 1 });
        await other.WriteAsync(new byte[] { 2 });
        LibP2pStream[] theirs = [await listener.AcceptStreamAsync(), await listener.AcceptStreamAsync()];
        var there = theirs.Single(stream => stream.Mux.Id == here.Mux.Id);
        var reading = Task.Run(async () =>
        {
            while (await there.ReadAsync(new byte[10]) > 0)
                continue;
        });
        here.Reset();
        await Assert.ThrowsAsync<StreamResetException>(() => reading);
        await Assert.ThrowsAsync<StreamResetException>(async () => await there.WriteAsync(new byte[] { 1 }));
        await Assert.ThrowsAsync<StreamResetException>(async () => await here.ReadAsync(new byte[1]));
        Assert.Equal([2], await theirs.Single(stream => stream != there).ReadAsync(1));
        await dialer.DisposeAsync();
        await listener.DisposeAsync();
    }

    [Fact]
    public async Task A_connection_that_is_closed_ends_everything_on_it_at_both_sides()
    {
        using var peers = new Peers();
        var (dialer, listener) = await peers.ConnectAsync();
        var here = await dialer.OpenStreamAsync();
        await here.WriteAsync(new byte[] { 1 });
        var there = await listener.AcceptStreamAsync();
        await there.ReadAsync(1);
        var (reading, accepting) = (there.ReadAsync(new byte[1]).AsTask(), listener.AcceptStreamAsync().AsTask());

        await dialer.DisposeAsync();
        Assert.Equal(ConnectionFailure.Closed, (await dialer.Ended).Failure);
        Assert.Equal(ConnectionFailure.Lost, (await listener.Ended).Failure);
        await Assert.ThrowsAsync<ConnectionException>(() => reading);
        await Assert.ThrowsAsync<ConnectionException>(() => accepting);
        await Assert.ThrowsAsync<ConnectionException>(async () => await here.WriteAsync(new byte[] { 1 }));
        await Assert.ThrowsAsync<ConnectionException>(async () => await dialer.OpenStreamAsync());
        await listener.DisposeAsync();
    }

    [Fact]
    public async Task A_byte_that_was_changed_on_the_way_ends_that_connection_and_no_other()
    {
        using var peers = new Peers();
        var pair = MemoryConnection.Pair();
        var (dialer, listener) = await peers.ConnectAsync(pair);
        var (otherDialer, otherListener) = await peers.ConnectAsync();
        var here = await dialer.OpenStreamAsync();
        await here.WriteAsync(new byte[] { 1 });
        await (await listener.AcceptStreamAsync()).ReadAsync(1);

        pair.Listener.Corrupted = pair.Listener.Received + 1000;
        await here.WriteAsync(new byte[10_000]);
        Assert.Equal(ConnectionFailure.SecurityFailed, (await listener.Ended).Failure);
        Assert.Equal(ConnectionFailure.Lost, (await dialer.Ended).Failure);

        await (await otherDialer.OpenStreamAsync()).WriteAsync(new byte[] { 7 });
        Assert.Equal([7], await (await otherListener.AcceptStreamAsync()).ReadAsync(1));
        await otherDialer.DisposeAsync();
        await otherListener.DisposeAsync();
    }

    [Fact]
    public async Task Openings_wait_while_the_peer_takes_no_streams_and_go_on_when_it_does()
    {
        using var peers = new Peers(new ConnectionOptions { Yamux = new YamuxOptions { AcceptBacklog = 2 } });
        var (dialer, listener) = await peers.ConnectAsync();
        await (await dialer.OpenStreamAsync()).WriteAsync(new byte[1]);
        await (await dialer.OpenStreamAsync()).WriteAsync(new byte[1]);
        var opening = dialer.OpenStreamAsync().AsTask();
        Assert.False(opening.IsCompleted);
        await listener.AcceptStreamAsync();
        await opening;
        await dialer.DisposeAsync();
        await listener.DisposeAsync();
    }

    [Fact]
    public async Task All_streams_that_a_peer_may_have_can_wait_to_be_accepted()
    {
        const int Streams = 1000;
        using var peers = new Peers(
            new ConnectionOptions { Yamux = new YamuxOptions { AcceptBacklog = Streams } },
            new ConnectionOptions { Yamux = new YamuxOptions { MaxStreams = Streams, AcceptBacklog = 1 } });
        var (dialer, listener) = await peers.ConnectAsync();
        for (var i = 0; i < Streams; i++)
            await (await dialer.OpenStreamAsync()).WriteAsync(new byte[] { (byte)i });
        for (var i = 0; i < Streams; i++)
            Assert.Equal([(byte)i], await (await listener.AcceptStreamAsync()).ReadAsync(1));
        await dialer.DisposeAsync();
        await listener.DisposeAsync();
    }

    [Fact]
    public async Task A_side_that_opens_a_stream_and_only_reads_is_heard()
    {
        using var peers = new Peers();
        var (dialer, listener) = await peers.ConnectAsync();
        var reading = (await dialer.OpenStreamAsync()).ReadAsync(3);
        await (await listener.AcceptStreamAsync()).WriteAsync(new byte[] { 1, 2, 3 });
        Assert.Equal([1, 2, 3], await reading);
        await dialer.DisposeAsync();
        await listener.DisposeAsync();
    }

    [Fact]
    public async Task Small_writes_that_meet_a_busy_connection_share_frames()
    {
        using var peers = new Peers();
        var pair = MemoryConnection.Pair();
        var (dialer, listener) = await peers.ConnectAsync(pair);
        var here = await dialer.OpenStreamAsync();
        await here.WriteAsync(new byte[1]);
        var there = await listener.AcceptStreamAsync();
        await there.ReadAsync(1);
        var before = pair.Listener.Received;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var stream = await dialer.OpenStreamAsync();
            for (var i = 0; i < 1000; i++)
                await stream.WriteAsync(new byte[10]);
            await stream.CloseWriteAsync();
        })));
        for (var i = 0; i < 4; i++)
            Assert.Equal(10_000, (await (await listener.AcceptStreamAsync()).ReadToEndAsync()).Length);
        // Even alone, a write costs its bytes, a Yamux header and a Noise frame.
        Assert.InRange(pair.Listener.Received - before, 40_000, 4020 * (10 + 12 + 18));
        await dialer.DisposeAsync();
        await listener.DisposeAsync();
    }
}
