using System.Net;

namespace LogosActors.Libp2p.Connections;

/// <summary>Bytes in order, both ways, to one peer: a TCP or WebSocket connection, or the secure channel over one.</summary>
/// <remarks>One reader and one writer at a time. A failure is a <see cref="ConnectionException"/> or an <see cref="IOException"/>.</remarks>
internal interface ITransportConnection : IAsyncDisposable
{
    /// <summary>The peer's address; null when the transport has none.</summary>
    EndPoint? RemoteEndPoint { get; }

    /// <summary>Receives at least one byte, or none when the peer has finished.</summary>
    ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellation);

    /// <summary>Sends all bytes.</summary>
    ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation);
}
