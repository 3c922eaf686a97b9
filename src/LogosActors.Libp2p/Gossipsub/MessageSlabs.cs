namespace LogosActors.Libp2p.Gossipsub;

/// <summary>Memory for messages, many in one array where many come. For one thread at a time.</summary>
/// <remarks>
/// Messages stay for some heartbeats. One array for each would outlive the collections of the youngest generation, which would copy all
/// of them, and stop every thread meanwhile; large arrays are not copied. An array goes when its last message does: who keeps one message
/// for long may keep <see cref="MostSize"/> bytes.
/// </remarks>
public sealed class MessageSlabs
{
    /// <summary>The size of the first array.</summary>
    public const int LeastSize = 4 * 1024;

    /// <summary>The size of arrays where many messages come: more than the 85,000 bytes from which the runtime does not copy them.</summary>
    public const int MostSize = 128 * 1024;

    /// <summary>A message that needs more than this part of an array has one of its own.</summary>
    const int LeastMessages = 8;

    Memory<byte> _free;
    int _size = LeastSize;
    long _taken;

    /// <summary>The size of the next array, in bytes.</summary>
    public int Size => _size;

    /// <summary>Takes bytes that nobody else has. Their contents are anything.</summary>
    /// <param name="length">How many bytes.</param>
    public Memory<byte> Take(int length)
    {
        _taken += length;
        if (length > _free.Length)
        {
            if (_taken >= _size)
                _size = Math.Min(2 * _size, MostSize);
            if (length > _size / LeastMessages)
                return GC.AllocateUninitializedArray<byte>(length);
            _free = GC.AllocateUninitializedArray<byte>(_size);
        }
        var taken = _free[..length];
        _free = _free[length..];
        return taken;
    }

    /// <summary>A heartbeat, or what its owner counts by, has passed: where few messages come, arrays get smaller, so that few bytes are held for them.</summary>
    public void Heartbeat()
    {
        if (_taken < _size)
        {
            _size = Math.Max(_size / 2, LeastSize);
            _free = default;
        }
        _taken = 0;
    }
}
