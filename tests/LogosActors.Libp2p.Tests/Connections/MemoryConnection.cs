using System.IO.Pipelines;
using System.Net;
using LogosActors.Libp2p.Connections;

namespace LogosActors.Libp2p.Tests.Connections;

/// <summary>A connection without a network: bytes may be cut into pieces, changed, and kept back.</summary>
internal sealed class MemoryConnection(PipeReader incoming, PipeWriter outgoing, int maxPiece) : ITransportConnection
{
    long _received;

    public EndPoint? RemoteEndPoint => null;

    /// <summary>Changes the byte at a position of what is received.</summary>
    public long? Corrupted { get; set; }

    /// <summary>Loses what is sent from now on.</summary>
    public bool IsMute { get; set; }

    public long Received => Volatile.Read(ref _received);

    public static (MemoryConnection Dialer, MemoryConnection Listener) Pair(int maxPiece = int.MaxValue)
    {
        var options = new PipeOptions(pauseWriterThreshold: 256 * 1024, resumeWriterThreshold: 128 * 1024, useSynchronizationContext: false);
        var (there, back) = (new Pipe(options), new Pipe(options));
        return (new MemoryConnection(back.Reader, there.Writer, maxPiece), new MemoryConnection(there.Reader, back.Writer, maxPiece));
    }

    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        var result = await incoming.ReadAsync(cancellation);
        var count = (int)Math.Min(Math.Min(buffer.Length, maxPiece), result.Buffer.Length);
        var taken = result.Buffer.Slice(0, count);
        var position = 0;
        foreach (var segment in taken)
        {
            segment.CopyTo(buffer[position..]);
            position += segment.Length;
        }
        if (Corrupted is { } at && at >= _received && at < _received + count)
            buffer.Span[(int)(at - _received)] ^= 1;
        _received += count;
        incoming.AdvanceTo(taken.End);
        if (count == 0 && result.IsCanceled)
            throw new IOException("This side is gone.");
        return count;
    }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        if (IsMute)
            return;
        FlushResult result;
        try
        {
            result = await outgoing.WriteAsync(bytes, cancellation);
        }
        catch (InvalidOperationException e)
        {
            // A pipe that was completed meanwhile says so; a socket would be disposed.
            throw new IOException("This side is gone.", e);
        }

        if (result.IsCompleted || result.IsCanceled)
            throw new IOException("The peer is gone.");
    }

    public ValueTask DisposeAsync()
    {
        outgoing.CancelPendingFlush();
        outgoing.Complete();
        incoming.CancelPendingRead();
        return default;
    }
}
