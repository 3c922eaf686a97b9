using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Multiplexing;
using LogosActors.Libp2p.Negotiation;

namespace LogosActors.Libp2p.Connections;

/// <summary>One stream of a connection: bytes in order, both ways, each way ended on its own.</summary>
/// <remarks>
/// One reader and one writer at a time. Back-pressure is end to end: a write waits for the peer's window and the connection's
/// buffer; bytes that are not read keep the peer's window closed. Unread bytes are bounded by the multiplexer.
/// </remarks>
public sealed class LibP2pStream : IAsyncDisposable
{
    /// <summary>What is kept at most of a stream that was reset before it was accepted: as much as identify allows.</summary>
    const int MaxKept = 64 * 1024;

    // Unread bytes are bounded by the window already; a pipe that paused would hold up the whole connection.
    static readonly PipeOptions Unread = new(pauseWriterThreshold: 0, minimumSegmentSize: 4 * 1024, useSynchronizationContext: false);

    readonly Pipe _unread = new(Unread);
    IOException? _end;
    bool _isAnnounced;
    bool _isAppended;
    long _appended;
    bool _isFinished;
    ReadOnlySequence<byte> _lent;
    TaskCompletionSource? _ended;

    internal LibP2pStream(MuxedConnection connection, MuxStream mux)
    {
        Connection = connection;
        Mux = mux;
    }

    /// <summary>The connection that the stream is of.</summary>
    internal MuxedConnection Connection { get; }

    /// <summary>Whether this side opened the stream.</summary>
    public bool IsOutbound => Mux.IsOutbound;

    /// <summary>The protocol that both sides agreed on.</summary>
    public string Protocol { get; internal set; } = "";

    /// <summary>Who is at the other end.</summary>
    public PeerId RemotePeer => Connection.RemotePeer;

    internal PublicKey RemoteKey => Connection.RemoteKey;

    /// <summary>Whether the peer has finished or reset the stream, or the connection is over.</summary>
    internal bool IsRemoteFinished => _isFinished || _end is not null;

    /// <summary>Ends when the stream is reset or its connection is over, whatever is still unread.</summary>
    internal Task Ended
    {
        get
        {
            var made = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var ended = Interlocked.CompareExchange(ref _ended, made, null) ?? made;
            if (_end is not null)
                ended.TrySetResult();
            return ended.Task;
        }
    }

    internal MuxStream Mux { get; }

    /// <summary>Delays reads once the protocol is agreed on; null: none are delayed.</summary>
    internal StreamMeter? Meter { get; set; }

    /// <summary>Set when a writer that had to wait may go on.</summary>
    internal AsyncSignal Writable { get; } = new();

    /// <summary>Reads at least one byte, or none when the peer has finished.</summary>
    /// <exception cref="StreamResetException">The stream was reset.</exception>
    /// <exception cref="ConnectionException">The connection has ended.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation = default)
    {
        var result = await ReadAsync(cancellation);
        var read = (int)Math.Min(buffer.Length, result.Buffer.Length);
        var taken = result.Buffer.Slice(0, read);
        taken.CopyTo(buffer.Span);
        AdvanceTo(taken.End, taken.End);
        return read;
    }

    /// <summary>Reads without copying, as of a <see cref="PipeReader"/>: what is unread and was not examined before.</summary>
    /// <returns>Memory that is the caller's until <see cref="AdvanceTo"/>; complete when the peer has finished.</returns>
    /// <exception cref="StreamResetException">The stream was reset.</exception>
    /// <exception cref="ConnectionException">The connection has ended.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ReadResult> ReadAsync(CancellationToken cancellation = default)
    {
        Announce();
        if (Meter is { IsWaiting: true })
            await Meter.WaitAsync(cancellation);
        var result = await _unread.Reader.ReadAsync(cancellation);
        _lent = result.Buffer;
        return result;
    }

