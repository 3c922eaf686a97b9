using System.Net;
using System.Threading.Channels;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Limits;
using LogosActors.Libp2p.Multiplexing;

namespace LogosActors.Libp2p.Connections;

/// <summary>A secure connection to one peer, shared by many streams.</summary>
/// <remarks>
/// Bounds: <see cref="ConnectionOptions.SendBuffer"/> bytes wait to be encrypted, and as many are being sent; open streams and unread bytes are bounded by the
/// multiplexer; while <see cref="MaxWaiting"/> streams, open or reset, wait for <see cref="AcceptStreamAsync"/>, nothing is read from
/// the peer; a peer that resets more than <see cref="ResetBurst"/> streams at once, and <see cref="ResetsPerSecond"/> a second from
/// then on, has its connection closed. Whatever the peer does wrong ends this connection and no other. For any number of threads; one reader and one writer per stream.
/// </remarks>
internal sealed partial class MuxedConnection : IAsyncDisposable
{
    /// <summary>How many streams may wait to be accepted: as many as js-libp2p opens at once, in one Noise frame.</summary>
    public const int MaxWaiting = 1024;

    /// <summary>How many streams the peer may open and reset at once: all that it may have, twice.</summary>
    public const int ResetBurst = 2000;

    /// <summary>How many it may open and reset in the long run; each costs an object or two.</summary>
    public const int ResetsPerSecond = 100;

    static readonly TimeSpan FarewellTimeout = TimeSpan.FromSeconds(1);

    readonly Lock _gate = new();
    readonly NoiseConnection _channel;
    readonly IMultiplexer _session;
    readonly TimeProvider _time;
    readonly long _origin;
    readonly TimeSpan _slowReaderTimeout;
    readonly HashSet<LibP2pStream> _streams = [];
    // Bounded by _waiting, which stops the reading; what has been read already is not refused.
    readonly Channel<LibP2pStream> _incoming = Channel.CreateUnbounded<LibP2pStream>();
    readonly TokenBucket _resets = new(ResetsPerSecond, ResetBurst);
    readonly TaskCompletionSource<ConnectionException> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    TaskCompletionSource? _openable;
    ITimer? _timer;
    ConnectionException? _failure;
    bool _remoteGone;
    int _waiting;
    int _receiving;
    int _held;

    /// <param name="channel">The secure channel, which is disposed with the connection.</param>
    /// <param name="session">Makes the multiplexer, at the time that it is given.</param>
    /// <param name="remoteKey">The peer's proven identity.</param>
    /// <param name="options">The connection's bounds.</param>
    /// <param name="time">The clock of keep-alives and round trips.</param>
    public MuxedConnection(
        NoiseConnection channel, Func<TimeSpan, IMultiplexer> session, PublicKey remoteKey, ConnectionOptions options, TimeProvider time)
    {
        _channel = channel;
        _time = time;
        _origin = time.GetTimestamp();
        _session = session(TimeSpan.Zero);
        _slowReaderTimeout = options.SlowReaderTimeout;
        _pending = new OutgoingFrames(options.SendBuffer);
        RemoteKey = remoteKey;
        RemotePeer = PeerId.FromPublicKey(remoteKey);
    }

    public PublicKey RemoteKey { get; }

    public PeerId RemotePeer { get; }

    /// <summary>What the connection holds of the host's memory.</summary>
    public MemoryAccount Memory { get; init; } = MemoryAccount.Unlimited();

    public EndPoint? RemoteEndPoint => _channel.RemoteEndPoint;

    /// <summary>Why the connection has ended, once it has.</summary>
    public Task<ConnectionException> Ended => _ended.Task;

    /// <summary>Streams that are open, of both sides.</summary>
    public int StreamCount
    {
        get
        {
            lock (_gate)
                return _session.StreamCount;
        }
    }

    TimeSpan Now => _time.GetElapsedTime(_origin);

