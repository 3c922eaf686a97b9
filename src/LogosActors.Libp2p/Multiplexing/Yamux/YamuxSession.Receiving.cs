namespace LogosActors.Libp2p.Multiplexing.Yamux;

/// <summary>What the peer sends: frames in any fragmentation, each checked before anything is done for it.</summary>
internal sealed partial class YamuxSession
{
    /// <summary>What of the current frame is to be done next.</summary>
    enum Phase
    {
        Header,
        Opening,
        Body,
        Payload,
        Ending,
    }

    readonly byte[] _partialHeader = new byte[YamuxHeader.Size];
    int _partialLength;

    Phase _phase;
    YamuxHeader _frame;
    YamuxStream? _frameStream;
    int _payloadLeft;

    public MuxSignal Read(ref ReadOnlySpan<byte> source, TimeSpan now)
    {
        while (Failure == MuxError.None)
        {
            if (_phase == Phase.Header && _openRefused && CanOpen)
            {
                _openRefused = false;
                return new MuxSignal(MuxSignalKind.Openable);
            }
            if (_phase is Phase.Header or Phase.Payload && source.IsEmpty)
                return default;
            var signal = _phase switch
            {
                Phase.Header => ReadHeader(ref source),
                Phase.Opening => ReadOpening(now),
                Phase.Body => ReadBody(now),
                Phase.Payload => ReadPayload(ref source),
                _ => ReadEnding(),
            };
            if (signal.Kind != MuxSignalKind.None)
                return signal;
        }
        source = default;
        return new MuxSignal(MuxSignalKind.Failed);
    }

    MuxSignal ReadHeader(ref ReadOnlySpan<byte> source)
    {
        MuxError error;
        if (_partialLength == 0 && source.Length >= YamuxHeader.Size)
        {
            _ = YamuxHeader.TryRead(source, out _frame, out error);
            source = source[YamuxHeader.Size..];
        }
        else
        {
            var taken = Math.Min(YamuxHeader.Size - _partialLength, source.Length);
            source[..taken].CopyTo(_partialHeader.AsSpan(_partialLength));
            source = source[taken..];
            _partialLength += taken;
            if (_partialLength < YamuxHeader.Size)
                return default;
            _partialLength = 0;
            _ = YamuxHeader.TryRead(_partialHeader, out _frame, out error);
        }
        if (error != MuxError.None)
            Fail(error);
        _phase = _frame.Type is YamuxType.Data or YamuxType.WindowUpdate ? Phase.Opening : Phase.Body;
        return default;
    }

    MuxSignal ReadOpening(TimeSpan now)
    {
        var id = _frame.StreamId;
        _phase = Phase.Body;
        _payloadLeft = _frame.Type == YamuxType.Data ? (int)Math.Min(_frame.Length, int.MaxValue) : 0;
        if (_payloadLeft > _options.MaxWindow)
        {
            Fail(MuxError.FrameTooLarge);
            return default;
        }
        if (_frame.Flags.HasFlag(YamuxFlags.Syn))
            return OpenRemote(id, now);
        if (!_streams.TryGetValue(id, out _frameStream))
        {
            // Frames for a stream that has ended may still be under way; for one that never was they cannot be.
            if (id == 0 || id > ((id & 1) == _parity ? _nextId - 2 : _highestRemoteId))
                Fail(id == 0 ? MuxError.InvalidStreamId : MuxError.UnknownStream);
            return default;
        }
        if (_frameStream.IsOutbound)
            Acknowledge(_frameStream);
        return default;
    }

