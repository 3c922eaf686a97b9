using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Negotiation;

namespace LogosActors.Interop.Tests.Peers;

/// <summary>One of our streams, with its protocol agreed on, and a tally of each way.</summary>
internal sealed class OurStream : IAsyncDisposable
{
    readonly LibP2pStream _stream;
    readonly CancellationToken _patience;
    readonly byte[] _buffer = new byte[64 * 1024];

    OurStream(LibP2pStream stream, string protocol, CancellationToken patience)
        => (_stream, Protocol, _patience) = (stream, protocol, patience);

    public string Protocol { get; }

    public Tally Sent { get; } = new();

    public Tally Received { get; } = new();

    /// <summary>Opens a stream for a protocol that the peer speaks.</summary>
    public static async Task<OurStream> OpenAsync(MuxedConnection connection, string protocol, CancellationToken patience)
    {
        var stream = await connection.OpenStreamAsync(patience);
        Assert.Equal(protocol, await stream.ProposeAsync([protocol], patience));
        return new OurStream(stream, protocol, patience);
    }

    /// <summary>Agrees on a protocol for a stream that the peer opened.</summary>
    /// <returns>Null when the peer gave up.</returns>
    public static async Task<OurStream?> AcceptAsync(LibP2pStream stream, SupportedProtocols supported, CancellationToken patience)
    {
        if (await stream.AgreeAsync(supported, patience) is { } protocol)
            return new OurStream(stream, protocol, patience);
        await stream.DisposeAsync();
        return null;
    }

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        await _stream.WriteAsync(bytes, _patience);
        Sent.Add(bytes.Span);
    }

    /// <summary>Sends so many bytes of the <see cref="Pattern"/> more.</summary>
    public async Task WritePatternAsync(long count)
    {
        for (var end = Sent.Bytes + count; Sent.Bytes < end;)
            await WriteAsync(Pattern.At(Sent.Bytes, end - Sent.Bytes));
    }

    public async Task CloseWriteAsync() => await _stream.CloseWriteAsync(_patience);

    /// <summary>The next bytes, valid until the next call; none at the end.</summary>
    public async Task<ReadOnlyMemory<byte>> ReadAsync()
    {
        var bytes = _buffer.AsMemory(0, await _stream.ReadAsync(_buffer, _patience));
        Received.Add(bytes.Span);
        return bytes;
    }

    /// <summary>Reads exactly so many bytes.</summary>
    public async Task<byte[]> ReadExactlyAsync(int count)
    {
        var bytes = new byte[count];
        for (var filled = 0; filled < count;)
        {
            var read = await ReadAsync();
            Assert.InRange(read.Length, 1, count - filled);
            read.CopyTo(bytes.AsMemory(filled));
            filled += read.Length;
        }
        return bytes;
    }

    /// <summary>Reads until so many bytes have come in all, or to the end.</summary>
    public async Task<Transfer> ReadUntilAsync(long count = long.MaxValue)
    {
        while (Received.Bytes < count && !(await ReadAsync()).IsEmpty)
            continue;
        return Received.Transfer;
    }

    public void Reset() => _stream.Reset();

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        Sent.Dispose();
        Received.Dispose();
    }
}
