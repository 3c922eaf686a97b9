using System.Text;
using System.Text.Unicode;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;
using LogosActors.Libp2p.Encoding;

#pragma warning disable CA1720 // methods are named after what is read

namespace LogosActors.Delivery.StoreSync;

/// <summary>Reads the parts of a <see cref="ReconciliationPayload"/>. The first error is kept: everything after it reads as zero or empty.</summary>
internal ref struct ReconciliationReader(ReadOnlySpan<byte> source)
{
    // The shortest delta, and a hash.
    const int ShortestId = 1 + MessageHash.Length;

    ReadOnlySpan<byte> _rest = source;
    DecodeError _error;
    int _ids;

    /// <summary>Whether bytes are left, and no error was found.</summary>
    public readonly bool HasNext => !_rest.IsEmpty;

    public readonly bool Succeeded(out DecodeError error)
    {
        error = _error;
        return error is DecodeError.None;
    }

    public void Fail(DecodeError error)
    {
        if (_error is DecodeError.None)
            _error = error;
        _rest = default;
    }

    /// <summary>A number of 0 – 2^63 − 1.</summary>
    public long Number()
    {
        if (!Varint.TryRead(_rest, out var value, out var length, out var error))
        {
            Fail(error);
            return 0;
        }
        _rest = _rest[length..];
        return (long)value;
    }

    /// <summary>A time and what it grows by; <see cref="DecodeError.Overflow"/> beyond 2^63 − 1.</summary>
    public long Add(long time, long delta)
    {
        if (delta <= long.MaxValue - time)
            return time + delta;
        Fail(DecodeError.Overflow);
        return 0;
    }

    public byte Byte() => Take(1) is [var value] ? value : (byte)0;

    public bool Flag()
    {
        var value = Byte();
        if (value > 1)
            Fail(DecodeError.InvalidValue);
        return value == 1;
    }

    public Fingerprint Fingerprint() =>
        Take(StoreSync.Fingerprint.Length) is { IsEmpty: false } bytes ? StoreSync.Fingerprint.Read(bytes) : default;

    /// <summary>The first bytes of a hash, behind their number; the others are zero.</summary>
    public MessageHash Prefix()
    {
        var length = Byte();
        if (length > MessageHash.Length)
            Fail(DecodeError.InvalidValue);
        Span<byte> hash = stackalloc byte[MessageHash.Length];
        hash.Clear();
        Take(length).CopyTo(hash);
        return new MessageHash(hash);
    }

    public string[] Topics()
    {
        var count = Count(StoreSyncLimits.Topics, shortest: 1);
        var topics = count == 0 ? [] : new string[count];
        for (var i = 0; i < count && _error is DecodeError.None; i++)
            topics[i] = Topic();
        return topics;
    }

    /// <summary>The ids of an item set: ascending, or <see cref="DecodeError.NotCanonical"/>.</summary>
    public ArchivePosition[] Ids()
    {
        var count = Count(StoreSyncLimits.Ids - _ids, ShortestId);
        _ids += count;
        var ids = count == 0 ? [] : new ArchivePosition[count];
        var previous = new ArchivePosition(0, default);
        for (var i = 0; i < count && _error is DecodeError.None; i++)
        {
            var time = Add(previous.Time, Number());
            var id = Take(MessageHash.Length) is { IsEmpty: false } hash ? new ArchivePosition(time, new MessageHash(hash)) : default;
            if (_error is DecodeError.None && id <= previous)
                Fail(DecodeError.NotCanonical);
            ids[i] = previous = id;
        }
        return ids;
    }

    string Topic()
    {
        var length = Number();
        if (length > StoreSyncLimits.TopicLength)
            Fail(DecodeError.LimitExceeded);
        var bytes = Take((int)Math.Min(length, int.MaxValue));
        if (Utf8.IsValid(bytes))
            return Encoding.UTF8.GetString(bytes);
        Fail(DecodeError.InvalidText);
        return "";
    }

    // Known to fit in what is left, before anything is allocated for it.
    int Count(int most, int shortest)
    {
        var count = Number();
        if (count > most)
            Fail(DecodeError.LimitExceeded);
        else if (count > _rest.Length / shortest)
            Fail(DecodeError.Truncated);
        return _error is DecodeError.None ? (int)count : 0;
    }

    ReadOnlySpan<byte> Take(int length)
    {
        if (_error is DecodeError.None && length <= _rest.Length)
        {
            var bytes = _rest[..length];
            _rest = _rest[length..];
            return bytes;
        }
        Fail(DecodeError.Truncated);
        return default;
    }
}
