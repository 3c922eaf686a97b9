using System.Net;
using System.Runtime.CompilerServices;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Connections;

/// <summary>A transport's connection that is read no faster than its host allows: what comes too fast waits at the peer.</summary>
/// <param name="inner">The connection, which is disposed with this one.</param>
/// <param name="read">Told of the bytes that were read of a peer, null while it is not known; says how long to wait before the next read.</param>
/// <param name="time">The clock of the waits.</param>
#pragma warning disable CA1001 // a source without a timer holds nothing
internal sealed class MeteredConnection(ITransportConnection inner, Func<PeerId?, int, TimeSpan> read, TimeProvider time) : ITransportConnection
#pragma warning restore CA1001
{
    readonly CancellationTokenSource _disposing = new();
    TimeSpan _wait;

    public EndPoint? RemoteEndPoint => inner.RemoteEndPoint;

    /// <summary>Who is at the other end, once that is known.</summary>
    public PeerId? Peer { get; set; }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        if (_wait > TimeSpan.Zero)
            await WaitAsync(cancellation);
        var received = await inner.ReceiveAsync(buffer, cancellation);
        _wait = read(Peer, received);
        return received;
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) => inner.SendAsync(bytes, cancellation);

    public async ValueTask DisposeAsync()
    {
        await _disposing.CancelAsync();
        await inner.DisposeAsync();
    }

    async Task WaitAsync(CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _disposing.Token);
        await Task.Delay(_wait, time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
    }
}
