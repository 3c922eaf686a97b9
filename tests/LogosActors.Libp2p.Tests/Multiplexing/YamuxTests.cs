using FsCheck;
using FsCheck.Fluent;
using LogosActors.Libp2p.Multiplexing;
using LogosActors.Libp2p.Multiplexing.Yamux;

namespace LogosActors.Libp2p.Tests.Multiplexing;

public sealed class YamuxTests : MuxContract
{
    private protected override IMultiplexer NewSession(bool isClient) => new YamuxSession(isClient, new YamuxOptions(), TimeSpan.Zero);

    static MuxEnd Server(YamuxOptions? options = null) => new(new YamuxSession(isClient: false, options ?? new YamuxOptions(), TimeSpan.Zero));

    static byte[] Frame(YamuxType type, YamuxFlags flags, uint stream, uint length, int payload = 0)
    {
        var bytes = new byte[YamuxHeader.Size + payload];
        new YamuxHeader(type, flags, stream, length).Write(bytes);
        return bytes;
    }

    static MuxError FailureAfter(params byte[][] frames) => FailureAfter(Server(), frames);

    static MuxError FailureAfter(MuxEnd end, params byte[][] frames)
    {
        foreach (var frame in frames)
            end.Deliver(frame);
        return end.Session.Failure;
    }

    [Theory]
    [InlineData("00 01 0001 00000001 00000000", 1, 1, 1u, 0u)]
    [InlineData("00 00 0004 00000002 00010000", 0, 4, 2u, 65536u)]
    [InlineData("00 02 0002 00000000 DEADBEEF", 2, 2, 0u, 0xDEADBEEFu)]
    [InlineData("00 03 0000 00000000 00000001", 3, 0, 0u, 1u)]
    public void Headers_are_those_of_the_specification(string hex, int type, int flags, uint stream, uint length)
    {
        var bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        var header = new YamuxHeader((YamuxType)type, (YamuxFlags)flags, stream, length);
        var written = new byte[YamuxHeader.Size];
        header.Write(written);
        Assert.Equal(bytes, written);
        Assert.True(YamuxHeader.TryRead(bytes, out var read, out _));
        Assert.Equal(header, read);
    }

    [Fact]
    public void A_written_header_is_read_back() => Prop.ForAll<ushort, uint, uint>((flags, stream, length) =>
    {
        var header = new YamuxHeader((YamuxType)(stream % 4), (YamuxFlags)flags, stream, length);
        var bytes = new byte[YamuxHeader.Size];
        header.Write(bytes);
        return YamuxHeader.TryRead(bytes, out var read, out _) && read == header;
    }).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void Frames_that_break_the_protocol_end_the_connection_with_the_reason()
    {
        var open = Frame(YamuxType.WindowUpdate, YamuxFlags.Syn, 1, 0);
        Assert.Equal(MuxError.UnsupportedVersion, FailureAfter([1, .. open[1..]]));
        Assert.Equal(MuxError.MalformedFrame, FailureAfter([0, 4, .. open[2..]]));
        Assert.Equal(MuxError.InvalidStreamId, FailureAfter(Frame(YamuxType.WindowUpdate, YamuxFlags.Syn, 2, 0)));
        Assert.Equal(MuxError.InvalidStreamId, FailureAfter(Frame(YamuxType.Data, YamuxFlags.None, 0, 0)));
        Assert.Equal(MuxError.InvalidStreamId, FailureAfter(Frame(YamuxType.Ping, YamuxFlags.Syn, 1, 0)));
        Assert.Equal(MuxError.InvalidStreamId, FailureAfter(open, open));
        Assert.Equal(MuxError.UnknownStream, FailureAfter(Frame(YamuxType.Data, YamuxFlags.None, 1, 0)));
        Assert.Equal(MuxError.UnknownStream, FailureAfter(Frame(YamuxType.WindowUpdate, YamuxFlags.None, 2, 0)));
        Assert.Equal(MuxError.FrameTooLarge, FailureAfter(open, Frame(YamuxType.Data, YamuxFlags.None, 1, 0x80000000)));
        Assert.Equal(MuxError.WindowExceeded, FailureAfter(open, Frame(YamuxType.Data, YamuxFlags.None, 1, (256 * 1024) + 1)));
        Assert.Equal(MuxError.WindowOverflow, FailureAfter(open, Frame(YamuxType.WindowUpdate, YamuxFlags.None, 1, uint.MaxValue)));
        Assert.Equal(
            MuxError.DataAfterFinish,
            FailureAfter(open, Frame(YamuxType.Data, YamuxFlags.Fin, 1, 0), Frame(YamuxType.Data, YamuxFlags.None, 1, 1, payload: 1)));
    }

