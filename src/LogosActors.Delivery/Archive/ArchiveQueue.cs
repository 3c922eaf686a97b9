using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Delivery.Archive;

/// <summary>Messages that wait for an archive, and the batch of them that is being written.</summary>
/// <remarks>Bounded by number and bytes; what is too much is dropped from the old end. A batch is never dropped, so that at most
/// the bounds and one batch are held. Payloads are copied together: in arrays of their own those that wait would be copied again by
/// each collection.</remarks>
internal sealed class ArchiveQueue(ArchiveWriterOptions options)
{
    // What a message takes beside its bytes: objects, topics, its hash.
    const int Overhead = 300;

    readonly Queue<ArchivedMessage> _waiting = new();
    readonly MessageSlabs _payloads = new();
    List<ArchivedMessage> _batch = [];
    long _waitingBytes;
    long _batchBytes;
    int _share = options.MaxBatchMessages;

    /// <summary>Messages that wait or are being written.</summary>
    public int Count => _waiting.Count + _batch.Count;

    /// <summary>What they take, about, in bytes.</summary>
    public long Bytes => _waitingBytes + _batchBytes;

    /// <summary>Adds a message.</summary>
    /// <returns>How many were dropped.</returns>
    public int Enqueue(ArchivedMessage message)
    {
        _waiting.Enqueue(Packed(message));
        _waitingBytes += SizeOf(message);
        var dropped = 0;
        while (_waiting.Count > options.MaxWaitingMessages || _waitingBytes > options.MaxWaitingBytes)
        {
            _waitingBytes -= SizeOf(_waiting.Dequeue());
            dropped++;
        }
        return dropped;
    }

    /// <summary>What is to be written next: the rest of the batch, or a new one. Empty when nothing waits.</summary>
    public IReadOnlyList<ArchivedMessage> Next()
    {
        if (_batch.Count == 0)
            Fill();
        return _batch.Count <= _share ? _batch : _batch[.._share];
    }

    /// <summary>The first messages of the batch are done with.</summary>
    public void Written(int count)
    {
        // A new list: the old one may be in others' hands.
        _batch = _batch[count..];
        _batchBytes = _batch.Sum(SizeOf);
        _share = Math.Min(_share * 2, options.MaxBatchMessages);
        _payloads.Heartbeat();
    }

    /// <summary>The database refused what was to be written: half of it is tried, down to the one that it does not take.</summary>
    /// <returns>How many were dropped: that one, or none.</returns>
    public int Refused(int count)
    {
        if (count == 1)
        {
            Written(1);
            return 1;
        }
        _share = count / 2;
        return 0;
    }

    void Fill()
    {
        _batch = new List<ArchivedMessage>(Math.Min(_waiting.Count, options.MaxBatchMessages));
        _batchBytes = 0;
        while (_batch.Count < options.MaxBatchMessages && _waiting.TryPeek(out var next)
            && (_batch.Count == 0 || _batchBytes + SizeOf(next) <= options.MaxBatchBytes))
        {
            _batch.Add(_waiting.Dequeue());
            _batchBytes += SizeOf(next);
        }
        _waitingBytes -= _batchBytes;
    }

    ArchivedMessage Packed(ArchivedMessage archived)
    {
        var message = archived.Message!;
        var payload = _payloads.Take(message.Payload.Length);
        message.Payload.CopyTo(payload);
        return archived with { Message = message with { Payload = payload } };
    }

    static long SizeOf(ArchivedMessage archived)
    {
        var message = archived.Message!;
        return message.Payload.Length + message.Meta.Length + message.RateLimitProof.Length + message.ContentTopic.Length + Overhead;
    }
}
