namespace LogosActors.Libp2p.Negotiation;

/// <summary>Puts messages together from fragments, and takes no byte beyond a message's end.</summary>
internal sealed class LineAssembler
{
    byte[]? _partial;
    int _length;

    /// <summary>Takes bytes from the front of <paramref name="source"/> up to the end of one message.</summary>
    /// <returns>False with no error: more bytes are needed, and all were taken.</returns>
    public bool TryRead(ref ReadOnlySpan<byte> source, out ReadOnlySpan<byte> line, out NegotiationError error)
    {
        if (_length == 0 && MultistreamLine.TryRead(source, out line, out var consumed, out error))
        {
            source = source[consumed..];
            return true;
        }
        _partial ??= new byte[MultistreamLine.MaxSize];
        var taken = Math.Min(_partial.Length - _length, source.Length);
        source[..taken].CopyTo(_partial.AsSpan(_length));
        if (MultistreamLine.TryRead(_partial.AsSpan(0, _length + taken), out line, out consumed, out error))
        {
            source = source[(consumed - _length)..];
            _length = 0;
            return true;
        }
        _length += taken;
        source = source[taken..];
        return false;
    }
}