    [Fact]
    public void A_failed_connection_says_that_it_goes_away_and_takes_nothing_more()
    {
        var server = Server();
        server.Deliver(Frame(YamuxType.Data, YamuxFlags.None, 0, 0));
        Assert.Equal(Frame(YamuxType.GoAway, YamuxFlags.None, 0, (uint)YamuxGoAway.ProtocolError), server.TakeWire());
        server.Deliver(Frame(YamuxType.WindowUpdate, YamuxFlags.Syn, 1, 0));
        Assert.Empty(server.Streams);
        Assert.Null(server.TryOpen());
    }

    [Fact]
    public void No_more_is_sent_than_the_peer_has_room_for_until_it_reads()
    {
        var (client, server) = Connect();
        var here = client.Open();
        Assert.Equal(YamuxOptions.InitialWindow, client.Write(here, 1_000_000));
        Settle(client, server);
        Assert.Equal(0, client.Write(here, 1_000_000));

        var there = Assert.Single(server.Streams);
        server.Now += TimeSpan.FromSeconds(1);
        server.Consume(there, (YamuxOptions.InitialWindow / 2) - 1);
        Settle(client, server);
        Assert.Equal(0, client.Write(here, 1_000_000));
        Assert.False(here.IsWritable);

        server.Consume(there, 1);
        Settle(server, client);
        Assert.True(here.IsWritable);
        Assert.Equal(YamuxOptions.InitialWindow / 2, client.Write(here, 1_000_000));
    }

    [Fact]
    public void A_window_grows_to_what_the_path_needs_and_no_further()
    {
        var (client, server) = Connect();
        Settle(client, server);
        Assert.True(((YamuxSession)server.Session).RoundTrip > TimeSpan.Zero);
        var here = client.Open();
        var most = 0;
        for (var round = 0; round < 9; round++)
        {
            most = Math.Max(most, client.Write(here, 100_000_000));
            server.Deliver(client.TakeWire());
            server.Consume(server.Streams[0], int.MaxValue);
            client.Deliver(server.TakeWire());
        }
        Assert.InRange(most, 8 * 1024 * 1024, new YamuxOptions().MaxWindow);
    }

    [Fact]
    public void A_slow_reader_keeps_the_window_it_started_with()
    {
        var (client, server) = Connect();
        Settle(client, server);
        var here = client.Open();
        for (var round = 0; round < 10; round++)
        {
            Assert.InRange(client.Write(here, 100_000_000), 1, YamuxOptions.InitialWindow);
            Settle(client, server);
            server.Now += TimeSpan.FromSeconds(1);
            server.Consume(server.Streams[0], int.MaxValue);
            Settle(server, client);
        }
    }

    [Fact]
    public void Windows_of_all_streams_grow_within_one_bound_and_a_stream_beyond_it_is_reset()
    {
        var options = new YamuxOptions { MaxWindow = 512 * 1024, MaxConnectionWindow = 512 * 1024 };
        var server = Server(options);
        var client = new MuxEnd(NewSession(isClient: true));
        for (var i = 0; i < 3; i++)
            client.Write(client.Open(), YamuxOptions.InitialWindow);
        Settle(client, server);
        Assert.Equal([false, false, true], client.Streams.Select(stream => stream.IsReset));
        Assert.Equal(MuxError.None, client.Session.Failure);
    }

