namespace LogosActors.Tests;

/// <summary>Changes captures as <see cref="Mutations"/> does, a million times in seconds: without generators, in one buffer.</summary>
/// <remarks>Everything follows from the seed. What it returns is valid until the next call.</remarks>
internal sealed class Mutator(int seed)
{
    const int MaxSteps = 4, MaxInserted = 12;

    // What has a meaning to a length, a tag, a count or a varint.
    static readonly byte[][] Telling =
    [
        [0], [1], [0x7f], [0x80], [0xff], [0x80, 0x00], [0xff, 0x7f], [0xff, 0xff], [0x7f, 0xff, 0xff, 0xff], [0xff, 0xff, 0xff, 0xff],
        [0xff, 0xff, 0xff, 0xff, 0x0f], [0xff, 0xff, 0xff, 0xff, 0x07], [0x80, 0x80, 0x80, 0x80, 0x10],
        [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
    ];

    readonly Random _random = new(seed);
    byte[] _bytes = new byte[64 * 1024];
    byte[] _spare = new byte[64 * 1024];
    int _length;

    /// <summary>One of the captures after one to four changes.</summary>
    public ReadOnlySpan<byte> Next(byte[][] captures)
    {
        var capture = captures[_random.Next(captures.Length)];
        capture.CopyTo(_bytes, 0);
        _length = capture.Length;
        for (var steps = _random.Next(1, MaxSteps + 1); steps > 0; steps--)
            Change(captures);
        return _bytes.AsSpan(0, _length);
    }

    /// <summary>Where to cut an input in two.</summary>
    public int Cut(int length) => _random.Next(length + 1);

    void Change(byte[][] captures)
    {
        var at = _random.Next(_length + 1);
        var some = _random.Next(Math.Min(64, _length - at) + 1);
        switch (_random.Next(10))
        {
            case 0 when at < _length:
                _bytes[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1 when at < _length:
                _bytes[at] = (byte)_random.Next(256);
                break;
            case 2 when at < _length:
                _bytes[at] += (byte)(_random.Next(2) == 0 ? 1 : -1);
                break;
            case 3:
                _length = at;
                break;
            case 4:
                Replace(at, some, []);
                break;
            case 5:
                Replace(at, 0, _bytes.AsSpan(at, some));
                break;
            case 6:
                Replace(at, 0, Telling[_random.Next(Telling.Length)]);
                break;
            case 7:
                var telling = Telling[_random.Next(Telling.Length)];
                Replace(at, Math.Min(telling.Length, _length - at), telling);
                break;
            case 8:
                Span<byte> noise = stackalloc byte[_random.Next(1, MaxInserted)];
                _random.NextBytes(noise);
                Replace(at, 0, noise);
                break;
            default:
                var other = captures[_random.Next(captures.Length)];
                Replace(at, _length - at, other.AsSpan(_random.Next(other.Length + 1)));
                break;
        }
    }

    void Replace(int at, int removed, ReadOnlySpan<byte> added)
    {
        var tail = _bytes.AsSpan(at + removed, _length - at - removed);
        if (at + added.Length + tail.Length > _bytes.Length)
            return;
        _bytes.AsSpan(0, at).CopyTo(_spare);
        added.CopyTo(_spare.AsSpan(at));
        tail.CopyTo(_spare.AsSpan(at + added.Length));
        _length = at + added.Length + tail.Length;
        (_bytes, _spare) = (_spare, _bytes);
    }
}
