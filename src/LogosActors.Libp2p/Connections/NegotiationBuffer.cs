using System.Buffers;
using LogosActors.Libp2p.Negotiation;

namespace LogosActors.Libp2p.Connections;

/// <summary>Runs negotiations over a connection, one after the other, and keeps what the peer has sent beyond them.</summary>
internal sealed class NegotiationBuffer : IDisposable
{
    const int Size = 4 * 1024;

    readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(Size);
    int _start;
    int _end;

    /// <summary>Bytes that came behind the last negotiation.</summary>
    public ReadOnlyMemory<byte> Rest => _buffer.AsMemory(_start, _end - _start);

    /// <summary>Runs a negotiation to its end.</summary>
    /// <exception cref="ConnectionException">The peer closed the connection in the midst of it.</exception>
    public async Task RunAsync(ITransportConnection connection, INegotiation negotiation, CancellationToken cancellation)
    {
        var isOver = false;
        while (true)
        {
            if (!negotiation.Output.IsEmpty)
            {
                await connection.SendAsync(negotiation.Output, cancellation);
                negotiation.Sent();
            }
            if (isOver)
                return;
            if (_start == _end)
            {
                (_start, _end) = (0, await connection.ReceiveAsync(_buffer, cancellation));
                if (_end == 0)
                    throw new ConnectionException(ConnectionFailure.Lost, "The peer closed the connection before it was agreed on.");
            }
            isOver = Read(negotiation);
        }
    }

    /// <summary>Forgets the rest, which somebody else has taken.</summary>
    public void Clear() => _start = _end = 0;

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer, clearArray: true);

    bool Read(INegotiation negotiation)
    {
        ReadOnlySpan<byte> source = _buffer.AsSpan(_start, _end - _start);
        var isOver = negotiation.Read(ref source);
        _start = _end - source.Length;
        return isOver;
    }
}
