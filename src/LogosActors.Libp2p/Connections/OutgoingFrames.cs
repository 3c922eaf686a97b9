using System.Buffers;
using System.Buffers.Binary;
using LogosActors.Libp2p.Security.Noise;

namespace LogosActors.Libp2p.Connections;

/// <summary>Plaintext that waits to be sent, laid out as the Noise frames that it will be, so that each is encrypted where it lies.</summary>
/// <remarks>A frame's prefix holds the length of its plaintext until it is sealed; room for its tag follows it. Not for concurrent use.</remarks>
/// <param name="limit">The most bytes that are held.</param>
internal sealed class OutgoingFrames(int limit)
{
    const int MinBuffer = 4 * 1024;

    byte[] _bytes = [];
    int _frame;
    int _end;
    int _room;
    int _lastTaken;

    public bool IsEmpty => _end == 0;

    /// <summary>Bytes of memory that are held.</summary>
    public int Held => _bytes.Length;

    int FrameLength => _end - _frame - NoiseTransport.PrefixSize;

    /// <summary>Memory for what comes next, all of it in one frame; <see cref="Advance"/> says how much of it was used.</summary>
    /// <param name="least">Bytes without which there is no point; less than a frame's worth.</param>
    /// <param name="wanted">Bytes that would be used, at least <paramref name="least"/>.</param>
    /// <returns>At least <paramref name="least"/> bytes, or none when so much does not fit any more.</returns>
    public Span<byte> GetRoom(int least, int wanted)
    {
        var start = _end == 0 ? NoiseTransport.PrefixSize
            : NoiseTransport.MaxPlaintext - FrameLength >= least ? _end
            : _end + NoiseTransport.Overhead;
        var frameRoom = start == _end ? NoiseTransport.MaxPlaintext - FrameLength : NoiseTransport.MaxPlaintext;
        var length = Math.Min(Math.Min(wanted, frameRoom), Grow(start + wanted + CipherState.TagSize) - CipherState.TagSize - start);
        if (length < least)
            return default;
        _room = start;
        return _bytes.AsSpan(start, length);
    }

    /// <summary>Counts bytes that were written to the last room.</summary>
    public void Advance(int count)
    {
        if (count == 0)
            return;
        if (_room != _end)
            Begin(_room);
        _end += count;
    }

    /// <summary>Takes all frames out. The caller seals them and returns the buffer to the shared pool.</summary>
    public (byte[] Buffer, int Length) Take()
    {
        if (_end == 0)
            return ([], 0);
        _lastTaken = Close();
        var taken = (_bytes, _lastTaken);
        (_bytes, _frame, _end) = ([], 0, 0);
        return taken;
    }

    /// <summary>Gives the memory back, and forgets what was in it.</summary>
    public void Release()
    {
        if (_bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(_bytes);
        (_bytes, _frame, _end, _lastTaken) = ([], 0, 0, 0);
    }

    void Begin(int start)
    {
        if (_end > 0)
            Close();
        _frame = start - NoiseTransport.PrefixSize;
        _end = start;
    }

    /// <summary>Ends the last frame. Returns where the next would begin.</summary>
    int Close()
    {
        BinaryPrimitives.WriteUInt16BigEndian(_bytes.AsSpan(_frame), (ushort)FrameLength);
        return _end + CipherState.TagSize;
    }

    /// <summary>Grows the buffer towards its limit, at first to the size that was last needed. Returns its size.</summary>
    int Grow(int needed)
    {
        if (_bytes.Length < needed && _bytes.Length < limit)
        {
            var expected = _end == 0 ? _lastTaken : 2 * _end;
            var larger = ArrayPool<byte>.Shared.Rent(Math.Clamp(Math.Max(needed, expected), MinBuffer, limit));
            _bytes.AsSpan(0, _end).CopyTo(larger);
            if (_bytes.Length > 0)
                ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }
        return _bytes.Length;
    }
}
