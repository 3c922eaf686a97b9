using System.Diagnostics;
using LogosActors.Libp2p.Connections;

namespace LogosActors.LoadTests.Libp2p;

/// <summary>Streams of one connection, with a writer at one end and a reader at the other.</summary>
internal sealed class StreamPairs : IAsyncDisposable
{
    public const int WriteSize = 64 * 1024;

    readonly MuxedConnection _dialed;
    readonly MuxedConnection _accepted;
    readonly List<(LibP2pStream Here, LibP2pStream There)> _pairs = [];
    readonly byte[] _bytes = new byte[WriteSize];

    StreamPairs(MuxedConnection dialed, MuxedConnection accepted) => (_dialed, _accepted) = (dialed, accepted);

    public static async Task<StreamPairs> OpenAsync(Nodes nodes, int count)
    {
        var (dialed, accepted) = await nodes.ConnectAsync();
        var pairs = new StreamPairs(dialed, accepted);
        for (var i = 0; i < count; i++)
        {
            var here = await dialed.OpenStreamAsync();
            await here.WriteAsync(new byte[1]);
            var there = await accepted.AcceptStreamAsync();
            await there.ReadAsync(new byte[1]);
            pairs._pairs.Add((here, there));
        }
        return pairs;
    }

    /// <summary>Writes so many times 64 KiB, over all streams together, and reads all of it.</summary>
    public async Task<TimeSpan> CopyAsync(int writes)
    {
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(_pairs.Select((pair, i) =>
        {
            var share = (writes / _pairs.Count) + (i < writes % _pairs.Count ? 1 : 0);
            return Task.WhenAll(Task.Run(() => WriteAsync(pair.Here, share)), Task.Run(() => ReadAsync(pair.There, (long)share * WriteSize)));
        }));
        return Stopwatch.GetElapsedTime(started);
    }

    public async ValueTask DisposeAsync()
    {
        await _dialed.DisposeAsync();
        await _accepted.DisposeAsync();
    }

    async Task WriteAsync(LibP2pStream stream, int writes)
    {
        for (var i = 0; i < writes; i++)
            await stream.WriteAsync(_bytes);
    }

    static async Task ReadAsync(LibP2pStream stream, long bytes)
    {
        var buffer = new byte[WriteSize];
        while (bytes > 0)
            bytes -= await stream.ReadAsync(buffer);
    }
}