    MuxSignal OpenRemote(uint id, TimeSpan now)
    {
        _frameStream = null;
        if (id == 0 || (id & 1) == _parity || _streams.ContainsKey(id))
        {
            Fail(MuxError.InvalidStreamId);
            return default;
        }
        _highestRemoteId = Math.Max(_highestRemoteId, id);
        if (_gone || _inbound >= _options.MaxStreams)
        {
            QueueReset(id);
            return default;
        }
        _frameStream = new YamuxStream(id, isOutbound: false);
        _frameStream.StartEpoch(now);
        _streams.Add(id, _frameStream);
        _inbound++;
        return new MuxSignal(MuxSignalKind.Opened, _frameStream);
    }

    MuxSignal ReadBody(TimeSpan now)
    {
        _phase = Phase.Ending;
        switch (_frame.Type)
        {
            case YamuxType.Ping:
                _phase = Phase.Header;
                return ReadPing(now);
            case YamuxType.GoAway:
                _phase = Phase.Header;
                if (_frame.StreamId != 0)
                    Fail(MuxError.InvalidStreamId);
                _remoteGone = true;
                return new MuxSignal(MuxSignalKind.GoneAway);
            case YamuxType.WindowUpdate:
                return ReadWindowUpdate();
            default:
                _phase = Phase.Payload;
                AdmitPayload();
                if (_payloadLeft == 0)
                    _phase = Phase.Ending;
                return default;
        }
    }

    MuxSignal ReadPing(TimeSpan now)
    {
        if (_frame.StreamId != 0)
            Fail(MuxError.InvalidStreamId);
        else if (_frame.Flags.HasFlag(YamuxFlags.Ack))
            _pings.Answered(_frame.Length, now);
        else if (!_pings.TryAnswer(_frame.Length, now))
            Fail(MuxError.TooManyPings);
        return default;
    }

    MuxSignal ReadWindowUpdate()
    {
        if (_frameStream is not { IsClosed: false } stream)
            return default;
        stream.SendWindow += _frame.Length;
        if (stream.SendWindow > uint.MaxValue)
            Fail(MuxError.WindowOverflow);
        if (!stream.IsBlocked || stream.SendWindow == 0)
            return default;
        stream.IsBlocked = false;
        return new MuxSignal(MuxSignalKind.Writable, stream);
    }

    void AdmitPayload()
    {
        if (_frameStream is not { IsClosed: false } stream || _payloadLeft == 0 || _frame.Flags.HasFlag(YamuxFlags.Rst))
            return;
        if (stream.IsRemoteFinished)
            Fail(MuxError.DataAfterFinish);
        else if (!stream.TryReceive(_payloadLeft))
            Fail(MuxError.WindowExceeded);
        else
            CountUnread(_payloadLeft);
    }

    void CountUnread(int bytes)
    {
        _unread += bytes;
        _memory.Count(bytes);
    }

    MuxSignal ReadPayload(ref ReadOnlySpan<byte> source)
    {
        var payload = source[..Math.Min(_payloadLeft, source.Length)];
        source = source[payload.Length..];
        _payloadLeft -= payload.Length;
        if (_payloadLeft == 0)
            _phase = Phase.Ending;
        if (_frameStream is not { IsClosed: false } stream || _frame.Flags.HasFlag(YamuxFlags.Rst))
            return default;
        if (_unread <= _options.MaxConnectionWindow && !_memory.IsExceeded)
            return new MuxSignal(MuxSignalKind.Data, stream, payload);
        Reset(stream);
        return new MuxSignal(MuxSignalKind.Reset, stream);
    }

    MuxSignal ReadEnding()
    {
        _phase = Phase.Header;
        if (_frameStream is not { IsClosed: false } stream)
            return default;
        if (_frame.Flags.HasFlag(YamuxFlags.Rst))
        {
            Forget(stream, stream.Unread);
            Close(stream);
            return new MuxSignal(MuxSignalKind.Reset, stream);
        }
        if (!_frame.Flags.HasFlag(YamuxFlags.Fin) || stream.IsRemoteFinished)
            return default;
        stream.FinishRemote();
        CloseIfFinished(stream);
        return new MuxSignal(MuxSignalKind.Finished, stream);
    }
}