    /// <summary>Ends a read: bytes up to <paramref name="consumed"/> are done with, the peer may send as many more.</summary>
    public void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        var count = (int)_lent.Slice(0, consumed).Length;
        _lent = default;
        _unread.Reader.AdvanceTo(consumed, examined);
        if (count == 0)
            return;
        Connection.Consumed(this, count);
        Meter?.Count(count);
    }

    /// <summary>Hands all bytes to the connection; waits while the peer has no room.</summary>
    /// <exception cref="StreamResetException">The stream was reset.</exception>
    /// <exception cref="ConnectionException">The connection has ended.</exception>
    /// <exception cref="InvalidOperationException">This side has finished the stream.</exception>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation = default)
    {
        ThrowIfEnded();
        if (Mux.IsFinished)
            throw new InvalidOperationException("Nothing can be written after CloseWriteAsync.");
        var taken = Connection.Write(this, bytes.Span, finish: false, out _);
        return taken == bytes.Length ? default : WriteRestAsync(bytes[taken..], finish: false, cancellation);
    }

    /// <summary>Tells the peer that nothing more will be written. Reading goes on.</summary>
    public ValueTask CloseWriteAsync(CancellationToken cancellation = default)
    {
        ThrowIfEnded();
        return WriteRestAsync(default, finish: true, cancellation);
    }

    /// <summary>Ends the stream in both directions at once; bytes under way are lost.</summary>
    public void Reset() => Connection.Reset(this);

    /// <summary>Lets the stream go: resets it unless both sides have finished.</summary>
    public ValueTask DisposeAsync()
    {
        Reset();
        _unread.Reader.Complete();
        return default;
    }

    /// <summary>Runs a negotiation to its end; bytes behind it are left to be read.</summary>
    /// <exception cref="IOException">The stream was finished, reset or lost in the midst of it.</exception>
    internal async Task NegotiateAsync(INegotiation negotiation, CancellationToken cancellation)
    {
        var isOver = false;
        while (true)
        {
            if (!negotiation.Output.IsEmpty)
            {
                await WriteAsync(negotiation.Output, cancellation);
                negotiation.Sent();
            }
            if (isOver)
                return;
            var result = await _unread.Reader.ReadAsync(cancellation);
            var segment = result.Buffer.First;
            if (segment.IsEmpty && result.IsCompleted)
                throw new ConnectionException(ConnectionFailure.NegotiationFailed, "The peer finished the stream before a protocol was agreed on.");
            isOver = Read(negotiation, segment.Span, out var taken);
            _unread.Reader.AdvanceTo(result.Buffer.GetPosition(taken));
            if (taken > 0)
                Connection.Consumed(this, taken);
        }
    }

    static bool Read(INegotiation negotiation, ReadOnlySpan<byte> source, out int taken)
    {
        var rest = source;
        var isOver = negotiation.Read(ref rest);
        taken = source.Length - rest.Length;
        return isOver;
    }

    /// <summary>Takes bytes for the reader, who learns of them by <see cref="Flush"/>.</summary>
    /// <returns>Whether they are the first since.</returns>
    internal bool Append(ReadOnlySpan<byte> bytes)
    {
        if (_end is not null || _isFinished)
            return false;
        bytes.CopyTo(_unread.Writer.GetSpan(bytes.Length));
        _unread.Writer.Advance(bytes.Length);
        _appended += bytes.Length;
        var isFirst = !_isAppended;
        _isAppended = true;
        return isFirst;
    }

    internal void Flush()
    {
        _isAppended = false;
        if (_end is not null || _isFinished)
            return;
        var flushed = _unread.Writer.FlushAsync();
        Debug.Assert(flushed.IsCompletedSuccessfully, "a pipe without a threshold never waits");
    }

    internal void FinishRemote()
    {
        _isFinished = true;
        _unread.Writer.Complete();
    }

    /// <summary>Lets reader and writer fail from now on.</summary>
    internal void End(IOException reason)
    {
        if (_end is not null)
            return;
        _end = reason;
        if (!_isFinished)
            _unread.Writer.Complete(reason);
        Writable.Set();
        // Whoever asks for Ended sees either the end or this.
        Interlocked.MemoryBarrier();
        _ended?.TrySetResult();
    }

    /// <summary>Whether somebody has taken the stream that the peer opened. Under the connection's lock.</summary>
    internal bool IsAccepted { get; set; }

    /// <summary>Whether <see cref="DiscardUnlessComplete"/> has dropped what had come. Under the connection's lock.</summary>
    internal bool IsDiscarded { get; private set; }

    /// <summary>For a stream that was reset before it was accepted: drops what has come, unless the peer had finished it and it is at most
    /// <see cref="MaxKept"/>, which can still be read.</summary>
    internal void DiscardUnlessComplete()
    {
        if (_isFinished && _appended <= MaxKept)
            return;
        IsDiscarded = true;
        _unread.Reader.Complete();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    async ValueTask WriteRestAsync(ReadOnlyMemory<byte> bytes, bool finish, CancellationToken cancellation)
    {
        while (true)
        {
            bytes = bytes[Connection.Write(this, bytes.Span, finish, out var isFinished)..];
            if (bytes.IsEmpty && (isFinished || !finish))
                return;
            ThrowIfEnded();
            await Writable.WaitAsync(cancellation);
            ThrowIfEnded();
        }
    }

    /// <summary>Lets the peer know of the stream before its answer is waited for; usually a first write has done so.</summary>
    void Announce()
    {
        if (_isAnnounced)
            return;
        _isAnnounced = true;
        Connection.StartSending();
    }

    void ThrowIfEnded()
    {
        if (_end is ConnectionException failure)
            throw MuxedConnection.Again(failure);
        if (_end is not null)
            throw new StreamResetException();
    }
}