    /// <summary>Begins to read. Once.</summary>
    /// <param name="received">Plaintext that had come with the last negotiation.</param>
    public void Start(ReadOnlySpan<byte> received)
    {
        _timer = _time.CreateTimer(static connection => ((MuxedConnection)connection!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Tick();
        try
        {
            Receive(received);
            Deliver();
        }
        catch (ConnectionException e)
        {
            End(e);
        }
        _ = ReadAsync();
    }

    /// <summary>Opens a stream; waits while the peer has too many to take. The peer learns of it with the first write or read.</summary>
    /// <exception cref="ConnectionException">The connection has ended, or the peer takes no more streams.</exception>
    public async ValueTask<LibP2pStream> OpenStreamAsync(CancellationToken cancellation = default)
    {
        while (true)
        {
            Task openable;
            lock (_gate)
            {
                if (_failure is not null)
                    throw Again(_failure);
                if (_session.Open() is { } opened)
                    return Add(opened);
                if (_remoteGone)
                    throw new ConnectionException(ConnectionFailure.Closed, "The peer takes no more streams.");
                openable = (_openable ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }
            await openable.WaitAsync(cancellation);
        }
    }

    /// <summary>Takes the next stream that the peer opens.</summary>
    /// <exception cref="ConnectionException">The connection has ended.</exception>
    public async ValueTask<LibP2pStream> AcceptStreamAsync(CancellationToken cancellation = default)
    {
        while (true)
        {
            LibP2pStream stream;
            try
            {
                stream = await _incoming.Reader.ReadAsync(cancellation);
            }
            catch (ChannelClosedException)
            {
                throw Again(await _ended.Task);
            }
            if (!TryAccept(stream))
                continue;
            StartSending();
            return stream;
        }
    }

    /// <summary>Takes a stream that waited. False when the peer has reset it meanwhile.</summary>
    bool TryAccept(LibP2pStream stream)
    {
        lock (_gate)
        {
            _waiting--;
            Relieve();
            if (stream.IsDiscarded)
                return false;
            stream.IsAccepted = true;
            _session.Accept(stream.Mux);
            return true;
        }
    }

    /// <summary>Says goodbye, and ends the connection with everything on it.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
            _session.GoAway();
        StartSending();
        await WhenSentAsync().WaitAsync(FarewellTimeout, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        End(new ConnectionException(ConnectionFailure.Closed, "The connection was closed."));
        await _ended.Task;
    }

    /// <summary>Counts bytes that are held for the connection elsewhere, or with a minus those that have gone.</summary>
    internal void Hold(int bytes)
    {
        lock (_gate)
            Memory.Count(bytes);
    }

    /// <summary>Counts the memory of what is received and sent, beside what the session counts: the unread bytes of streams.</summary>
    void CountHeld()
    {
        var held = _receiving + _pending.Held + _batch;
        Memory.Count(held - _held);
        _held = held;
    }

    /// <summary>Gives back the room of bytes that were read.</summary>
    internal void Consumed(LibP2pStream stream, int bytes)
    {
        lock (_gate)
        {
            _session.Consumed(stream.Mux, bytes, Now);
            Relieve();
        }
        StartSending();
    }

    internal void Reset(LibP2pStream stream)
    {
        lock (_gate)
        {
            _session.Reset(stream.Mux);
            stream.End(new StreamResetException());
            Forget(stream);
            Relieve();
        }
        StartSending();
    }

    LibP2pStream Add(MuxStream mux)
    {
        var stream = new LibP2pStream(this, mux);
        mux.Owner = stream;
        _streams.Add(stream);
        return stream;
    }

    /// <summary>Lets go of a stream that the session has forgotten.</summary>
    void Forget(LibP2pStream stream)
    {
        if (!stream.Mux.IsClosed || !_streams.Remove(stream))
            return;
        _openable?.TrySetResult();
        _openable = null;
    }

    void Tick()
    {
        TimeSpan due;
        MuxError failure;
        lock (_gate)
        {
            if (_failure is not null)
                return;
            var now = Now;
            var next = _session.Tick(now);
            due = next == TimeSpan.MaxValue ? Timeout.InfiniteTimeSpan : next > now ? next - now : TimeSpan.Zero;
            failure = _session.Failure;
        }
        StartSending();
        if (failure == MuxError.None)
            _timer?.Change(due, Timeout.InfiniteTimeSpan);
        else
            End(Failed(failure));
    }

    /// <summary>Ends the connection, once: every stream, whoever waits, and the transport.</summary>
    void End(ConnectionException failure)
    {
        lock (_gate)
        {
            if (_failure is not null)
                return;
            _failure = failure;
            foreach (var stream in _streams)
                stream.End(failure);
            _streams.Clear();
            _session.End();
            _openable?.TrySetResult();
            Relieve();
        }
        _timer?.Dispose();
        _incoming.Writer.TryComplete();
        _ = EndTransportAsync(failure);
    }

    async Task EndTransportAsync(ConnectionException failure)
    {
        try
        {
            await _channel.DisposeAsync();
        }
        catch (Exception)
        {
            // It is over either way.
        }
        _ended.TrySetResult(failure);
    }

    static ConnectionException Failed(MuxError error) =>
        new(ConnectionFailure.MultiplexingFailed, $"The peer broke the multiplexer's protocol: {error}.");

    /// <summary>A failure that is thrown at several places is thrown anew at each.</summary>
    internal static ConnectionException Again(ConnectionException failure) => new(failure.Failure, failure.Message, failure);
}
