using FsCheck;
using FsCheck.Fluent;
using LogosActors.Libp2p.Multiplexing;
using LogosActors.Libp2p.Multiplexing.Mplex;

namespace LogosActors.Libp2p.Tests.Multiplexing;

public sealed class MplexTests : MuxContract
{
    private protected override IMultiplexer NewSession(bool isClient) => new MplexSession(new MplexOptions());

    static byte[] Message(ulong id, MplexFlag flag, int length)
    {
        var header = new byte[MplexHeader.MaxSize];
        var size = new MplexHeader(id, flag, (uint)length).Write(header);
        return [.. header[..size], .. new byte[length]];
    }

    static MuxEnd Receiver(MplexOptions? options = null) => new(new MplexSession(options ?? new MplexOptions()));

    [Theory]
    [InlineData("00 00", 0ul, 0, 0u)]
    [InlineData("0A 80 08", 1ul, 2, 1024u)]
    [InlineData("89 01 05", 17ul, 1, 5u)]
    [InlineData("8E 01 00", 17ul, 6, 0u)]
    public void Headers_are_those_of_the_specification(string hex, ulong stream, int flag, uint length)
    {
        var bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        var header = new MplexHeader(stream, (MplexFlag)flag, length);
        var written = new byte[MplexHeader.MaxSize];
        Assert.Equal(bytes, written[..header.Write(written)]);
        Assert.True(MplexHeader.TryRead(bytes, out var read, out var consumed, out _));
        Assert.Equal((header, bytes.Length), (read, consumed));
    }

    [Fact]
    public void A_written_header_is_read_back() => Prop.ForAll<ulong, byte, uint>((stream, flag, length) =>
    {
        var header = new MplexHeader(stream & MplexHeader.MaxStreamId, (MplexFlag)(flag % 7), length % (MplexHeader.MaxLength + 1));
        var bytes = new byte[MplexHeader.MaxSize];
        var size = header.Write(bytes);
        return MplexHeader.TryRead(bytes, out var read, out var consumed, out _) && read == header && consumed == size;
    }).Check(Config.QuickThrowOnFailure);

    // Found by fuzzing: the session waited for the end of the length with no room to hold more of it, and never returned.
    [Theory]
    [InlineData("FAFFFFFFFFFFFFFF7F FFFFFFFFFF")]
    [InlineData("FAFFFFFFFFFFFFFF7F FFFFFFFFFF FFFFFFFF7F")]
    [InlineData("FAFFFFFFFFFFFFFF7F FFFFFFFFFF FFFFFFFFFFFFFFFF")]
    [InlineData("02 FFFFFFFFFF FFFFFFFF7F FFFFFFFFFFFF")]
    public void A_length_without_end_ends_the_connection_wherever_it_is_cut(string hex)
    {
        var bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var end = Receiver();
            end.Deliver(bytes.AsSpan(0, cut));
            end.Deliver(bytes.AsSpan(cut));
            Assert.True(end.Session.Failure is MuxError.FrameTooLarge or MuxError.MalformedFrame, $"{end.Session.Failure} at {cut}");
        }
    }

    [Fact]
    public void Messages_that_break_the_protocol_end_the_connection_with_the_reason()
    {
        MuxError FailureAfter(params byte[][] messages)
        {
            var end = Receiver();
            foreach (var message in messages)
                end.Deliver(message);
            return end.Session.Failure;
        }
        var open = Message(0, MplexFlag.NewStream, 0);
        Assert.Equal(MuxError.MalformedFrame, FailureAfter([0x07, 0]));
        Assert.Equal(MuxError.MalformedFrame, FailureAfter(Enumerable.Repeat((byte)0xff, 12).ToArray()));
        Assert.Equal(MuxError.FrameTooLarge, FailureAfter(open, [0x02, 0x81, 0x80, 0x40]));
        Assert.Equal(MuxError.InvalidStreamId, FailureAfter(open, open));
        Assert.Equal(
            MuxError.DataAfterFinish,
            FailureAfter(open, Message(0, MplexFlag.CloseInitiator, 0), Message(0, MplexFlag.MessageInitiator, 1)));
    }

    [Fact]
    public void The_name_of_a_stream_is_read_over()
    {
        var receiver = Receiver();
        receiver.Deliver([0x00, 0x03, (byte)'a', (byte)'b', (byte)'c', .. Message(0, MplexFlag.CloseInitiator, 0)]);
        var stream = Assert.Single(receiver.Streams);
        Assert.Equal(0, stream.Received);
        Assert.True(stream.IsFinished);
    }

    [Fact]
    public void Messages_for_streams_that_are_not_there_are_dropped()
    {
        var receiver = Receiver();
        receiver.Deliver(Message(9, MplexFlag.MessageInitiator, 100));
        receiver.Deliver(Message(9, MplexFlag.CloseReceiver, 0));
        receiver.Deliver(Message(1, MplexFlag.NewStream, 0));
        Assert.Single(receiver.Streams);
        Assert.Equal(MuxError.None, receiver.Session.Failure);
    }

    [Fact]
    public void Both_sides_number_their_streams_for_themselves()
    {
        var (client, server) = Connect();
        var (ours, theirs) = (client.Open(), server.Open());
        Assert.Equal(ours.Mux.Id, theirs.Mux.Id);
        client.Write(ours, 10);
        server.Write(theirs, 20);
        Settle(client, server);
        Assert.Equal(20, client.Streams[1].Received);
        Assert.Equal(10, server.Streams[1].Received);
    }

    [Fact]
    public void A_stream_whose_reader_is_too_slow_is_reset_and_no_other()
    {
        var (client, server) = Connect();
        var (flooded, other) = (client.Open(), client.Open());
        client.Write(other, 10);
        client.Write(flooded, new MplexOptions().MaxStreamBuffer + 1);
        Settle(client, server);
        Assert.True(flooded.IsReset);
        client.Write(other, 10);
        Settle(client, server);
        Assert.Equal(20, server.Streams.Single(stream => stream.Mux.Id == other.Mux.Id).Received);
        Assert.Equal(MuxError.None, client.Session.Failure);
    }

    [Fact]
    public void A_stream_that_is_half_full_is_named_until_it_is_read()
    {
        var (client, server) = Connect();
        client.Write(client.Open(), new MplexOptions().MaxStreamBuffer / 2);
        Settle(client, server);
        Assert.Null(server.Session.Congested);
        client.Write(client.Streams[0], 1);
        Settle(client, server);
        Assert.Same(server.Streams[0].Mux, server.Session.Congested);
        server.Consume(server.Streams[0], 1);
        Assert.Null(server.Session.Congested);
    }

    [Fact]
    public void A_reader_that_keeps_up_is_never_reset()
    {
        var (client, server) = Connect();
        var stream = client.Open();
        for (var i = 0; i < 8; i++)
        {
            client.Write(stream, 1_000_000);
            Settle(client, server);
            server.Consume(server.Streams[0], int.MaxValue);
        }
        Assert.Equal(8_000_000, server.Streams[0].Received);
    }

    [Fact]
    public void Streams_beyond_the_bound_are_refused()
    {
        var client = Receiver();
        var server = Receiver(new MplexOptions { MaxStreams = 2 });
        for (var i = 0; i < 3; i++)
            client.Open();
        Settle(client, server);
        Assert.Equal([false, false, true], client.Streams.Select(stream => stream.IsReset));
    }
}