    [Fact]
    public void Only_so_many_streams_wait_for_the_peer_to_take_them()
    {
        var (client, server) = Connect();
        for (var i = 0; i < 256; i++)
            client.Open();
        Assert.Null(client.TryOpen());
        Settle(client, server);
        Assert.Contains(MuxSignalKind.Openable, client.Signals);
        Assert.NotNull(client.TryOpen());
    }

    [Fact]
    public void Streams_beyond_the_bound_are_refused_whatever_the_backlog_and_the_connection_goes_on()
    {
        var session = new YamuxSession(isClient: false, new YamuxOptions { MaxStreams = 2, AcceptBacklog = 1 }, TimeSpan.Zero);
        for (uint id = 1; id <= 5; id += 2)
        {
            var frame = (ReadOnlySpan<byte>)Frame(YamuxType.Data, YamuxFlags.Syn, id, 1, payload: 1);
            Assert.Equal(id <= 3 ? MuxSignalKind.Opened : MuxSignalKind.None, session.Read(ref frame, default).Kind);
            while (!frame.IsEmpty)
                session.Read(ref frame, default);
        }
        Assert.Equal(2, session.StreamCount);
        Assert.Equal(MuxError.None, session.Failure);
    }

    [Fact]
    public void A_peer_that_has_gone_away_is_asked_for_no_streams()
    {
        var (client, server) = Connect();
        server.Session.GoAway();
        Settle(server, client);
        Assert.Contains(MuxSignalKind.GoneAway, client.Signals);
        Assert.Null(client.TryOpen());
    }

    [Fact]
    public void Pings_are_answered_but_a_flood_of_them_ends_the_connection()
    {
        var server = Server();
        server.TakeWire();
        server.Deliver(Frame(YamuxType.Ping, YamuxFlags.Syn, 0, 42));
        Assert.Equal(Frame(YamuxType.Ping, YamuxFlags.Ack, 0, 42), server.TakeWire());
        for (var i = 0; i < 100; i++)
            server.Deliver(Frame(YamuxType.Ping, YamuxFlags.Syn, 0, 42));
        Assert.Equal(MuxError.TooManyPings, server.Session.Failure);
    }

    [Fact]
    public void Pings_at_an_ordinary_pace_are_never_too_many()
    {
        var server = Server();
        for (var i = 0; i < 1000; i++)
        {
            server.Now += TimeSpan.FromMilliseconds(100);
            server.Deliver(Frame(YamuxType.Ping, YamuxFlags.Syn, 0, 42));
            server.TakeWire();
        }
        Assert.Equal(MuxError.None, server.Session.Failure);
    }

    [Fact]
    public void A_peer_that_answers_pings_stays_and_one_that_falls_silent_is_given_up()
    {
        var (client, server) = Connect();
        Settle(client, server);
        for (var i = 0; i < 10; i++)
        {
            client.Now = server.Now = client.Session.Tick(client.Now);
            server.Session.Tick(server.Now);
            Settle(client, server);
        }
        Assert.Equal(MuxError.None, client.Session.Failure);

        for (var i = 0; i < 3; i++)
        {
            client.Now = client.Session.Tick(client.Now);
            client.TakeWire();
        }
        Assert.Equal(MuxError.KeepAliveTimeout, client.Session.Failure);
    }

    [Fact]
    public void A_peer_that_opens_streams_and_takes_no_answers_is_given_up()
    {
        var server = Server();
        for (uint id = 1; server.Session.Failure == MuxError.None; id += 2)
        {
            Assert.InRange(id, 1u, 100_000u);
            server.Deliver(Frame(YamuxType.WindowUpdate, YamuxFlags.Syn, id, 0));
            server.Deliver(Frame(YamuxType.WindowUpdate, YamuxFlags.Rst, id, 0));
        }
        Assert.Equal(MuxError.ControlBacklogExceeded, server.Session.Failure);
    }
}
