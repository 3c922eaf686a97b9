using LogosActors.Libp2p.Encoding;

namespace LogosActors.Delivery.Discovery.Records;

/// <summary>Reads the items of one RLP list, or of a whole input, one by one: without allocation and without exceptions (Ethereum yellow paper, appendix B).</summary>
/// <remarks>
/// The first error is kept: every later read returns a default value, so that a codec reads all items plainly and asks
/// <see cref="Succeeded"/> once at the end. Only the one encoding of a value is read: a byte below 0x80 stands for itself, lengths have
/// neither a longer form than they need nor leading zeros. The length of the input is the caller's to bound before.
/// </remarks>
internal ref struct RlpReader(ReadOnlySpan<byte> source)
{
    const byte ShortString = 0x80, LongString = 0xb7, ShortList = 0xc0, LongList = 0xf7;

    /// <summary>The longest content with a length of one byte, in bytes.</summary>
    internal const int MaxShortLength = 55;

    ReadOnlySpan<byte> _rest = source;

    /// <summary>The first error, or <see cref="DecodeError.None"/>.</summary>
    public DecodeError Error { get; private set; }

    /// <summary>Whether there is no further item.</summary>
    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>Whether everything was well-formed, and read to the end.</summary>
    public readonly bool Succeeded(out DecodeError error)
    {
        error = Error is DecodeError.None && !_rest.IsEmpty ? DecodeError.TrailingBytes : Error;
        return error is DecodeError.None;
    }

    /// <summary>Ends the input with an error of the codec's own; the first error stays.</summary>
    public void Fail(DecodeError error)
    {
        if (Error is DecodeError.None)
            Error = error;
        _rest = default;
    }

    /// <summary>The next item as bytes.</summary>
    /// <param name="maxLength">Longer ones fail with <see cref="DecodeError.LimitExceeded"/>.</param>
    public ReadOnlySpan<byte> Bytes(int maxLength = int.MaxValue)
    {
        var content = Take(out var isList, out _);
        if (isList)
            Fail(DecodeError.InvalidField);
        else if (content.Length > maxLength)
            Fail(DecodeError.LimitExceeded);
        return Error is DecodeError.None ? content : default;
    }

    /// <summary>The next item as a number: big-endian, without leading zeros, zero as no bytes.</summary>
    public ulong UInt64()
    {
        var digits = Bytes();
        if (digits.Length > sizeof(ulong))
            Fail(DecodeError.Overflow);
        else if (!digits.IsEmpty && digits[0] == 0)
            Fail(DecodeError.NotCanonical);
        if (Error is not DecodeError.None)
            return 0;
        var value = 0UL;
        foreach (var digit in digits)
            value = (value << 8) | digit;
        return value;
    }

    /// <summary>A reader of the next item, which is a list. Its errors are its own.</summary>
    public RlpReader List()
    {
        var content = Take(out var isList, out _);
        if (!isList)
            Fail(DecodeError.InvalidField);
        var items = new RlpReader(Error is DecodeError.None ? content : default);
        if (Error is not DecodeError.None)
            items.Fail(Error);
        return items;
    }

    /// <summary>The next item with its header, whatever it is; a list is checked for nothing but its length.</summary>
    public ReadOnlySpan<byte> Item()
    {
        Take(out _, out var item);
        return Error is DecodeError.None ? item : default;
    }

    /// <summary>Copies all that has not been read, and reads none of it.</summary>
    /// <returns>Its length, in bytes.</returns>
    public readonly int CopyRest(Span<byte> destination)
    {
        _rest.CopyTo(destination);
        return _rest.Length;
    }

    ReadOnlySpan<byte> Take(out bool isList, out ReadOnlySpan<byte> item)
    {
        isList = false;
        item = default;
        if (_rest.IsEmpty)
        {
            Fail(DecodeError.Truncated);
            return default;
        }
        var first = _rest[0];
        isList = first >= ShortList;
        if (first < ShortString)
            return item = Cut(0, 1);
        var header = 1;
        var length = (ulong)(first - (isList ? ShortList : ShortString));
        if (length > MaxShortLength)
        {
            var digits = first - (isList ? LongList : LongString);
            header += digits;
            if (_rest.Length < header)
            {
                Fail(DecodeError.Truncated);
                return default;
            }
            length = 0;
            foreach (var digit in _rest[1..header])
                length = (length << 8) | digit;
            if (_rest[1] == 0 || length <= MaxShortLength)
                Fail(DecodeError.NotCanonical);
        }
        if (Error is DecodeError.None && length > (ulong)(_rest.Length - header))
            Fail(DecodeError.Truncated);
        if (Error is DecodeError.None && !isList && length == 1 && _rest[1] < ShortString)
            Fail(DecodeError.NotCanonical);
        if (Error is not DecodeError.None)
            return default;
        item = _rest[..(header + (int)length)];
        return Cut(header, (int)length);
    }

    ReadOnlySpan<byte> Cut(int header, int length)
    {
        var content = _rest.Slice(header, length);
        _rest = _rest[(header + length)..];
        return content;
    }
}
