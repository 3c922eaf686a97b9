using LogosActors.Libp2p.Multiplexing;

namespace LogosActors.Libp2p.Connections;

/// <summary>From the secure channel to the streams.</summary>
internal sealed partial class MuxedConnection
{
    readonly List<LibP2pStream> _arrived = [];
    readonly AsyncSignal _relieved = new();
    bool _isReading = true;
    volatile bool _isCongested;

    async Task ReadAsync()
    {
        try
        {
            while (true)
            {
                var plaintext = await _channel.ReadAsync(CancellationToken.None);
                if (plaintext.IsEmpty)
                {
                    End(new ConnectionException(ConnectionFailure.Lost, "The peer closed the connection."));
                    break;
                }
                // Readers are woken once for all that has come.
                do
                    Receive(plaintext.Span);
                while (Volatile.Read(ref _waiting) < MaxWaiting && _channel.TryRead(out plaintext));
                Deliver();
                if (_isCongested)
                    await WaitForReadersAsync();
            }
        }
        catch (ConnectionException e)
        {
            End(e);
        }
        catch (Exception e)
        {
            // Whatever it is, it is this connection's end and nobody else's.
            End(new ConnectionException(ConnectionFailure.Lost, "The connection was lost.", e));
        }
        lock (_gate)
        {
            _isReading = false;
            WipeIfUnused();
        }
    }

    void Receive(ReadOnlySpan<byte> plaintext)
    {
        var failure = MuxError.None;
        lock (_gate)
        {
            var now = Now;
            MuxSignalKind kind;
            do
            {
                var signal = _session.Read(ref plaintext, now);
                kind = signal.Kind;
                if (kind == MuxSignalKind.Failed)
                    failure = _session.Failure;
                else
                    Handle(signal);
                if (kind == MuxSignalKind.Reset && !signal.Stream!.IsOutbound && _resets.Take(1, now) > TimeSpan.Zero)
                {
                    failure = MuxError.TooManyResets;
                    break;
                }
            }
            while (kind is not (MuxSignalKind.None or MuxSignalKind.Failed));
        }
        if (failure == MuxError.None)
            return;
        Deliver();
        throw Failed(failure);
    }

    /// <summary>Tells readers of what has come, and the peer what there is to tell.</summary>
    void Deliver()
    {
        lock (_gate)
        {
            foreach (var stream in _arrived)
                stream.Flush();
            _arrived.Clear();
            _receiving = _channel.Held;
            CountHeld();
            _isCongested = IsFull;
        }
        StartSending();
    }

    void Handle(in MuxSignal signal)
    {
        var stream = signal.Stream?.Owner as LibP2pStream;
        switch (signal.Kind)
        {
            case MuxSignalKind.Data when stream is not null:
                if (stream.Append(signal.Payload))
                    _arrived.Add(stream);
                break;
            case MuxSignalKind.Opened:
                stream = Add(signal.Stream!);
                if (_failure is null && _incoming.Writer.TryWrite(stream))
                {
                    _waiting++;
                    break;
                }
                _session.Reset(stream.Mux);
                stream.End(new StreamResetException());
                Forget(stream);
                break;
            case MuxSignalKind.Finished when stream is not null:
                stream.FinishRemote();
                Forget(stream);
                break;
            case MuxSignalKind.Reset when stream is not null:
                stream.End(new StreamResetException());
                if (signal.Stream is { IsOutbound: false } && !stream.IsAccepted)
                    stream.DiscardUnlessComplete();
                Forget(stream);
                break;
            case MuxSignalKind.Writable when stream is not null:
                stream.Writable.Set();
                break;
            case MuxSignalKind.Openable:
                _openable?.TrySetResult();
                _openable = null;
                break;
            case MuxSignalKind.GoneAway:
                _remoteGone = true;
                _openable?.TrySetResult();
                _openable = null;
                break;
        }
    }

    /// <summary>Leaves the peer's bytes to TCP until the streams are taken and read; resets those whose reader is too slow.</summary>
    async ValueTask WaitForReadersAsync()
    {
        using var timeout = new CancellationTokenSource(_slowReaderTimeout, _time);
        try
        {
            while (_isCongested)
                await _relieved.WaitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            while (TakeCongested() is { } slow)
                Reset(slow);
            if (Volatile.Read(ref _waiting) >= MaxWaiting)
                throw new ConnectionException(ConnectionFailure.Lost, "The peer opened streams faster than they were taken.");
        }
    }

    /// <summary>Whether nothing more is to be read for now.</summary>
    bool IsFull => _waiting >= MaxWaiting || _session.Congested is not null;

    LibP2pStream? TakeCongested()
    {
        lock (_gate)
            return _session.Congested?.Owner as LibP2pStream;
    }

    /// <summary>Lets the connection be read again once no stream is in the way.</summary>
    void Relieve()
    {
        if (!_isCongested || (_failure is null && IsFull))
            return;
        _isCongested = false;
        _relieved.Set();
    }

    /// <summary>Wipes keys and buffers once the connection has ended and nobody is at work with them.</summary>
    void WipeIfUnused()
    {
        if (_failure is not null && !_isReading && !_isSending)
            _channel.Wipe();
    }
}
