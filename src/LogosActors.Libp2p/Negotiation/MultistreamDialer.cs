using System.Buffers;

namespace LogosActors.Libp2p.Negotiation;

/// <summary>The side of multistream-select 1.0 that proposes protocols.</summary>
/// <remarks>
/// Header and first proposal go out together. With one proposal the dialer may be lazy: it sends its data behind the proposal
/// without waiting, and learns from <see cref="Read"/> later whether the peer took it.
/// </remarks>
internal sealed class MultistreamDialer : INegotiation
{
    readonly IReadOnlyList<string> _proposals;
    readonly ArrayBufferWriter<byte> _output = new(64);
    readonly LineAssembler _lines = new();
    bool _headerSeen;
    int _proposed;

    /// <param name="proposals">Protocol ids, at least one, the best first; each shorter than <see cref="MultistreamLine.MaxLength"/> bytes.</param>
    public MultistreamDialer(params IReadOnlyList<string> proposals)
    {
        ArgumentOutOfRangeException.ThrowIfZero(proposals.Count);
        _proposals = proposals;
        MultistreamLine.Write(_output, MultistreamLine.Header);
        Propose();
    }

    /// <summary>The protocol that both sides agreed on; null until then.</summary>
    public string? Protocol { get; private set; }

    /// <summary>Why no protocol will be agreed on.</summary>
    public NegotiationError Error { get; private set; }

    /// <summary>What is to be sent; <see cref="Sent"/> empties it.</summary>
    public ReadOnlyMemory<byte> Output => _output.WrittenMemory;

    public void Sent() => _output.ResetWrittenCount();

    /// <summary>Takes answers from the front of <paramref name="source"/>; what follows the agreement is left.</summary>
    /// <returns>Whether the negotiation is over: see <see cref="Protocol"/> and <see cref="Error"/>.</returns>
    public bool Read(ref ReadOnlySpan<byte> source)
    {
        while (Protocol is null && Error == NegotiationError.None)
        {
            if (!_lines.TryRead(ref source, out var line, out var error))
            {
                Error = error;
                return error != NegotiationError.None;
            }
            Answer(line);
        }
        return true;
    }

    void Answer(ReadOnlySpan<byte> line)
    {
        if (!_headerSeen)
        {
            _headerSeen = true;
            if (!line.SequenceEqual(MultistreamLine.Header))
                Error = NegotiationError.UnsupportedVersion;
            return;
        }
        var proposal = _proposals[_proposed];
        if (Matches(line, proposal))
            Protocol = proposal;
        else if (!line.SequenceEqual(MultistreamLine.NotAvailable))
            Error = NegotiationError.UnexpectedAnswer;
        else if (++_proposed == _proposals.Count)
            Error = NegotiationError.NotSupported;
        else
            Propose();
    }

    void Propose() => MultistreamLine.Write(_output, System.Text.Encoding.UTF8.GetBytes(_proposals[_proposed]));

    static bool Matches(ReadOnlySpan<byte> line, string protocol) =>
        System.Text.Encoding.UTF8.GetByteCount(protocol) == line.Length
        && string.Equals(System.Text.Encoding.UTF8.GetString(line), protocol, StringComparison.Ordinal);
}
