using LogosActors.Libp2p.Multiplexing;

namespace LogosActors.Libp2p.Tests.Multiplexing;

/// <summary>One side of a simulated connection: a session, what it has put on the wire, and what its streams have seen.</summary>
internal sealed class MuxEnd(IMultiplexer session)
{
    readonly List<byte> _wire = [];

    public IMultiplexer Session => session;

    public List<TestStream> Streams { get; } = [];

    public List<MuxSignalKind> Signals { get; } = [];

    public TimeSpan Now { get; set; }

    public TestStream Open() => TryOpen() ?? throw new InvalidOperationException("No stream could be opened.");

    public TestStream? TryOpen() => session.Open() is { } stream ? Add(stream) : null;

    /// <summary>Sends as much as the session lets through, and returns how much.</summary>
    public int Write(TestStream stream, int bytes, bool finish = false)
    {
        var left = bytes;
        Span<byte> header = stackalloc byte[IMultiplexer.MaxHeaderLength];
        while (true)
        {
            var frame = session.Send(stream.Mux, left, finish, header);
            if (frame.HeaderLength == 0)
                return bytes - left;
            _wire.AddRange(header[..frame.HeaderLength]);
            for (var i = 0; i < frame.PayloadLength; i++)
                _wire.Add(Pattern(stream.Mux, stream.Mux.IsOutbound, stream.Sent++));
            left -= frame.PayloadLength;
            if (frame.IsFinished || (left == 0 && !finish))
                return bytes - left;
        }
    }

    public void Consume(TestStream stream, int bytes)
    {
        bytes = (int)Math.Min(bytes, stream.Received - stream.Consumed);
        stream.Consumed += bytes;
        session.Consumed(stream.Mux, bytes, Now);
    }

    /// <summary>Everything on the wire, the session's own frames included.</summary>
    public byte[] TakeWire()
    {
        var control = new byte[256];
        for (int written; (written = session.WriteControl(control, Now)) > 0;)
            _wire.AddRange(control.AsSpan(0, written));
        var taken = _wire.ToArray();
        _wire.Clear();
        return taken;
    }

    public void Deliver(ReadOnlySpan<byte> bytes)
    {
        while (true)
        {
            var signal = session.Read(ref bytes, Now);
            if (signal.Kind == MuxSignalKind.None)
                return;
            Signals.Add(signal.Kind);
            if (signal.Kind == MuxSignalKind.Failed)
                return;
            if (signal.Kind == MuxSignalKind.Opened)
            {
                Add(signal.Stream!);
                session.Accept(signal.Stream!);
            }
            if (signal.Stream?.Owner is TestStream stream)
                stream.See(signal);
        }
    }

    TestStream Add(MuxStream mux)
    {
        var stream = new TestStream(mux);
        mux.Owner = stream;
        Streams.Add(stream);
        return stream;
    }

    /// <summary>The byte at a position of what one side of a stream sends.</summary>
    public static byte Pattern(MuxStream stream, bool fromOpener, long position) =>
        (byte)((position * 131) ^ (position >> 9) ^ ((long)stream.Id * 17) ^ (fromOpener ? 0 : 0x55));
}

/// <summary>What one side knows of a stream.</summary>
internal sealed class TestStream(MuxStream mux)
{
    public MuxStream Mux => mux;
    public long Sent { get; set; }
    public long Received { get; private set; }
    public long Consumed { get; set; }
    public bool IsFinished { get; private set; }
    public bool IsReset { get; set; }
    public bool IsWritable { get; set; }

    public void See(in MuxSignal signal)
    {
        switch (signal.Kind)
        {
            case MuxSignalKind.Data:
                Assert.False(IsFinished || IsReset, "bytes after the end of a stream");
                foreach (var b in signal.Payload)
                    if (b != MuxEnd.Pattern(mux, !mux.IsOutbound, Received++))
                        Assert.Fail($"wrong byte at {Received - 1} of stream {mux.Id}");
                break;
            case MuxSignalKind.Finished:
                Assert.False(IsFinished, "a stream ends once");
                IsFinished = true;
                break;
            case MuxSignalKind.Reset:
                IsReset = true;
                break;
            case MuxSignalKind.Writable:
                IsWritable = true;
                break;
        }
    }
}
