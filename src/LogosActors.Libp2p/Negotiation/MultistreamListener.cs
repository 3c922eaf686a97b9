using System.Buffers;

namespace LogosActors.Libp2p.Negotiation;

/// <summary>The side of multistream-select 1.0 that agrees to a protocol.</summary>
internal sealed class MultistreamListener(SupportedProtocols supported) : INegotiation
{
    /// <summary>How many messages a dialer may send before the two agree.</summary>
    /// <value>64: a node speaks some 30 protocols.</value>
    public const int MaxMessages = 64;

    readonly ArrayBufferWriter<byte> _output = new(64);
    readonly LineAssembler _lines = new();
    int _messages;

    /// <summary>The protocol that both sides agreed on; null until then.</summary>
    public string? Protocol { get; private set; }

    /// <summary>Why no protocol will be agreed on.</summary>
    public NegotiationError Error { get; private set; }

    /// <summary>What is to be sent, also after the agreement; <see cref="Sent"/> empties it.</summary>
    public ReadOnlyMemory<byte> Output => _output.WrittenMemory;

    public void Sent() => _output.ResetWrittenCount();

    /// <summary>Takes proposals from the front of <paramref name="source"/>; what follows the agreed one is left.</summary>
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
        if (_messages++ == 0)
        {
            if (line.SequenceEqual(MultistreamLine.Header))
                MultistreamLine.Write(_output, MultistreamLine.Header);
            else
                Error = NegotiationError.UnsupportedVersion;
        }
        else if (_messages > MaxMessages)
            Error = NegotiationError.TooManyProposals;
        else if (supported.Find(line) is { } protocol)
        {
            Protocol = protocol;
            MultistreamLine.Write(_output, line);
        }
        else
            MultistreamLine.Write(_output, line.SequenceEqual(MultistreamLine.List) ? supported.List : MultistreamLine.NotAvailable);
    }
}
