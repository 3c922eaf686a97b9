namespace LogosActors.Libp2p.Multiplexing.Mplex;

/// <summary>What the peer sends: messages in any fragmentation.</summary>
internal sealed partial class MplexSession
{
    readonly byte[] _partialHeader = new byte[MplexHeader.MaxSize];
    int _partialLength;

    bool _isInMessage;
    MplexHeader _message;
    MplexStream? _messageStream;
    int _dataLeft;

    public MuxSignal Read(ref ReadOnlySpan<byte> source, TimeSpan now)
    {
        while (Failure == MuxError.None)
        {
            if (_openRefused && CanOpen)
            {
                _openRefused = false;
                return new MuxSignal(MuxSignalKind.Openable);
            }
            if (source.IsEmpty)
                return default;
            var signal = _isInMessage ? ReadData(ref source) : ReadHeader(ref source);
            if (signal.Kind != MuxSignalKind.None)
                return signal;
        }
        source = default;
        return new MuxSignal(MuxSignalKind.Failed);
    }

    MuxSignal ReadHeader(ref ReadOnlySpan<byte> source)
    {
        MuxError error;
        if (_partialLength == 0 && MplexHeader.TryRead(source, out _message, out var consumed, out error))
        {
            source = source[consumed..];
            return Begin();
        }
        var held = _partialLength;
        var taken = Math.Min(MplexHeader.MaxSize - held, source.Length);
        source[..taken].CopyTo(_partialHeader.AsSpan(held));
        if (MplexHeader.TryRead(_partialHeader.AsSpan(0, held + taken), out _message, out consumed, out error))
        {
            _partialLength = 0;
            source = source[(consumed - held)..];
            return Begin();
        }
        if (error != MuxError.None)
            Fail(error);
        _partialLength += taken;
        source = source[taken..];
        return default;
    }

    MuxSignal Begin()
    {
        _dataLeft = (int)_message.Length;
        _isInMessage = _dataLeft > 0;
        var isOutbound = _message.Flag is MplexFlag.MessageReceiver or MplexFlag.CloseReceiver or MplexFlag.ResetReceiver;
        _messageStream = _streams.GetValueOrDefault((_message.StreamId, isOutbound));
        return _message.Flag switch
        {
            MplexFlag.NewStream => OpenRemote(),
            MplexFlag.CloseInitiator or MplexFlag.CloseReceiver => FinishRemote(),
            MplexFlag.ResetInitiator or MplexFlag.ResetReceiver => ResetRemote(),
            _ => Admit(),
        };
    }

    MuxSignal OpenRemote()
    {
        if (_messageStream is not null)
        {
            Fail(MuxError.InvalidStreamId);
            return default;
        }
        if (_gone || _inbound >= options.MaxStreams)
        {
            QueueReset(_message.StreamId, MplexFlag.ResetReceiver);
            return default;
        }
        var stream = new MplexStream(_message.StreamId, isOutbound: false);
        _streams.Add((stream.Id, false), stream);
        _inbound++;
        return new MuxSignal(MuxSignalKind.Opened, stream);
    }

    MuxSignal FinishRemote()
    {
        if (_messageStream is not { IsRemoteFinished: false } stream)
            return default;
        stream.FinishRemote();
        CloseIfFinished(stream);
        return new MuxSignal(MuxSignalKind.Finished, stream);
    }

    MuxSignal ResetRemote()
    {
        if (_messageStream is not { } stream)
            return default;
        Count(stream, -stream.Unread);
        Close(stream);
        return new MuxSignal(MuxSignalKind.Reset, stream);
    }

    MuxSignal Admit()
    {
        // Messages for a stream that has ended may still be under way, and mplex does not say which streams there were.
        if (_messageStream is not { } stream)
            return default;
        if (stream.IsRemoteFinished)
            Fail(MuxError.DataAfterFinish);
        return default;
    }

    MuxSignal ReadData(ref ReadOnlySpan<byte> source)
    {
        var data = source[..Math.Min(_dataLeft, source.Length)];
        source = source[data.Length..];
        _dataLeft -= data.Length;
        _isInMessage = _dataLeft > 0;
        var isForStream = _message.Flag is MplexFlag.MessageInitiator or MplexFlag.MessageReceiver;
        if (!isForStream || _messageStream is not { IsClosed: false } stream)
            return default;
        Count(stream, data.Length);
        if (stream.Unread <= options.MaxStreamBuffer && _unread <= options.MaxConnectionBuffer && !_memory.IsExceeded)
            return new MuxSignal(MuxSignalKind.Data, stream, data);
        Reset(stream);
        return new MuxSignal(MuxSignalKind.Reset, stream);
    }
}
